"""Packages that hold together, and those that do not."""

import json
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

import tongban.domains.lifeevents
from domains.lifeevents.city import (
    BIG_SHOP,
    DEREGISTER,
    FIRE,
    FOOD,
    NEWBORN,
    NOW,
    PUDONG,
    RESTAURANT,
    SCOPE,
    SIGN,
    City,
    package,
)
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.lifeevents import models, selectors, services
from tongban.domains.lifeevents.rules.packages import in_order, package_schema, read_package, write_package
from tongban.domains.lifeevents.types import Package
from tongban.foundation.audit import models as audit
from tongban.foundation.imports import ImportReport
from tongban.kernel.actors import PLATFORM
from tongban.kernel.ids import new_id

SCHEMA = Path(tongban.domains.lifeevents.__file__).parent / "data/package.schema.json"


def run(*words: object) -> tuple[str, str, int]:
    """Output, complaints and exit status."""
    out, err, status = StringIO(), StringIO(), 0
    try:
        call_command(*(str(word) for word in words), stdout=out, stderr=err)
    except SystemExit as end:
        status = int(end.code or 0)
    return out.getvalue(), err.getvalue(), status


def restaurant(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(package(RESTAURANT)), "version": 2, **changes}


def load(*rows: object, dry_run: bool = False) -> ImportReport:
    return services.import_packages(rows, actor=PLATFORM, at=NOW, dry_run=dry_run)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, report.refused


def with_item(number: int, **changes: Any) -> dict[str, Any]:
    row = restaurant()
    row["items"][number] = {**row["items"][number], **changes}
    return row


@pytest.mark.parametrize("code", [RESTAURANT, NEWBORN, DEREGISTER])
def test_a_package_is_the_same_after_writing_and_reading(code: str) -> None:
    first = read_package(package(code), new_id())

    assert read_package(write_package(first), first.id) == first


@pytest.mark.parametrize("code", [RESTAURANT, NEWBORN, DEREGISTER])
def test_every_item_stands_behind_those_it_needs(code: str) -> None:
    items = in_order(read_package(package(code), new_id()).items)

    positions = {item.basic_code: number for number, item in enumerate(items)}
    for item in items:
        assert all(positions[one.needs] < positions[item.basic_code] for one in item.after)


def test_a_second_load_changes_nothing(city: City) -> None:
    before = audit.Entry.objects.count()

    report = load(package(RESTAURANT))

    assert counts(report) == (0, 0, 1, 0)
    assert audit.Entry.objects.count() == before
    assert models.PackageVersion.objects.count() == 1


def current() -> Package:
    found = selectors.find_package(RESTAURANT)
    assert found is not None
    return found


def test_a_new_version_becomes_the_current_one(city: City) -> None:
    report = load(restaurant(title="开饭店"))

    assert counts(report) == (0, 1, 0, 0)
    found = current()
    assert (found.version, found.title) == (2, "开饭店")
    assert [one.version for one in selectors.list_packages()] == [2]


def test_a_published_version_is_frozen(city: City) -> None:
    report = load(restaurant(version=1, title="开饭店"))

    assert [(one.row, one.field, one.value) for one in report.findings] == [(0, "version", "1")]
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        models.PackageVersion.objects.update(code="OTHER")
    assert current().title == "开办餐饮店"


def test_a_package_is_found_by_common_speech(city: City) -> None:
    found = catalogue.search("开饭馆")

    assert (found.hits[0].code, found.hits[0].kind) == (RESTAURANT, "PACKAGE")


def test_an_older_version_never_comes_after_a_newer_one(city: City) -> None:
    load(restaurant(version=3))

    report = load(restaurant(version=2))

    assert [(one.field, one.value) for one in report.findings] == [("version", "2")]


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        (with_item(0, after=[{"needs": FOOD, "reason": "r"}]), "items", FOOD),
        (with_item(1, after=[{"needs": "310999999999", "reason": "r"}]), "items.1.after", "310999999999"),
        (with_item(2, basic_code=FOOD), "items.2.basic_code", FOOD),
        (with_item(2, basic_code="310999999999"), "items.2.basic_code", "310999999999"),
        (with_item(2, is_lead=True), "items", "2"),
        (with_item(2, when={"field": "shop.stars", "op": "eq", "value": 3}), "items.2.when", "UNKNOWN_FIELD"),
        (
            with_item(2, when={"field": "shop.area_m2", "op": "like", "value": 3}),
            "items.2.when",
            "UNKNOWN_OP",
        ),
        (with_item(2, after=[{"needs": SIGN, "reason": "r"}]), "items.2.after", SIGN),
        (with_item(2, on_refusal="SHRUG"), "items.2.on_refusal", "SHRUG"),
        (with_item(2, wehn=None), "items.2.wehn", "None"),
        (restaurant(audience="ANIMAL"), "audience", "ANIMAL"),
        (restaurant(items=[]), "items", "0"),
        (restaurant(code="310131001001"), "code", "310131001001"),
        (restaurant(version=0), "version", "0"),
        (restaurant(lead_department="NO-SUCH"), "lead_department", "NO-SUCH"),
        (
            restaurant(licence_checks=[{"licence_type": "NO-SUCH", "role": "APPLICANT", "name": "x"}]),
            "licence_checks.0.licence_type",
            "NO-SUCH",
        ),
        (
            restaurant(authorisations=[{"role": "KING", "title": "x", "text": "x"}]),
            "authorisations.0.role",
            "KING",
        ),
        ({key: value for key, value in restaurant().items() if key != "title"}, "title", ""),
        ("no object", "", "no object"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_faulty_package_is_named_and_nothing_is_published(
    city: City, row: object, field: str, value: str
) -> None:
    report = load(row)

    assert counts(report) == (0, 0, 0, 1)
    found = [one for one in report.findings if one.field == field]
    assert any(value in one.value + one.reason for one in found), report.findings
    assert current().version == 1


def test_one_faulty_package_keeps_the_others_out(city: City) -> None:
    good, bad = restaurant(), {**restaurant(items=[]), "code": "OTHER"}

    report = load(good, bad)

    assert counts(report) == (0, 0, 0, 1)
    assert [one.row for one in report.findings] == [1]
    assert current().version == 1


def test_a_package_given_twice_is_refused(city: City) -> None:
    report = load(restaurant(), restaurant(version=3))

    assert [(one.row, one.field, one.value) for one in report.findings] == [(1, "code", RESTAURANT)]


def test_a_dry_run_publishes_nothing(city: City) -> None:
    report = load(restaurant(), dry_run=True)

    assert (counts(report), report.is_dry_run) == ((0, 1, 0, 0), True)
    assert current().version == 1


def test_the_sample_packages_come_back_from_a_file_as_they_were(whole_city: City, tmp_path: Path) -> None:
    file = tmp_path / "packages.json"
    run("packages_export", file)
    exported = json.loads(file.read_text("utf-8"))
    originals = [package(code) for code in (DEREGISTER, NEWBORN, RESTAURANT)]
    assert exported == originals
    for one in exported:
        jsonschema.validate(one, package_schema())
    unchanged = run("packages_import", file)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE lifeevents_packageversion CASCADE")

    filled = run("packages_import", file)

    assert unchanged == ("3 rows: 0 created, 0 changed, 3 unchanged, 0 refused\n", "", 0)
    assert filled == ("3 rows: 3 created, 0 changed, 0 unchanged, 0 refused\n", "", 0)
    assert services.export_packages() == originals


def test_the_command_names_row_field_value_and_reason(city: City, tmp_path: Path) -> None:
    file = tmp_path / "packages.json"
    file.write_text(json.dumps(restaurant(lead_department="NO-SUCH")), encoding="utf-8")

    out, err, status = run("packages_import", file)

    assert err == "row 0 refused: lead_department 'NO-SUCH': 机构目录里没有这个部门\n"
    assert (out, status) == ("1 rows: 0 created, 0 changed, 0 unchanged, 1 refused\n", 1)


def test_a_broken_file_is_said(db: None, tmp_path: Path) -> None:
    file = tmp_path / "packages.json"
    file.write_text("[{", encoding="utf-8")

    with pytest.raises(CommandError, match="is not JSON"):
        run("packages_import", file)


def test_the_schema_beside_the_code_is_the_format() -> None:
    assert json.loads(SCHEMA.read_text("utf-8")) == json.loads(run("packages_export", "--schema")[0])


def test_an_unknown_package_is_not_found(city: City) -> None:
    assert selectors.find_package("OPEN_SPACEPORT") is None


def test_a_saved_plan_holds_the_situation_and_nobody(city: City) -> None:
    facts = {**BIG_SHOP, "shop.area_m2": None, "person.phone": "13800000000", "person.name": "张三", "x": 1}

    saved = services.save_plan(RESTAURANT, PUDONG, facts, optional_items=[FIRE, "else"], at=NOW)

    found = selectors.get_shared_plan(saved.token)
    assert found == saved
    assert found.facts == {**BIG_SHOP, "shop.area_m2": None}
    assert found.optional_items == (FIRE,)
    assert len(found.token) >= 20
    with pytest.raises(selectors.PlanNotFound):
        selectors.get_shared_plan(found.token[:-1])


def test_a_shared_plan_opens_for_anybody(city: City) -> None:
    saved = services.save_plan(RESTAURANT, PUDONG, {**BIG_SHOP, "entity.scope_has_catering": False}, at=NOW)

    plan = services.plan(saved.package_code, saved.division, saved.facts, actor=None, at=NOW)

    assert {SCOPE, FOOD} <= {item.package_item.basic_code for item in plan.items}
    assert plan.known == ()
