"""总数据库: the stewards' pages. The fire office provides, the food office asks, a third is the data bureau."""

import csv
import io
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest

from domains.cases.city import DEPARTMENTS, FIRE_OFFICE, FOOD_OFFICE, RECEIVED_AT
from domains.identity import cast
from sites.console.conftest import Desk
from tongban.domains.catalogue.selectors import drafts
from tongban.domains.directory import services as directory
from tongban.domains.exchange import models, selectors, services
from tongban.domains.exchange.types import DemandStatus, Grade, Grant, SystemKind, SystemState
from tongban.domains.standards import selectors as standard
from tongban.domains.standards import services as standards
from tongban.domains.standards.selectors import forget_dictionary
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM, Role

pytestmark = pytest.mark.django_db
ITEM = "310138001001"
LAW = "《中华人民共和国示例法》第十二条"
ASKED = {
    "fields_wanted": ["result"],
    "purpose": "核对消防检查",
    "items": [ITEM],
    "basis": "《中华人民共和国消防法》第十五条",
    "valid_until": "2027-03-01",
    "per_minute": "60",
}


@pytest.fixture(autouse=True)
def catalogue(firm: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """One resource of the fire office, from its registered system, published."""
    item = SimpleNamespace(basic_code=ITEM, name="公众聚集场所消防检查")
    monkeypatch.setattr(drafts, "list_substances", lambda departments: (item,))
    element = {
        "code": "fire.result",
        "name": "检查结论",
        "element_type": "text",
        "label": "检查结论",
        "question": "",
        "resource": "T-FIRE",
        "resource_field": "result",
    }
    standards.load_dictionary([element], actor=PLATFORM, at=RECEIVED_AT)
    services.register_system(
        code="XF-YW",
        name="消防业务系统（示例）",
        kind=SystemKind.SYSTEM,
        owner=FIRE_OFFICE,
        contact="000-12345",
        grade=Grade.CONNECTED_BOTH_WAYS,
        actor=PLATFORM,
        at=RECEIVED_AT,
    )
    row = {
        "code": "T-FIRE",
        "name": "消防检查结论",
        "provider": FIRE_OFFICE,
        "sharing": "2",
        "catalogue_code": "33800138001/000001",
        "abstract": "消防检查的结论。",
        "format": "DATABASE",
        "condition": "办理登记的事项。",
        "manner": "INTERFACE",
        "openness": "NOT_OPEN",
        "update_cycle": "DAILY",
        "system": "XF-YW",
        "fields": [
            {"name": "result", "label": "检查结论", "element": "fire.result", "field_type": "text"},
        ],
    }
    services.load_resources([row], actor=PLATFORM, at=RECEIVED_AT)
    yield
    forget_dictionary()


@pytest.fixture
def asker(seat: Callable[..., Desk]) -> Desk:
    return seat("顾清源", Role.DATA_STEWARD)


@pytest.fixture
def provider(seat: Callable[..., Desk]) -> Desk:
    return seat("陆思齐", Role.DATA_STEWARD, office=FIRE_OFFICE)


@pytest.fixture
def bureau(seat: Callable[..., Desk], settings: Any) -> Desk:
    office = replace(DEPARTMENTS[FOOD_OFFICE], code="T-DSJ", name="示例市数据局", uscc=cast.uscc(900))
    directory.save_department(office, actor=PLATFORM, at=RECEIVED_AT)
    settings.DATA_BUREAU = office.code
    return seat("金守正", Role.DATA_STEWARD, office=office.code)


def text_of(desk: Desk, address: str, status: int = 200) -> str:
    response = desk.client.get(address)
    assert response.status_code == status
    return unescape(response.content.decode())


def ask_for_it(asker: Desk, **changes: Any) -> models.Demand:
    response = asker.client.post("/console/data/demands/new/?resource=T-FIRE", {**ASKED, **changes})
    assert response.status_code == 302, response.content.decode()
    return models.Demand.objects.get()


def test_every_page_of_the_stewards_opens_empty_and_full(asker: Desk, provider: Desk) -> None:
    ask_for_it(asker)
    grant()
    for desk in (asker, provider):
        for page in (
            "",
            "elements/fire.result/",
            "systems/",
            "resources/",
            "resources/T-FIRE/",
            "demands/",
            "grants/",
            "lists/",
            "elements/",
        ):
            shown = text_of(desk, f"/console/data/{page}")
            assert shown.count('aria-current="page"') >= 1
            assert "<h1" in shown


def grant() -> Grant:
    return services.grant_access(
        Grant("T-FIRE", FOOD_OFFICE, ("result",), "核对", RECEIVED_AT, None, (ITEM,), per_minute=5),
        actor=PLATFORM,
        at=RECEIVED_AT,
    )


def test_others_have_no_such_page(wang: Desk) -> None:
    assert wang.client.get("/console/data/").status_code == 404
    assert "总数据库" not in unescape(wang.client.get("/console/").content.decode())


def test_the_first_page_says_what_waits(provider: Desk, asker: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_for_it(asker)
    monkeypatch.setattr(clock, "now", lambda: RECEIVED_AT + timedelta(days=20))

    shown = text_of(provider, "/console/data/")

    assert "总数据库：本部门" in shown
    assert "登记了 1 个系统，其中 1 个近 30 天没有一次调用。" in shown
    assert "目录里有 1 项资源，1 项已按国家编制指南发布。" in shown
    assert "1 项需求等待答复。" in shown
    assert "1 项需求超过了答复期限。" in shown
    assert "超过期限，没有答复" in text_of(provider, "/console/data/demands/")


def test_a_system_is_registered_and_stopped_by_its_owner(provider: Desk, asker: Desk) -> None:
    given = {
        "code": "XF-02",
        "name": "消防监管平台（示例）",
        "owner": FIRE_OFFICE,
        "kind": "SYSTEM",
        "grade": "CASES",
        "contact": "信息处 000-12345",
    }

    assert provider.client.post("/console/data/systems/", given).status_code == 302
    found = selectors.get_system("XF-02")
    assert (found.handles_cases, found.grade) == (True, Grade.RUNS_HERE)
    assert asker.client.post("/console/data/systems/XF-02/stop/").status_code == 404
    assert selectors.get_system("XF-02").state is SystemState.IN_USE
    assert provider.client.post("/console/data/systems/XF-02/stop/").status_code == 302

    assert selectors.get_system("XF-02").state is SystemState.STOPPED


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": "xf 02"}, "系统编码只用大写字母、数字和连字符"),
        ({"code": "XF-YW"}, "这个系统编码已经有了"),
        ({"contact": ""}, "请填写联系的处室和电话"),
        ({"owner": FOOD_OFFICE}, "f-owner"),
    ],
)
def test_a_system_that_is_not_whole_is_not_registered_and_keeps_what_was_typed(
    provider: Desk, changes: dict[str, str], said: str
) -> None:
    given = {
        "code": "XF-02",
        "name": "消防监管平台（示例）",
        "owner": FIRE_OFFICE,
        "kind": "SYSTEM",
        "grade": "RUNS_HERE",
        "contact": "000-12345",
        **changes,
    }

    response = provider.client.post("/console/data/systems/", given)

    shown = unescape(response.content.decode())
    assert response.status_code == 422
    assert said in shown
    assert "消防监管平台（示例）" in shown
    assert models.System.objects.count() == 1


def test_the_data_bureau_sees_where_register_and_reality_disagree(bureau: Desk, asker: Desk) -> None:
    services.load_resources(
        [{"code": "T-OLD", "name": "旧资源", "provider": FOOD_OFFICE, "sharing": "1", "fields": ["a"]}],
        actor=PLATFORM,
        at=RECEIVED_AT,
    )

    assert "有资源，没有写明来自哪个系统" in text_of(bureau, "/console/data/systems/")
    assert "T-OLD" in text_of(bureau, "/console/data/systems/")
    assert "对不上" not in text_of(asker, "/console/data/systems/")
    assert "没有按指南编目" in text_of(asker, "/console/data/resources/?q=t-old")
    assert "消防检查结论" not in text_of(asker, "/console/data/resources/?q=t-old")


def test_a_resource_shows_fields_source_grants_and_review_to_its_provider_only(
    provider: Desk, asker: Desk
) -> None:
    grant()

    own, other = (text_of(desk, "/console/data/resources/T-FIRE/") for desk in (provider, asker))

    assert "fire.result" in own
    assert "本资源" in own
    assert "记下核对结果" in own
    assert "结束授权" in own
    assert "记下核对结果" not in other
    assert "结束授权" not in other
    assert "为本部门申请这项数据" in other
    assert "为本部门申请这项数据" not in own
    assert text_of(asker, "/console/data/resources/NOWHERE/", 404)


def test_a_review_needs_words_and_only_the_provider_records_it(provider: Desk, asker: Desk) -> None:
    address = "/console/data/resources/T-FIRE/review/"

    assert asker.client.post(address, {"note": "没有变化"}).status_code == 404
    assert provider.client.post(address, {"note": " "}).status_code == 422
    assert provider.client.post(address, {"note": "没有变化"}).status_code == 302
    assert asker.client.post("/console/data/resources/T-FIRE/live/", {"is_live": "no"}).status_code == 404
    assert selectors.get_resource("T-FIRE").is_live
    assert provider.client.post("/console/data/resources/T-FIRE/live/", {"is_live": "no"}).status_code == 302

    assert not selectors.get_resource("T-FIRE").is_live


def test_asking_deciding_and_the_grant_that_follows(asker: Desk, provider: Desk) -> None:
    demand = ask_for_it(asker)
    address = f"/console/data/demands/{demand.pk}/"
    assert "同意共享" not in text_of(asker, address)
    assert asker.client.post(f"{address}agree/", {"per_minute": "60"}).status_code == 404

    assert provider.client.post(f"{address}agree/", {"per_minute": "30"}).status_code == 302

    (line,) = selectors.list_grants(resource="T-FIRE", at=RECEIVED_AT)
    assert (line.grant.department, line.grant.per_minute, line.grant.items) == (FOOD_OFFICE, 30, (ITEM,))
    assert "有效" in text_of(asker, "/console/data/grants/")
    assert (
        provider.client.post(f"{address}refuse/", {"reason": "x", "negative_basis": LAW}).status_code == 302
    )
    assert selectors.get_demand(demand.pk).status is DemandStatus.GRANTED


def test_a_refusal_without_the_negative_list_keeps_what_was_typed(asker: Desk, provider: Desk) -> None:
    demand = ask_for_it(asker)
    address = f"/console/data/demands/{demand.pk}/refuse/"

    response = provider.client.post(address, {"reason": "不方便", "negative_basis": "内部规定"})

    shown = unescape(response.content.decode())
    assert response.status_code == 422
    assert "不同意共享，要写明负面清单的依据" in shown
    assert "不方便" in shown
    assert selectors.get_demand(demand.pk).status is DemandStatus.ASKED
    assert not models.Grant.objects.exists()


def test_a_dispute_goes_to_the_data_bureau(asker: Desk, provider: Desk, bureau: Desk) -> None:
    demand = ask_for_it(asker)
    address = f"/console/data/demands/{demand.pk}/"
    provider.client.post(f"{address}refuse/", {"reason": "涉密", "negative_basis": LAW})
    assert asker.client.post(f"{address}dispute/", {"reason": "办事要用"}).status_code == 302
    assert asker.client.post(f"{address}order/", {"reason": "x"}).status_code == 404
    assert "有异议，等数据局裁决" in text_of(bureau, address)

    assert bureau.client.post(f"{address}order/", {"reason": "属于有条件共享"}).status_code == 302

    assert selectors.get_demand(demand.pk).status is DemandStatus.GRANTED
    assert "属于有条件共享" in text_of(provider, address)


def test_what_is_in_no_catalogue_goes_to_the_data_bureau_first(
    asker: Desk, provider: Desk, bureau: Desk
) -> None:
    given = {name: value for name, value in ASKED.items() if name != "fields_wanted"}
    asker.client.post("/console/data/demands/new/", {**given, "wanted": "电梯维保记录"})
    demand = models.Demand.objects.get()
    address = f"/console/data/demands/{demand.pk}/"
    assert provider.client.get(address).status_code == 404

    assert bureau.client.post(f"{address}name-provider/", {"department": FIRE_OFFICE}).status_code == 302

    assert "已经编入目录" in text_of(provider, address)
    assert provider.client.post(f"{address}supply/", {"resource": "T-FIRE"}).status_code == 302
    assert selectors.get_demand(demand.pk).status is DemandStatus.SUPPLIED


def test_a_demand_that_lacks_something_says_so(asker: Desk) -> None:
    response = asker.client.post(
        "/console/data/demands/new/?resource=T-FIRE", {"purpose": "核对", "valid_until": "2020-01-01"}
    )

    shown = unescape(response.content.decode())
    assert response.status_code == 422
    for words in ("请至少选一个信息项", "请至少选一个事项", "请写明依据", "这一天已经到了"):
        assert words in shown
    assert 'value="核对"' in shown
    assert not models.Demand.objects.exists()


def test_ending_a_grant_needs_a_reason(provider: Desk, asker: Desk) -> None:
    found = grant()
    address = f"/console/data/grants/{found.id}/end/"

    assert asker.client.post(address, {"reason": "试"}).status_code == 404
    provider.client.post(address, {"reason": " "})
    assert selectors.grants_of(FOOD_OFFICE, ["T-FIRE"])["T-FIRE"][0].valid_to is None
    provider.client.post(address, {"reason": "不再需要"})

    assert selectors.grants_of(FOOD_OFFICE, ["T-FIRE"])["T-FIRE"][0].valid_to is not None


@pytest.mark.parametrize("slug", ["supply", "demand", "responsibility"])
def test_the_three_lists_come_as_csv_that_no_spreadsheet_computes(asker: Desk, slug: str) -> None:
    models.Resource.objects.filter(pk="T-FIRE").update(name="=1+1")
    ask_for_it(asker)

    response = asker.client.get(f"/console/data/lists/{slug}.csv")

    text = response.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert len(rows) == 2
    assert "'=1+1" in rows[1]
    assert text_of(asker, "/console/data/lists/nothing.csv", 404)


@pytest.mark.parametrize("count", [2, 20])
def test_the_lists_cost_the_same_for_many(
    asker: Desk, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        services.load_resources(
            [{"code": f"T-{number}", "name": "x", "provider": FIRE_OFFICE, "sharing": "1", "fields": ["a"]}],
            actor=PLATFORM,
            at=RECEIVED_AT,
        )

    for page in ("resources/", "lists/", "systems/", "grants/", "demands/"):
        with django_assert_max_num_queries(16):
            assert asker.client.get(f"/console/data/{page}").status_code == 200


def test_an_element_shows_who_holds_and_who_uses_it_and_the_data_bureau_names_the_source(
    bureau: Desk, provider: Desk
) -> None:
    models.Resource.objects.create(
        code="T-OTHER", name="另一份", provider_id=FOOD_OFFICE, fields=["r"], sharing="1"
    )
    models.ResourceField.objects.create(
        resource_id="T-OTHER", position=0, name="r", label="r", element_id="fire.result", field_type="text"
    )
    address = "/console/data/elements/fire.result/"

    shown = text_of(provider, address)
    assert "消防检查结论（T-FIRE）" in shown
    assert "2 处在用" in shown
    assert "指定数源" not in shown
    assert provider.client.post(f"{address}source/", {"source": "T-OTHER:r"}).status_code == 404
    assert standard.get_element("fire.result").resource == "T-FIRE"
    assert bureau.client.post(f"{address}source/", {"source": "nothing"}).status_code == 302
    assert standard.get_element("fire.result").resource == "T-FIRE"
    assert bureau.client.post(f"{address}source/", {"source": "T-OTHER:r"}).status_code == 302

    assert standard.get_element("fire.result").resource == "T-OTHER"
    assert "数源由“T-FIRE”改为“T-OTHER”" in text_of(bureau, address)
    assert text_of(bureau, "/console/data/elements/no.such/", 404)


def test_only_the_data_bureau_ends_an_element_and_no_new_resource_is_built_on_it(
    bureau: Desk, provider: Desk
) -> None:
    address = "/console/data/elements/fire.result/end/"

    assert provider.client.post(address).status_code == 404
    assert standard.ended_elements() == {}
    assert bureau.client.post(address).status_code == 302

    (entry,) = selectors.entries(["T-FIRE"])
    changed = {**asdict(entry), "abstract": "改过的摘要。"}
    report = services.import_resources([changed], actor=PLATFORM, at=RECEIVED_AT)
    assert [one.field for one in report.findings] == ["fields.0.element"]
    assert "起停止使用" in text_of(provider, "/console/data/elements/fire.result/")


def test_who_uses_a_resource_is_told_of_its_new_version(asker: Desk, provider: Desk) -> None:
    grant()
    (entry,) = selectors.entries(["T-FIRE"])
    assert "发布了第" not in text_of(asker, "/console/data/")

    services.load_resources([{**asdict(entry), "update_cycle": "WEEKLY"}], actor=PLATFORM, at=RECEIVED_AT)

    assert "本部门在用的消防检查结论于 2026" in text_of(asker, "/console/data/")
    assert "发布了第" not in text_of(provider, "/console/data/")
    assert "更新周期由“每日”改为“每周”" in text_of(asker, "/console/data/resources/T-FIRE/")
