"""A city's departments, divisions, centres, windows and officers from one file."""

import copy
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

import tongban.domains.identity
from domains.identity import cast
from tongban.domains.directory import selectors as directory
from tongban.domains.identity import models, selectors, services
from tongban.foundation.audit import models as audit
from tongban.foundation.imports import ImportReport
from tongban.kernel.actors import PLATFORM, Role
from tongban.kernel.documents import DocumentRefused

SCHEMA = Path(tongban.domains.identity.__file__).parent / "data/organisation.schema.json"
ZONE = "310190"
HOURS = "周一至周五 9:00 至 17:00"


def department(code: str, number: int, **changes: object) -> dict[str, object]:
    return {
        "code": code,
        "name": f"示例{code}局",
        "short_name": code,
        "uscc": cast.uscc(number, kind="11", area="310000"),
        "division": "3101",
        "level": "3",
        "guided_by": None,
        "connection": "CONSOLE",
        "phone": "021-50000001",
        "complaint_phone": "021-50000002",
        "address": "示例路1号",
        "reconsideration_body": "示例市人民政府",
        "court": "示例铁路运输法院",
        **changes,
    }


ORGANISATION: dict[str, list[dict[str, Any]]] = {
    "divisions": [{"code": ZONE, "name": "示例经济开发区"}],
    "departments": [
        department("SCJG-Z", 2, division=ZONE, level="4", guided_by="SCJG"),
        department("SCJG", 1),
    ],
    "centres": [
        {
            "code": "ZX-1",
            "name": "开发区政务服务中心",
            "address": "示例大道1号",
            "phone": "021-50000088",
            "hours": HOURS,
            "division": ZONE,
        }
    ],
    "windows": [
        {
            "code": "ZX-1-01",
            "centre": "ZX-1",
            "name": "综合窗口01",
            "phone": "",
            "hours": HOURS,
            "departments": ["SCJG-Z", "SCJG"],
        }
    ],
    "officers": [
        {
            "username": "SC0012",
            "name": "王敏",
            "department": "SCJG-Z",
            "post": "科员",
            "roles": ["EXAMINER", "ACCEPTOR"],
            "email": "wangmin@example.com",
        },
        {"username": "sc0001", "name": "钱一鸣", "department": "SCJG", "post": "科长", "roles": ["DECIDER"]},
    ],
}


@pytest.fixture(autouse=True)
def city(db: None) -> None:
    cast.load_city()


def organisation(**changes: object) -> dict[str, Any]:
    return {**copy.deepcopy(ORGANISATION), **changes}


def changed(part: str, row: int, **changes: object) -> dict[str, Any]:
    """The organisation with one row otherwise."""
    raw = organisation()
    raw[part][row] |= changes
    return raw


def load(raw: object = ORGANISATION, *, dry_run: bool = False, days: int = 0) -> ImportReport:
    at = cast.NOW + days * timedelta(days=1)
    return services.import_organisation(raw, actor=PLATFORM, at=at, dry_run=dry_run)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, report.refused


def actions() -> list[str]:
    return sorted(audit.Entry.objects.exclude(action="LOAD_DIVISIONS").values_list("action", flat=True))


def is_empty() -> bool:
    return not (directory.list_departments() or directory.list_centres() or models.Account.objects.exists())


def test_a_city_is_filled_and_every_write_is_on_record() -> None:
    report = load()

    assert counts(report) == (7, 0, 0, 0), report.findings
    office = directory.office_for("SCJG", ZONE)
    assert (office.code, office.guided_by) == ("SCJG-Z", "SCJG")
    assert ZONE in [one.code for one in directory.list_districts()]
    window = directory.get_window("ZX-1-01")
    assert window is not None
    assert (window.centre, window.phone, window.division) == ("开发区政务服务中心", "021-50000088", ZONE)
    officer = selectors.list_officers("SCJG-Z", at=cast.NOW)[0]
    assert (officer.username, officer.roles) == ("sc0012", {Role.ACCEPTOR, Role.EXAMINER})
    assert actions() == [
        *["APPOINT_OFFICER"] * 2,
        "IMPORT_ORGANISATION",
        *["OPEN_ACCOUNT"] * 2,
        "SAVE_CENTRE",
        *["SAVE_DEPARTMENT"] * 2,
        "SAVE_DIVISION",
        "SAVE_WINDOW",
    ]


def test_a_second_run_changes_nothing() -> None:
    load()
    before = audit.Entry.objects.count()

    report = load(days=1)

    assert counts(report) == (0, 0, 7, 0)
    assert audit.Entry.objects.count() == before


def test_what_is_exported_makes_the_same_organisation(tmp_path: Path) -> None:
    load()
    exported = services.export_organisation(at=cast.NOW)

    jsonschema.validate(exported, services.organisation_schema())
    assert "password" not in json.dumps(exported)
    again = load(exported)
    assert (again.created, again.changed, again.refused) == (0, 0, 0)
    assert again.rows == again.unchanged >= 7
    assert [one["username"] for one in exported["officers"]] == ["sc0001", "sc0012"]
    assert exported["divisions"][-1] == {"code": ZONE, "name": "示例经济开发区"}


def test_the_schema_beside_the_code_is_the_format() -> None:
    assert json.loads(SCHEMA.read_text("utf-8")) == json.loads(json.dumps(services.organisation_schema()))
    jsonschema.validate(ORGANISATION, services.organisation_schema())


def test_a_new_officer_has_no_password() -> None:
    load()

    account = models.Account.objects.get(username="sc0012")
    assert not account.has_usable_password()
    assert not Client().login(username="sc0012", password="")
    address = EmailAddress.objects.get(user=account)
    assert (address.email, address.verified, address.primary) == ("wangmin@example.com", True, True)


def test_a_dry_run_counts_and_writes_nothing() -> None:
    report = load(dry_run=True)

    assert (counts(report), report.is_dry_run) == ((7, 0, 0, 0), True)
    assert is_empty()
    assert actions() == []


def test_what_differs_is_changed_and_a_new_post_ends_the_old() -> None:
    load()
    raw = changed("officers", 0, department="SCJG", post="科长", roles=["DECIDER"], name="王敏敏")
    raw["officers"][0]["email"] = "wang@example.com"
    raw["departments"][0]["phone"] = "021-50000009"
    raw["windows"][0]["departments"] = ["SCJG"]
    raw["centres"][0]["address"] = "示例大道2号"
    raw["divisions"][0]["name"] = "示例新区"

    report = load(raw, days=1)

    assert counts(report) == (0, 5, 2, 0)
    later = cast.NOW + timedelta(days=2)
    assert selectors.list_officers("SCJG-Z", at=later) == []
    assert [one.name for one in selectors.list_officers("SCJG", at=later)] == ["王敏敏", "钱一鸣"]
    assert models.Appointment.objects.filter(account__username="sc0012").count() == 2
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["wang@example.com"]
    assert directory.get_department("SCJG-Z").phone == "021-50000009"
    assert directory.windows_for("SCJG-Z") == ()
    assert directory.get_division(ZONE).name == "示例新区"


def test_what_the_file_leaves_out_stays() -> None:
    load()

    report = load({"officers": [changed("officers", 0, email="")["officers"][0]]}, days=1)

    assert counts(report) == (0, 0, 1, 0)
    assert len(directory.list_departments()) == 2
    assert models.Account.objects.get(username="sc0012").email == "wangmin@example.com"


@pytest.mark.parametrize(
    ("raw", "row", "field", "value"),
    [
        (changed("divisions", 0, code="511602"), 0, "divisions.code", "511602"),
        (changed("departments", 0, guided_by="NO-SUCH"), 0, "departments.guided_by", "NO-SUCH"),
        (changed("departments", 1, division="3199"), 1, "departments.division", "3199"),
        (changed("departments", 1, uscc="X"), 1, "departments.uscc", "X"),
        (changed("departments", 0, level="3"), 0, "departments.guided_by", "SCJG"),
        (
            changed("departments", 1, complaint_phone="021-50000001"),
            1,
            "departments.complaint_phone",
            "021-50000001",
        ),
        (changed("departments", 1, code="SCJG-Z"), 1, "departments.code", "SCJG-Z"),
        (changed("departments", 1, naem="x"), 1, "departments.naem", "'x'"),
        (changed("departments", 1, name="长" * 129), 1, "departments.name", repr("长" * 129)[:80]),
        (changed("centres", 0, division="3199"), 0, "centres.division", "3199"),
        (changed("windows", 0, centre="NO-SUCH"), 0, "windows.centre", "NO-SUCH"),
        (changed("windows", 0, departments=["SCJG", "NO-SUCH"]), 0, "windows.departments", "NO-SUCH"),
        (changed("officers", 0, department="NO-SUCH"), 0, "officers.department", "NO-SUCH"),
        (changed("officers", 0, roles=["ACCEPTOR", "KING"]), 0, "officers.roles.1", "'KING'"),
        (changed("officers", 0, roles=[]), 0, "officers.roles", "[]"),
        (changed("officers", 0, password="geheim"), 0, "officers.password", "'geheim'"),
        (changed("officers", 1, username="sC0012"), 1, "officers.username", "sc0012"),
        (changed("officers", 0, email="nobody"), 0, "officers.email", "nobody"),
        (changed("officers", 1, email="WangMin@example.com"), 1, "officers.email", "wangmin@example.com"),
    ],
)
def test_a_faulty_row_is_named_and_nothing_is_written(
    raw: dict[str, Any], row: int, field: str, value: str
) -> None:
    report = load(raw)

    found = [(one.row, one.field, one.value) for one in report.findings]
    assert (row, field, value) in found
    assert all(one.reason for one in report.findings)
    assert counts(report) == (0, 0, 0, len({(one.row, one.field.split(".")[0]) for one in report.findings}))
    assert is_empty()
    assert actions() == []


def test_every_refused_row_is_named_in_one_run() -> None:
    raw = changed("officers", 0, department="NO-SUCH")
    raw["windows"][0]["centre"] = "NO-SUCH"

    report = load(raw)

    assert [(one.row, one.field) for one in report.findings] == [
        (0, "windows.centre"),
        (0, "officers.department"),
    ]


def test_a_second_office_of_a_department_in_a_division_is_refused() -> None:
    load()

    report = load({"departments": [department("SCJG-Y", 3, division=ZONE, level="4", guided_by="SCJG")]})

    assert [(one.field, one.value) for one in report.findings] == [("departments.division", ZONE)]
    assert "SCJG-Z" in report.findings[0].reason


def test_a_name_taken_at_the_portal_never_becomes_an_officers() -> None:
    services.open_account(username="sc0012", password="x", name="路人", actor=PLATFORM, at=cast.NOW)

    report = load()

    assert [(one.row, one.field, one.value) for one in report.findings] == [
        (0, "officers.username", "sc0012")
    ]
    assert directory.list_departments() == ()


def test_somebody_elses_address_and_a_closed_account_are_refused() -> None:
    load()
    closed = selectors.list_officers("SCJG", at=cast.NOW)[0]
    services.close_account(account_id=closed.account_id, actor=PLATFORM, at=cast.NOW + timedelta(days=1))
    services.open_account(
        username="lisi", password="x", email="lisi@example.com", actor=PLATFORM, at=cast.NOW
    )

    report = load(changed("officers", 0, email="lisi@example.com"), days=2)

    assert [(one.row, one.field, one.value) for one in report.findings] == [
        (0, "officers.email", "lisi@example.com"),
        (1, "officers.username", "sc0001"),
    ]


@pytest.mark.parametrize("raw", [[], "x", {"packages": []}, {"officers": {}}])
def test_a_file_of_another_kind_is_refused(raw: object) -> None:
    with pytest.raises(DocumentRefused):
        load(raw)

    assert is_empty()


def test_the_nations_divisions_are_loaded_into_an_empty_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM directory_division")

    report = load({"departments": [department("SCJG", 1)]})

    assert counts(report) == (1, 0, 0, 0), report.findings
    assert directory.get_division("310115").name == "浦东新区"


def run(*words: object) -> tuple[str, str, int]:
    """Output, complaints and exit status."""
    out, err, status = StringIO(), StringIO(), 0
    try:
        call_command(*(str(word) for word in words), stdout=out, stderr=err)
    except SystemExit as end:
        status = int(end.code or 0)
    return out.getvalue(), err.getvalue(), status


def test_the_command_tries_imports_repeats_and_exports(tmp_path: Path) -> None:
    file = tmp_path / "city.json"
    file.write_text(json.dumps(ORGANISATION), encoding="utf-8")

    tried = run("organisations_import", file, "--dry-run")
    done = run("organisations_import", file, "--json")
    again = run("organisations_import", file)
    run("organisations_export", tmp_path / "out.json")

    assert tried[0].startswith("7 rows: 7 would be created")
    assert json.loads(done[0])["created"] == 7
    assert again == ("7 rows: 0 created, 0 changed, 7 unchanged, 0 refused\n", "", 0)
    assert len(json.loads((tmp_path / "out.json").read_text("utf-8"))["officers"]) == 2
    assert json.loads(run("organisations_export", "--schema")[0])["title"] == "Organisation"
    entry = audit.Entry.objects.get(action="IMPORT_ORGANISATION")
    assert entry.actor_kind == "PLATFORM"
    assert entry.actor_name.startswith("平台（")


def test_the_command_names_row_field_value_and_reason(tmp_path: Path) -> None:
    file = tmp_path / "city.json"
    file.write_text(json.dumps(changed("officers", 1, department="NO-SUCH")), encoding="utf-8")

    out, err, status = run("organisations_import", file)

    assert err == "row 1 refused: officers.department 'NO-SUCH': 机构目录里没有这个部门\n"
    assert out.startswith("7 rows: 0 created, 0 changed, 0 unchanged, 1 refused")
    assert status == 1


@pytest.mark.parametrize("content", ["", "[{", '{"officers": [', "[]"])
def test_a_broken_file_is_said(tmp_path: Path, content: str) -> None:
    file = tmp_path / "city.json"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError, match=r"othing was imported|没有导入任何内容"):
        run("organisations_import", file)

    assert is_empty()
