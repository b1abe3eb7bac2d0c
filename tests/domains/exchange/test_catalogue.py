"""The catalogue by the national guide: codes, what an entry must say, one source for each element, versions, reviews."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

import tongban.demo
from domains.identity import cast
from tongban.domains.exchange import models, rules, selectors, services
from tongban.domains.exchange.types import Grade, SystemKind
from tongban.domains.standards import services as standards
from tongban.domains.standards.selectors import forget_dictionary
from tongban.foundation.audit.models import Entry as AuditEntry
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db
DATA = Path(tongban.demo.__file__).parent / "data"
ELEMENT = {
    "code": "person.name",
    "name": "姓名",
    "element_type": "text",
    "label": "姓名",
    "question": "",
    "resource": None,
    "resource_field": None,
}


def element(code: str, **changes: Any) -> dict[str, Any]:
    return {**ELEMENT, "code": code, **changes}


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "code": "T-PERSON",
        "name": "人口信息",
        "provider": "GA",
        "sharing": "2",
        "catalogue_code": "10100109001/000001",
        "abstract": "公民的姓名。",
        "format": "DATABASE",
        "condition": "办理登记的事项。",
        "manner": "INTERFACE",
        "openness": "NOT_OPEN",
        "update_cycle": "REAL_TIME",
        "system": "GA-RK",
        "fields": [
            {"name": "name", "label": "姓名", "element": "person.name", "field_type": "text", "length": 50}
        ],
        **changes,
    }


@pytest.fixture(autouse=True)
def city() -> Any:
    cast.load_city()
    cast.department("GA")
    cast.department("YJJ", 2)
    for code, owner in (("GA-RK", "GA"), ("YJJ-SJ", "YJJ")):
        services.register_system(
            code=code,
            name="数据库（示例）",
            kind=SystemKind.SYSTEM,
            owner=owner,
            contact="000-12345",
            grade=Grade.RUNS_HERE,
            actor=PLATFORM,
            at=cast.NOW,
        )
    standards.load_dictionary([element("person.name")], actor=PLATFORM, at=cast.NOW)
    yield
    forget_dictionary()


def load(*rows: dict[str, Any], days: int = 0) -> Any:
    return services.import_resources(list(rows), actor=PLATFORM, at=cast.NOW + timedelta(days=days))


@pytest.mark.parametrize(
    ("code", "is_good"),
    [
        ("10100109001/000001", True),
        ("307001001/1", True),
        ("40100109001/000001", False),
        ("101001/000001", False),
        ("10100109001", False),
        ("10100109001/", False),
        ("10A00109001/000001", False),
        ("\uff110100109001/000001", False),
    ],
)
def test_the_national_code_has_kind_item_list_detail_and_serial(code: str, is_good: bool) -> None:
    assert rules.is_catalogue_code(code) is is_good


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"catalogue_code": "9-1"}, "catalogue_code"),
        ({"abstract": ""}, "abstract"),
        ({"format": "PAPER"}, "format"),
        ({"manner": ""}, "manner"),
        ({"openness": ""}, "openness"),
        ({"update_cycle": ""}, "update_cycle"),
        ({"condition": ""}, "condition"),
        ({"system": None}, "system"),
        ({"system": "NOWHERE"}, "system"),
        ({"provider": "NOWHERE"}, "provider"),
        ({"sharing": "3"}, "basis"),
        ({"sharing": "3", "basis": "内部规定"}, "basis"),
        ({"fields": [{"name": "name", "label": "姓名", "element": None, "field_type": "text"}]}, "element"),
        ({"fields": [{"name": "name", "label": "姓名", "element": "a.b", "field_type": "text"}]}, "element"),
        ({"fields": []}, "fields"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_entry_that_does_not_say_what_the_guide_asks_is_refused_and_nothing_is_written(
    changes: dict[str, Any], place: str
) -> None:
    report = load(entry(), entry(**{"code": "T-OTHER", "catalogue_code": "10100109001/000002", **changes}))

    assert report.refused == 1
    assert [one.field for one in report.findings if place in one.field]
    assert not models.Resource.objects.exists()
    assert not models.ResourceVersion.objects.exists()


def test_not_shared_needs_a_law_with_its_article() -> None:
    assert load(entry(sharing="3", basis="《中华人民共和国示例法》第十二条")).refused == 0


def test_two_resources_with_one_national_code_are_refused() -> None:
    assert load(entry(), entry(code="T-OTHER")).refused == 1
    assert load(entry()).refused == 0

    assert load(entry(code="T-OTHER")).refused == 1
    assert models.Resource.objects.count() == 1


def test_an_element_that_two_resources_claim_blocks_publication_until_one_is_named_as_the_source() -> None:
    rival = entry(
        code="T-PHARMACIST",
        name="药师信息",
        provider="YJJ",
        catalogue_code="33900139001/000001",
        system="YJJ-SJ",
    )
    assert load(entry()).refused == 0

    blocked = load(rival)
    assert [one.field for one in blocked.findings] == ["fields.0.element"]
    assert "人口信息" in blocked.findings[0].reason
    assert list(models.Resource.objects.values_list("code", flat=True)) == ["T-PERSON"]
    named = element("person.name", resource="T-PERSON", resource_field="name")
    standards.load_dictionary([named], actor=PLATFORM, at=cast.NOW)

    assert load(rival).created == 1
    assert [(one.resource, one.is_source) for one in selectors.claims()] == [
        ("T-PERSON", True),
        ("T-PHARMACIST", False),
    ]


def test_a_change_is_the_next_version_with_its_words_and_the_same_again_is_none() -> None:
    load(entry())
    standards.load_dictionary([element("person.sex", name="性别")], actor=PLATFORM, at=cast.NOW)
    wider = [
        *entry()["fields"],
        {"name": "sex", "label": "性别", "element": "person.sex", "field_type": "text"},
    ]

    assert load(entry()).unchanged == 1
    report = load(entry(fields=wider, update_cycle="DAILY"), days=3)

    assert (report.changed, models.ResourceVersion.objects.count()) == (1, 2)
    newest, first = selectors.list_versions("T-PERSON")
    assert (newest.number, newest.changes) == (2, ("更新周期由“实时”改为“每日”", "增加信息项“性别”"))
    assert first.changes == ()
    found = selectors.get_catalogue_entry("T-PERSON")
    assert (found.version, found.published_on, found.updated_on) == (2, date(2026, 3, 2), date(2026, 3, 5))
    assert selectors.get_resource("T-PERSON").fields == ("name", "sex")


def test_what_has_only_names_can_be_asked_but_is_not_published() -> None:
    services.load_resources(
        [{"code": "T-OLD", "name": "旧资源", "provider": "GA", "sharing": "1", "fields": ["a", "b"]}],
        actor=PLATFORM,
        at=cast.NOW,
    )

    found = selectors.get_catalogue_entry("T-OLD")
    assert (found.published_on, found.version) == (None, 0)
    assert selectors.get_resource("T-OLD").is_live
    assert "T-OLD" in selectors.reconcile(at=cast.NOW).resources_without_system


def test_export_and_import_are_the_same_file(tmp_path: Path, capsys: Any) -> None:
    load(entry())
    file = tmp_path / "resources.json"
    call_command("resources_export", file)
    exported = json.loads(file.read_text("utf-8"))
    assert [row["catalogue_code"] for row in exported] == ["10100109001/000001"]

    call_command("resources_import", file)
    assert "1 unchanged, 0 refused" in capsys.readouterr().out
    exported[0]["abstract"] = "姓名。"
    file.write_text(json.dumps(exported), "utf-8")
    call_command("resources_import", file, dry_run=True)

    assert "1 would be changed" in capsys.readouterr().out
    assert selectors.get_catalogue_entry("T-PERSON").entry.abstract == "公民的姓名。"


def test_a_review_is_due_a_year_after_the_last_and_only_its_provider_makes_it() -> None:
    load(entry())
    at = cast.NOW + timedelta(days=300)
    assert selectors.get_catalogue_entry("T-PERSON").review_due == date(2027, 3, 2)

    with pytest.raises(services.NotYourResource):
        services.review_resource(
            "T-PERSON", note="没有变化", departments=frozenset({"YJJ"}), actor=PLATFORM, at=at
        )
    with pytest.raises(services.ReviewMissing):
        services.review_resource("T-PERSON", note=" ", departments=None, actor=PLATFORM, at=at)
    assert selectors.get_catalogue_entry("T-PERSON").reviewed_on == date(2026, 3, 2)
    due = services.review_resource(
        "T-PERSON", note="没有变化", departments=frozenset({"GA"}), actor=PLATFORM, at=at
    )

    assert due == date(2027, 12, 27)
    assert AuditEntry.objects.filter(action="REVIEW_RESOURCE").count() == 1


def test_the_review_after_a_leap_day() -> None:
    assert rules.next_review(date(2028, 2, 29)) == date(2029, 2, 28)


def test_the_sample_citys_catalogue_is_whole(django_assert_max_num_queries: Any) -> None:
    rows = json.loads((DATA / "resources.json").read_text("utf-8"))
    codes = {row["provider"] for row in rows}
    for number, code in enumerate(sorted(codes - {"GA", "YJJ"}), start=10):
        cast.department(code, number)
    for number, code in enumerate(("YCZM", "RMYH"), start=60):
        cast.department(code, number)
    standards.load_dictionary(
        json.loads((DATA / "elements.json").read_text("utf-8")), actor=PLATFORM, at=cast.NOW
    )
    services.load_systems(json.loads((DATA / "systems.json").read_text("utf-8")), actor=PLATFORM, at=cast.NOW)
    services.load_resources(rows, actor=PLATFORM, at=cast.NOW)

    with django_assert_max_num_queries(2):
        found = selectors.list_catalogue()

    assert len(found) == len(rows) == 28
    assert all(one.version == 1 and one.published_on for one in found)
    assert all(field.element for one in found for field in one.entry.fields)
    assert {one.element for one in selectors.claims() if one.is_source} == {
        one.element for one in selectors.claims()
    }
