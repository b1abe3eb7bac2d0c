"""Who stands in a role of the form, as its answers say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tongban.domains.eforms.types import Answer, SubjectRole, field_key
from tongban.domains.identity.types import SubjectKind

_NUMBER_AND_NAME = {
    SubjectKind.ENTITY: ("entity.uscc", "entity.name"),
    SubjectKind.PERSON: ("person.resident_id", "person.name"),
}
_CHILDS_NAME = field_key(SubjectRole.CHILD, "child.name")
_CHILDS_BIRTH = field_key(SubjectRole.CHILD, "child.birth_date")
_FOUNDEDS_NAME = field_key(SubjectRole.MATTER, "entity.proposed_name")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A person or entity by number."""

    kind: SubjectKind
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Newborn:
    """A child who has no number yet, by mother, birth date and name."""

    name: str
    birth_date: date
    mother: Numbered
    father: Numbered | None


@dataclass(frozen=True, slots=True)
class Founded:
    """An entity that comes into being by the result itself, whose register gives it its number."""

    name: str
    representative: Numbered | None
    """法定代表人; None when the form asks for none, as of a sole trader (个体工商户), whom the applicant is."""


def ways_to_name(role: str) -> tuple[frozenset[str], ...]:
    """The sets of fields any one of which says surely who stands in the role."""
    ways = [_fields_of(role, kind) for kind in _NUMBER_AND_NAME]
    if role == SubjectRole.CHILD:
        mother = _fields_of(SubjectRole.MOTHER, SubjectKind.PERSON)
        ways.append(mother | {_CHILDS_NAME, _CHILDS_BIRTH})
    if role == SubjectRole.FOUNDED:
        ways.append(frozenset({_FOUNDEDS_NAME}))
    return tuple(ways)


def subject_in(role: str, answers: Mapping[str, Answer]) -> Numbered | Newborn | Founded | None:
    """Who stands in the role; None when the answers do not say it surely."""
    if role == SubjectRole.FOUNDED:
        name = _text(answers, _FOUNDEDS_NAME)
        return Founded(name, _numbered_in(SubjectRole.LEGAL_REPRESENTATIVE, answers)) if name else None
    numbered = _numbered_in(role, answers)
    if numbered is None and role == SubjectRole.CHILD:
        return _newborn_in(answers)
    return numbered


def _fields_of(role: str, kind: SubjectKind) -> frozenset[str]:
    return frozenset(field_key(role, element) for element in _NUMBER_AND_NAME[kind])


def _numbered_in(role: str, answers: Mapping[str, Answer]) -> Numbered | None:
    for kind, elements in _NUMBER_AND_NAME.items():
        number, name = (_text(answers, field_key(role, element)) for element in elements)
        if number and name:
            return Numbered(kind, number, name)
    return None


def _newborn_in(answers: Mapping[str, Answer]) -> Newborn | None:
    mother = _numbered_in(SubjectRole.MOTHER, answers)
    name, born = _text(answers, _CHILDS_NAME), _text(answers, _CHILDS_BIRTH)
    if mother is None or not name or not born:
        return None
    return Newborn(name, date.fromisoformat(born), mother, _numbered_in(SubjectRole.FATHER, answers))


def _text(answers: Mapping[str, Answer], key: str) -> str:
    answer = answers.get(key)
    return "" if answer is None or answer.value is None else str(answer.value)
