import copy
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from domains.catalogue import city
from domains.identity import cast
from tongban.domains.catalogue import models, rules, selectors, services
from tongban.domains.catalogue.services import ImportReport
from tongban.domains.catalogue.services.sichuan import BrokenFile
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import PLATFORM

TODAY = date(2026, 3, 2)


def run(*raw: object, dry_run: bool = False) -> ImportReport:
    return services.import_guides(list(raw), actor=PLATFORM, at=city.NOW, dry_run=dry_run)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, report.refused


def tables() -> tuple[int, ...]:
    return tuple(
        model.objects.count()
        for model in (
            models.Power,
            models.PowerVersion,
            models.ImplementationVersion,
            models.SearchEntry,
            Entry,
        )
    )


def test_every_demo_guide_is_imported_and_exported_without_loss(empty_city: None) -> None:
    raw = city.guides()

    report = run(*raw)

    assert counts(report) == (len(raw), 0, 0, 0)
    assert report.findings == ()
    exported = {one["basic_code"]: one for one in services.export_guides()}
    for one in raw:
        one["procedure"] = {"enquiry_phone": "", "complaint_phone": "", **one["procedure"]}
        one["code_scheme"] = "GBT39554_BASIC"
        for result in one["results"]:
            result.setdefault("effect", "ISSUE")
    assert exported == {one["basic_code"]: one for one in raw}


def test_a_second_import_changes_nothing_and_says_so(empty_city: None) -> None:
    raw = city.guides(city.FUND, city.FIRE, "310131002001")
    run(*raw)
    before = tables()

    report = run(*raw)

    assert counts(report) == (0, 0, 3, 0)
    assert tables() == before


def test_a_whole_list_takes_no_more_statements_than_one_item(empty_city: None) -> None:
    raw = city.guides()
    with CaptureQueriesContext(connection) as one:
        run(*city.guides(city.FIRE))
    with CaptureQueriesContext(connection) as all_of_them:
        report = run(*raw)

    assert counts(report) == (len(raw) - 1, 0, 1, 0)
    assert len(all_of_them) <= len(one)


def test_a_list_that_changes_some_items_and_adds_others_leaves_the_rest(empty_city: None) -> None:
    first, second, third = city.guides(city.FUND, city.FIRE, "310131002001")
    run(first, second)
    later = {**second, "name": f"{second['name']}（新）", "effective_from": "2026-05-01"}

    report = run(first, later, third)

    versions = models.PowerVersion.objects.filter(power__basic_code=second["basic_code"]).order_by("number")
    assert counts(report) == (1, 1, 1, 0)
    assert [(row.number, row.effective_to) for row in versions] == [(1, date(2026, 5, 1)), (2, None)]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(empty_city: None) -> None:
    before = tables()

    report = run(*city.guides(city.HUKOU), dry_run=True)

    assert report.is_dry_run
    assert report.created + report.refused == 1
    assert tables() == before


def test_one_refused_row_and_nothing_is_written(empty_city: None) -> None:
    faulty = city.guide(city.FIRE)
    faulty["statutory_days"] = "3"
    before = tables()

    report = run(city.guide(city.FUND), faulty)

    assert (report.created, report.refused) == (0, 1)
    assert [(one.row, one.field, one.is_refused) for one in report.findings] == [(1, "statutory_days", True)]
    assert tables() == before


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("basic_code", "31-ABC", "basic_code"),
        ("department", "NO-SUCH", "department"),
        ("name", "名\x00称", ""),
        ("kind", "99", "kind"),
        ("colour", "red", "colour"),
        ("effective_from", "2026-02-30", "effective_from"),
        ("materials", [{"name": "只有名字"}], "materials.0.code"),
    ],
)
def test_a_faulty_row_is_refused_with_its_field(
    empty_city: None, field: str, value: object, named: str
) -> None:
    raw = city.guide(city.FUND)
    raw[field] = value

    report = run(raw)

    assert report.refused == 1
    assert named in [one.field for one in report.findings if one.is_refused]
    assert models.Power.objects.count() == 0


@pytest.mark.parametrize("raw", [None, 3, "text", [], {}])
def test_a_row_that_is_no_guide_is_refused(empty_city: None, raw: object) -> None:
    assert run(raw).refused == 1


def test_a_code_given_twice_is_refused(empty_city: None) -> None:
    report = run(city.guide(city.FUND), city.guide(city.FUND))

    assert [(one.row, one.field) for one in report.findings] == [(1, "basic_code")]
    assert models.Power.objects.count() == 0


def test_items_that_wait_for_each_other_are_refused(empty_city: None) -> None:
    birth, hukou = city.guide("310723001001"), city.guide(city.HUKOU)
    birth["materials"][0]["produced_by"] = city.HUKOU

    report = run(birth, hukou)

    assert {(one.row, one.field) for one in report.findings} == {
        (0, "NO_DEPENDENCY_CYCLE"),
        (1, "NO_DEPENDENCY_CYCLE"),
    }
    assert counts(report) == (0, 0, 0, 2)
    assert models.Power.objects.count() == 0


def foreign_item() -> dict[str, Any]:
    """The example of CPSV-AP 3.2.0 as a row of our format: a code of its own, a paper, a channel, a body that is registered."""
    raw = city.guide(city.FUND)
    law = {
        "id": "b1",
        "law": "Code des impôts sur les revenus 1992",
        "article": "Art. 307",
        "text": "Déclaration.",
    }
    return {
        **raw,
        "basic_code": "Tax-on-web",
        "code_scheme": "LOCAL",
        "name": "Tax-on-web",
        "kind": "20",
        "summary": "Service pour la déclaration à l'impôt des personnes physiques en ligne",
        "aliases": ["Déclaration d'impôt"],
        "legal_basis": [{**law, "is_repealed": False}],
        "conditions": [],
        "situations": [],
        "materials": [
            {
                **raw["materials"][0],
                "basis": ["b1"],
                "situations": [],
                "when": None,
            }
        ],
        "form": [],
        "points": [],
        "results": [],
    }


def test_an_item_of_another_country_keeps_its_own_code(empty_city: None) -> None:
    report = run(foreign_item())

    assert counts(report) == (1, 0, 0, 0), report.findings
    guide = selectors.get_guide("Tax-on-web", city.CITY, TODAY)
    assert guide.item_code == f"{guide.procedure.department.code}-Tax-on-web"
    assert [hit.code for hit in selectors.search("Déclaration d'impôt").hits] == ["Tax-on-web"]
    (exported,) = services.export_guides()
    assert rules.read_guide(exported) == rules.read_guide(foreign_item())
    assert counts(run(exported)) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("code", "scheme"), [("Tax on web", "LOCAL"), ("T" * 32, "LOCAL"), ("Tax-on-web", "GBT39554_BASIC")]
)
def test_a_code_that_its_scheme_does_not_know_is_refused(empty_city: None, code: str, scheme: str) -> None:
    row = {**foreign_item(), "basic_code": code, "code_scheme": scheme}

    report = run(row)

    assert [one.field for one in report.findings] == ["basic_code"]
    assert counts(report) == (0, 0, 0, 1)


def test_a_guide_that_breaks_a_hard_rule_is_refused(empty_city: None) -> None:
    raw = city.guide(city.FUND)
    raw["conditions"][0]["text"] = "提交其他材料。"

    report = run(raw)

    assert [(one.field, one.value) for one in report.findings if one.is_refused] == [
        ("NO_CATCH_ALL", "提交其他材料。")
    ]


def test_a_changed_guide_becomes_the_next_version_and_the_old_one_stays_readable(small_city: None) -> None:
    old = selectors.get_guide(city.FOOD, city.PUDONG, TODAY)
    raw = city.guides()
    changed = next(one for one in raw if one["basic_code"] == city.FOOD)
    changed.update(summary="新的说法。", effective_from="2026-07-01")

    report = run(*[one for one in raw if one["basic_code"] in (city.FOOD, "310131002001")])

    assert counts(report) == (0, 1, 1, 0)
    assert selectors.get_guide(city.FOOD, city.PUDONG, date(2026, 6, 30)).substance == old.substance
    new = selectors.get_guide(city.FOOD, city.PUDONG, date(2026, 7, 1)).substance
    assert (new.version, new.summary) == (2, "新的说法。")
    again = selectors.get_guide_by_versions(old.substance.version_id, old.procedure.version_id)
    assert again.substance.summary == old.substance.summary


def test_a_change_of_the_procedure_reaches_every_district(small_city: None) -> None:
    raw = city.guide(city.HUKOU)
    raw["procedure"].update(visits=1, visits_reason="核对原件。")

    report = run(raw)

    assert counts(report) == (0, 1, 0, 0)
    for division in (city.HUANGPU, city.PUDONG):
        assert selectors.get_guide(city.HUKOU, division, TODAY).procedure.visits == 1


@pytest.mark.parametrize(
    "change",
    [
        {"document": {}},
        {"number": 9},
        {"status": "DRAFT"},
        {"effective_from": date(2020, 1, 1)},
        {"effective_to": date(2020, 1, 1)},
        {"published_at": None},
        {"revision": 8},
    ],
)
@pytest.mark.parametrize("model", [models.PowerVersion, models.ImplementationVersion])
def test_the_database_refuses_to_change_a_published_version(
    small_city: None, model: Any, change: dict[str, object]
) -> None:
    version = model.objects.filter(status="PUBLISHED").first()

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=version.pk).delete()

    assert model.objects.get(pk=version.pk).document == version.document


ROW = {
    "department": "区经信局",
    "main_item": "未分类",
    "name": "企业投资项目备案(技术改造)",
    "link": "http://www.sczwfw.gov.cn/x?areaCode=511602000000"
    "&itemCode=511Z07001006-511602000000-000-11511301008778183N-1-00&taskType=10&deptCode=1",
    "qrcode": "",
}


def sichuan(*rows: object, dry_run: bool = False) -> ImportReport:
    file = io.BytesIO(json.dumps(rows).encode())
    return services.import_sichuan(file, actor=PLATFORM, at=city.NOW, dry_run=dry_run)


@pytest.fixture
def county(db: None) -> None:
    cast.load_city()


def test_a_row_of_the_other_region_becomes_an_item_that_links_out(county: None) -> None:
    report = sichuan(ROW)

    assert counts(report) == (1, 0, 0, 0)
    assert [(one.field, one.is_refused) for one in report.findings] == [("name", False), ("main_item", False)]
    guide = selectors.get_guide("511Z07001006", "511602", TODAY)
    assert (guide.title, guide.procedure.external_link) == ("企业投资项目备案（技术改造）", ROW["link"])
    assert guide.substance.department.name == "广安区经信局"
    assert [hit.code for hit in selectors.search("投资项目备案", region="511602").hits] == ["511Z07001006"]
    assert selectors.search("投资项目备案").total == 0


def test_the_other_region_imported_again_changes_nothing(county: None) -> None:
    sichuan(ROW)
    before = tables()

    report = sichuan(ROW)

    assert counts(report) == (0, 0, 1, 0)
    assert tables() == before


def test_a_new_link_of_the_other_region_is_followed(county: None) -> None:
    sichuan(ROW)
    moved = {**ROW, "link": ROW["link"].replace("deptCode=1", "deptCode=2")}

    report = sichuan(moved)

    assert counts(report) == (0, 1, 0, 0)
    assert selectors.get_guide("511Z07001006", "511602", TODAY).procedure.external_link == moved["link"]


def test_a_dry_run_of_the_other_region_writes_nothing(county: None) -> None:
    before = tables()

    report = sichuan(ROW, dry_run=True)

    assert (report.created, report.is_dry_run) == (1, True)
    assert tables() == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"department": None}, "department"),
        ({"link": ""}, "link"),
        ({"link": "javascript:alert(1)?itemCode=511Z07001006-511602000000-000-1-1-00&taskType=1"}, "link"),
        ({"link": "http://a/?taskType=1"}, "link.itemCode"),
        ({"link": ROW["link"].replace("taskType=10", "taskType=3")}, "link.taskType"),
    ],
)
def test_a_row_that_cannot_be_identified_is_refused_and_the_rest_stays(
    county: None, changes: dict[str, Any], field: str
) -> None:
    report = sichuan({**copy.deepcopy(ROW), **changes}, ROW)

    assert counts(report) == (1, 0, 0, 1)
    assert [(one.row, one.field) for one in report.findings if one.is_refused] == [(0, field)]


def test_a_repeated_code_of_the_other_region_is_refused(county: None) -> None:
    report = sichuan(ROW, {**ROW, "name": "另一个"})

    assert counts(report) == (1, 0, 0, 1)
    assert [one.reason for one in report.findings if one.is_refused] == ["同一文件中重复的编码"]


@pytest.mark.parametrize("content", [b"", b"{}", b"nonsense", b"\xff\xfe["])
def test_a_file_that_is_no_list_is_refused(county: None, content: bytes) -> None:
    with pytest.raises(BrokenFile):
        services.import_sichuan(io.BytesIO(content), actor=PLATFORM, at=city.NOW)


def test_a_file_that_breaks_off_leaves_nothing_behind(county: None) -> None:
    before = tables()
    whole = json.dumps([ROW, ROW]).encode()

    with pytest.raises(BrokenFile):
        services.import_sichuan(io.BytesIO(whole[:-20]), actor=PLATFORM, at=city.NOW)

    assert tables() == before


def test_the_whole_list_of_the_other_region(county: None, shared_data: Path) -> None:
    """1,135 rows; the three whose code is not in six parts (all without a main item) cannot be identified."""
    path = shared_data / "sichuan_guangan/items.json"
    with path.open("rb") as file:
        first = services.import_sichuan(file, actor=PLATFORM, at=city.NOW)
    before = tables()

    with path.open("rb") as file:
        second = services.import_sichuan(file, actor=PLATFORM, at=city.NOW)

    assert (first.rows, *counts(first)) == (1135, 1132, 0, 0, 3)
    assert {one.field for one in first.findings if one.is_refused} == {"link.itemCode"}
    assert len([one for one in first.findings if one.field == "main_item"]) == 612
    assert (second.rows, *counts(second)) == (1135, 0, 0, 1132, 3)
    assert tables() == before
    assert len({one.department for one in selectors.list_items("511602", TODAY)}) == 34
    assert len(selectors.list_items("511602", TODAY)) == 1132
