"""Who stands in a role, by the answers."""

from datetime import date

from tongban.domains.eforms.rules import Newborn, Numbered, subject_in, ways_to_name
from tongban.domains.eforms.types import Answer, Origin
from tongban.domains.identity.types import SubjectKind

MOTHER = {"MOTHER.person.resident_id": "440524188001010014", "MOTHER.person.name": "林晓"}
CHILD = {"CHILD.child.name": "示例宝", "CHILD.child.birth_date": "2026-02-20"}
FIRM = {"ENTERPRISE.entity.uscc": "91350100M000100Y43", "ENTERPRISE.entity.name": "示例小馆"}


def typed(values: dict[str, str]) -> dict[str, Answer]:
    return {key: Answer(value, Origin.TYPED) for key, value in values.items()}


def test_a_firm_or_person_is_named_by_number_and_name() -> None:
    answers = typed(MOTHER | FIRM)

    assert subject_in("ENTERPRISE", answers) == Numbered(SubjectKind.ENTITY, "91350100M000100Y43", "示例小馆")
    assert subject_in("MOTHER", answers) == Numbered(SubjectKind.PERSON, "440524188001010014", "林晓")
    assert subject_in("FATHER", answers) is None


def test_a_newborn_is_named_by_mother_day_and_name_until_she_has_a_number() -> None:
    mother = Numbered(SubjectKind.PERSON, "440524188001010014", "林晓")
    numbered = {"CHILD.person.resident_id": "11010519491231002X", "CHILD.person.name": "示例宝"}

    assert subject_in("CHILD", typed(MOTHER | CHILD)) == Newborn("示例宝", date(2026, 2, 20), mother, None)
    assert subject_in("CHILD", typed(CHILD)) is None
    assert subject_in("CHILD", typed(MOTHER | CHILD | numbered)) == Numbered(
        SubjectKind.PERSON, "11010519491231002X", "示例宝"
    )


def test_every_way_to_name_a_role_names_it() -> None:
    for role in ("ENTERPRISE", "MOTHER", "CHILD"):
        for fields in ways_to_name(role):
            values = dict.fromkeys(fields, "2026-02-20")
            assert subject_in(role, typed(values)) is not None
            for missing in fields:
                fewer = {key: value for key, value in values.items() if key != missing}
                assert subject_in(role, typed(fewer)) is None
