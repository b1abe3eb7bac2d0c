"""The catalogue of licence types: versions, validity, faults."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from domains.identity import cast
from domains.licences.library import TODAY, TYPES, issue, request
from tongban.domains.identity.types import Subject
from tongban.domains.licences import models, rules, selectors, services
from tongban.domains.licences.types import AgeBand, IssueRequest, Validity, ValidityKind
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db
ROWS = {row["code"]: row for row in json.loads(TYPES.read_text("utf-8"))}


def issue_request(holder: Subject, **changes: Any) -> IssueRequest:
    return request(holder, **{"fields": {"name": holder.name}, **changes})


def load(*rows: dict[str, Any], at: Any = cast.NOW) -> int:
    return services.load_licence_types(rows, actor=PLATFORM, at=at)


def test_captions_come_from_the_data_elements_unless_the_type_says_otherwise(holder: Subject) -> None:
    captions = {one.name: one.caption for one in selectors.get_type("YYZZ").contents}

    assert captions["uscc"] == "统一社会信用代码"
    assert captions["legal_representative"] == "法定代表人（负责人）"


def test_a_second_load_of_the_same_rows_makes_no_version(holder: Subject) -> None:
    count = models.LicenceTypeVersion.objects.count()

    load(*ROWS.values(), at=cast.NOW + timedelta(days=3))

    assert models.LicenceTypeVersion.objects.count() == count


def test_a_new_version_applies_from_its_day_and_licences_keep_theirs(holder: Subject) -> None:
    before = issue(holder)
    changed = {**ROWS["SPJYXKZ"], "contents": ROWS["SPJYXKZ"]["contents"][:5], "applies_from": "2026-04-01"}

    load(changed)
    on_the_day = cast.NOW + timedelta(days=30)
    after = services.issue(issue_request(holder, case_number="CASE-2"), actor=PLATFORM, at=on_the_day)

    assert selectors.get_type("SPJYXKZ", date(2026, 3, 31)).version == 1
    assert selectors.get_type("SPJYXKZ", date(2026, 4, 1)).version == 2
    assert (before.type_version, after.type_version) == (1, 2)
    assert [one.version for one in selectors.list_type_versions("SPJYXKZ")] == [2, 1]
    with pytest.raises(services.FaultyIssue):
        services.issue(
            issue_request(holder, case_number="CASE-3", fields={"name": "示例", "food_items": "热食"}),
            actor=PLATFORM,
            at=on_the_day,
        )


def test_a_version_is_not_rewritten_once_licences_were_issued_by_it(holder: Subject) -> None:
    issue(holder)

    with pytest.raises(services.FaultyLicenceType):
        load({**ROWS["SPJYXKZ"], "contents": ROWS["SPJYXKZ"]["contents"][:5]})

    assert len(selectors.get_type("SPJYXKZ").contents) == len(ROWS["SPJYXKZ"]["contents"])


@pytest.mark.parametrize(
    "fault",
    [
        {"contents": [{"name": "name", "element": "no.such"}]},
        {"contents": [{"name": "name"}, {"name": "name"}]},
        {"told_apart_by": ["no_such"]},
        {"validity": {"kind": "YEARS"}},
        {"depends_on": ["SPJYXKZ"]},
        {"serial": ""},
        {"holder_kinds": []},
        {"colour": "red"},
    ],
)
def test_a_faulty_type_is_refused_and_nothing_kept(holder: Subject, fault: dict[str, Any]) -> None:
    count = models.LicenceTypeVersion.objects.count()

    with pytest.raises(services.FaultyLicenceType):
        load({**ROWS["SPJYXKZ"], **fault}, at=cast.NOW + timedelta(days=1))

    assert models.LicenceTypeVersion.objects.count() == count


def test_a_row_of_release_0_1_still_loads(holder: Subject) -> None:
    row = {"code": "OLD", "name": "旧证", "serial": "999", "issuer_kind": "SCJG", "holder_kind": "ENTITY"}

    load({**row, "fields": ["name"], "is_document": False})

    assert selectors.get_type("OLD").fields == ("name",)


def test_what_is_exported_loads_again_without_a_change(holder: Subject) -> None:
    count = models.LicenceTypeVersion.objects.count()

    written = json.loads(json.dumps(selectors.type_documents()))
    load(*[{key: value for key, value in row.items() if key != "serial"} for row in written])

    assert models.LicenceTypeVersion.objects.count() == count


ID_CARD = Validity(
    ValidityKind.BY_AGE, bands=(AgeBand(16, 5), AgeBand(26, 10), AgeBand(46, 20), AgeBand(None, None))
)


@pytest.mark.parametrize(
    ("validity", "fields", "decided", "end"),
    [
        (ID_CARD, {"birth_date": "2010-03-03"}, 20, date(2031, 3, 2)),
        (ID_CARD, {"birth_date": "2010-03-02"}, 20, date(2036, 3, 2)),
        (ID_CARD, {"birth_date": "1980-03-02"}, 20, None),
        (ID_CARD, {"resident_id": "11010519491231002X"}, 5, None),
        (ID_CARD, {}, 5, date(2031, 3, 2)),
        (Validity(ValidityKind.YEARS, years=5), {}, None, date(2031, 3, 2)),
        (Validity(ValidityKind.YEARS, years=5), {}, 3, date(2029, 3, 2)),
        (Validity(ValidityKind.NONE), {}, 5, None),
        (Validity(ValidityKind.FIXED_END, ends_on=date(2026, 12, 31)), {}, 5, date(2027, 1, 1)),
        (Validity(ValidityKind.UNTIL_AGE, age=18), {"birth_date": "2010-05-01"}, None, date(2028, 5, 1)),
        (Validity(), {}, None, None),
    ],
)
def test_a_term_follows_the_types_rule(
    validity: Validity, fields: dict[str, str], decided: int | None, end: date | None
) -> None:
    assert rules.end_by(validity, TODAY, decided, fields) == end
