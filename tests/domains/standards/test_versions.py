"""An element's versions, its end, its names in other standards, and who uses it."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

import tongban.demo
from domains.identity.cast import NOW
from tongban.domains.standards import models, rules, selectors, services
from tongban.domains.standards.selectors import versions
from tongban.domains.standards.types import Mapped, Usage
from tongban.foundation.audit.models import Entry as AuditEntry
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db
TODAY, NEXT_MONTH = date(2026, 3, 2), date(2026, 4, 1)
KIND = {
    "code": "shop.kind",
    "name": "经营种类",
    "element_type": "code",
    "label": "种类",
    "question": "是哪一种？",
    "options": [{"value": "A", "label": "餐馆"}, {"value": "B", "label": "小吃店"}],
}


@pytest.fixture(autouse=True)
def dictionary(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(versions, "_sources", [])
    selectors.forget_dictionary()
    services.load_dictionary([KIND], actor=PLATFORM, at=NOW)
    yield
    selectors.forget_dictionary()


def change(effective_from: date = TODAY, **changed: Any) -> int:
    return services.change_element(
        "shop.kind", changed, effective_from=effective_from, actor=PLATFORM, at=NOW
    )


def test_a_load_is_a_version_and_the_same_load_is_none() -> None:
    services.load_dictionary([KIND], actor=PLATFORM, at=NOW)
    services.load_dictionary([{**KIND, "label": "经营种类"}], actor=PLATFORM, at=NOW)

    newest, first = selectors.list_versions("shop.kind")
    assert (first.number, first.changes) == (1, ())
    assert (newest.number, newest.changes) == (2, ("表单上的叫法由“种类”改为“经营种类”",))
    assert newest.effective_from == TODAY


def test_the_words_of_a_change_tell_the_values_of_a_code_list() -> None:
    change(
        options=[{"value": "A", "label": "餐厅"}, {"value": "C", "label": "饮品店"}],
        is_sensitive=True,
        help="看招牌",
    )

    (newest, _first) = selectors.list_versions("shop.kind")
    assert newest.changes == (
        "提示由“—”改为“看招牌”",
        "敏感由“否”改为“是”",
        "增加取值“饮品店”（C）",
        "取消取值“小吃店”（B）",
        "取值 A 由“餐馆”改为“餐厅”",
    )


def test_a_version_from_a_later_day_holds_from_that_day_on_and_once() -> None:
    number = change(NEXT_MONTH, label="类别")

    assert number == 2
    assert selectors.get_element("shop.kind").label == "种类"
    assert selectors.list_versions("shop.kind")[0].applied_at is None
    day_before = NOW + timedelta(days=29)
    assert services.apply_due(actor=PLATFORM, at=day_before) == 0
    assert selectors.get_element("shop.kind").label == "种类"

    on_the_day = NOW + timedelta(days=30)
    assert services.apply_due(actor=PLATFORM, at=on_the_day) == 1
    assert services.apply_due(actor=PLATFORM, at=on_the_day) == 0

    assert selectors.get_element("shop.kind").label == "类别"
    assert [one.number for one in selectors.list_versions("shop.kind")] == [2, 1]
    assert selectors.list_versions("shop.kind")[0].applied_at == on_the_day


def test_of_two_versions_that_came_due_together_the_later_holds() -> None:
    change(NEXT_MONTH, label="类别")
    change(NEXT_MONTH + timedelta(days=1), label="业态")

    services.apply_due(actor=PLATFORM, at=NOW + timedelta(days=60))

    assert selectors.get_element("shop.kind").label == "业态"


def test_what_contradicts_itself_or_changes_nothing_is_no_version() -> None:
    with pytest.raises(services.FaultyDictionary):
        change(options=[])
    with pytest.raises(services.NothingChanged):
        change(label="种类")
    with pytest.raises(selectors.ElementNotFound):
        services.change_element("no.such", {}, effective_from=TODAY, actor=PLATFORM, at=NOW)

    assert len(selectors.list_versions("shop.kind")) == 1
    assert selectors.get_element("shop.kind").label == "种类"


def used(elements: Collection[str]) -> Mapping[str, Sequence[Usage]]:
    return {"shop.kind": [Usage("GUIDE", "310131001001", "食品经营许可")]} if "shop.kind" in elements else {}


def test_what_is_used_is_ended_not_removed() -> None:
    selectors.register_usage_source(used)

    with pytest.raises(services.ElementInUse) as refused:
        services.remove_element("shop.kind", actor=PLATFORM, at=NOW)
    assert refused.value.places == 1
    assert selectors.get_element("shop.kind")
    services.end_element("shop.kind", on=NEXT_MONTH, actor=PLATFORM, at=NOW)

    assert selectors.ended_elements() == {"shop.kind": NEXT_MONTH}
    assert selectors.usage(["shop.kind"]) == {"shop.kind": (Usage("GUIDE", "310131001001", "食品经营许可"),)}
    assert AuditEntry.objects.filter(action="END_ELEMENT").count() == 1


def test_what_nobody_uses_is_removed_with_its_versions() -> None:
    services.remove_element("shop.kind", actor=PLATFORM, at=NOW)

    with pytest.raises(selectors.ElementNotFound):
        selectors.get_element("shop.kind")
    assert not models.ElementVersion.objects.exists()


def test_an_element_and_its_values_have_names_in_other_standards() -> None:
    mapped = (Mapped("GB/T 4754", "", "6210", "正餐服务"), Mapped("GB/T 4754", "B", "6291", "小吃服务"))
    services.map_element("shop.kind", mapped, actor=PLATFORM, at=NOW)

    with pytest.raises(services.FaultyDictionary):
        services.map_element("shop.kind", [Mapped("X", "Z", "1", "")], actor=PLATFORM, at=NOW)

    assert selectors.list_mappings("shop.kind") == mapped


def test_the_source_of_an_element_is_named() -> None:
    services.name_source("shop.kind", resource="T-SHOP", field="kind", actor=PLATFORM, at=NOW)

    found = selectors.get_element("shop.kind")
    assert (found.resource, found.resource_field) == ("T-SHOP", "kind")
    assert "数源由“—”改为“T-SHOP”" in selectors.list_versions("shop.kind")[0].changes


def test_elements_are_found_in_forms_and_conditions_however_deep() -> None:
    document = {
        "form": [{"element": "a.b", "when": {"all": [{"field": "c.d", "op": "eq", "value": "e.f"}]}}],
        "fields": [{"name": "element"}],
    }

    assert rules.mentioned(document) == {"a.b", "c.d"}


def test_the_sample_guides_name_only_elements_of_the_standard() -> None:
    data = Path(tongban.demo.__file__).parent / "data"
    known = {row["code"] for row in json.loads((data / "elements.json").read_text("utf-8"))}
    files = [*(data / "guides").glob("*.json"), *(data / "packages").glob("*.json")]

    named = [rules.mentioned(json.loads(file.read_text("utf-8"))) for file in files]

    assert len(files) > 80
    assert frozenset().union(*named) <= known


def test_an_element_that_is_older_than_its_versions_gets_its_first_one_once() -> None:
    models.ElementVersion.objects.all().delete()
    write = import_module("tongban.domains.standards.migrations.0004_first_versions").write_first_versions

    write(apps, None)
    write(apps, None)
    services.load_dictionary([{**KIND, "label": "业态"}], actor=PLATFORM, at=NOW)

    newest, first = selectors.list_versions("shop.kind")
    assert (first.number, first.made_by) == (1, "平台")
    assert versions.as_written(models.ElementVersion.objects.get(number=1).document).label == "种类"
    assert newest.changes == ("表单上的叫法由“种类”改为“业态”",)
