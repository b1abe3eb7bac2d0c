"""Editors of the catalogue: draft, change, what the checker says, two persons to publish."""

import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import kept_rows
from domains.catalogue import city
from kept_rows import KeptRows
from sites.console.conftest import Desk, seat_at
from tongban.domains.cases import selectors as cases
from tongban.domains.cases.models import Application, Case
from tongban.domains.cases.types import LimitKind, Status
from tongban.domains.catalogue import services as catalogue
from tongban.domains.catalogue.selectors import drafts as parts
from tongban.domains.catalogue.selectors import guides
from tongban.domains.catalogue.selectors.drafts import VersionView
from tongban.domains.catalogue.types import VersionStatus
from tongban.domains.eforms import services as drafts
from tongban.domains.identity import services as accounts
from tongban.domains.standards import selectors as standards
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role
from tongban.kernel.clock import Regime

pytestmark = pytest.mark.django_db
CITY_OFFICE, DISTRICT_OFFICE = "SCJG", "SCJG-310115"


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    standards.forget_dictionary()
    yield
    guides.forget_guides()
    standards.forget_dictionary()


@pytest.fixture
def here(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_city().put_back()
    monkeypatch.setattr(clock, "now", lambda: city.NOW)


@cache
def kept_city() -> KeptRows[None]:
    return kept_rows.keep(load)


def load() -> None:
    city.load()
    city.import_all(city.FOOD)


@pytest.fixture
def editor(here: None) -> Desk:
    return seat_at("示例编辑", Role.EDITOR, Role.PUBLISHER, office=CITY_OFFICE, at=city.NOW)


@pytest.fixture
def publisher(here: None) -> Desk:
    return seat_at("示例审核", Role.PUBLISHER, office=CITY_OFFICE, at=city.NOW)


@pytest.fixture
def draft(editor: Desk) -> UUID:
    (kept,) = parts.list_substances({CITY_OFFICE})
    response = editor.client.post(f"/console/items/substance/{kept.owner_id}/draft/")
    return UUID(response["Location"].rstrip("/").rpartition("/")[2])


def view(version_id: UUID) -> VersionView:
    return parts.get_substance_version(version_id, {CITY_OFFICE})


def basics(version: VersionView, **changes: object) -> dict[str, object]:
    document = version.document
    data: dict[str, object] = {
        "revision": version.revision,
        "summary": document["summary"],
        "aliases": "\n".join(document["aliases"]),
        "statutory_days": document["statutory_days"],
    }
    for number, faq in enumerate(document["faqs"]):
        data[f"question_{number}"], data[f"answer_{number}"] = faq["question"], faq["answer"]
    return {**data, **changes}


def test_an_editor_sees_no_cases_whatever_view_she_names(editor: Desk) -> None:
    answers = [editor.client.get("/console/"), editor.client.get("/console/?view=OPEN")]

    assert [answer["Location"] for answer in answers] == ["/console/items/", "/console/items/"]


def test_lists_what_the_department_keeps(editor: Desk) -> None:
    shown = editor.client.get("/console/items/").content.decode()

    assert "<h1>事项编辑</h1>" in shown
    assert city.FOOD in shown
    assert "起草新版本" in shown


def test_a_change_is_saved_and_told_in_words(editor: Desk, draft: UUID) -> None:
    response = editor.client.post(
        f"/console/items/substance/{draft}/",
        basics(view(draft), summary="示例：开餐馆前先办这个。"),
        follow=True,
    )

    shown = unescape(response.content.decode())
    assert view(draft).document["summary"] == "示例：开餐馆前先办这个。"
    assert "简介：由“" in shown
    assert "件在办办件按现行版本办完" in shown


def test_what_is_typed_is_looked_at_without_being_saved(editor: Desk, draft: UUID) -> None:
    before = view(draft)
    typed = basics(before, summary="示例：先看看。", statutory_days=0, look="on")

    response = editor.client.post(f"/console/items/substance/{draft}/", typed)

    shown = unescape(response.content.decode())
    assert response.status_code == 200
    assert "还没有保存" in shown
    assert '<p class="lead">示例：先看看。</p>' in shown
    assert "必须改" in shown
    assert view(draft) == before


def test_a_look_at_a_faulty_form_says_what_is_wrong(editor: Desk, draft: UUID) -> None:
    before = view(draft)

    response = editor.client.post(f"/console/items/substance/{draft}/", basics(before, summary="", look="on"))

    assert response.status_code == 422
    assert "<li>一句话简介：请填写这一项。</li>" in unescape(response.content.decode())
    assert view(draft) == before


def test_a_faulty_form_keeps_what_was_typed(editor: Desk, draft: UUID) -> None:
    before = view(draft)

    response = editor.client.post(
        f"/console/items/substance/{draft}/", basics(before, summary="", aliases="开饭店")
    )

    assert response.status_code == 422
    assert "开饭店</textarea>" in response.content.decode()
    assert view(draft) == before


def test_a_stale_page_overwrites_nothing(editor: Desk, draft: UUID) -> None:
    first = view(draft)
    editor.client.post(f"/console/items/substance/{draft}/", basics(first, summary="示例：第一次。"))

    response = editor.client.post(
        f"/console/items/substance/{draft}/", basics(first, summary="示例：第二次。")
    )

    assert response.status_code == 409
    assert "示例：第二次。" in response.content.decode()
    assert view(draft).document["summary"] == "示例：第一次。"


def test_a_catch_all_material_is_found_at_once_and_cannot_be_submitted(editor: Desk, draft: UUID) -> None:
    version = view(draft)
    material = version.document["materials"][0]
    entry = {**material, "name": "其他材料", "revision": version.revision}
    entry = {key: value for key, value in entry.items() if value is not None}

    response = editor.client.post(
        f"/console/items/substance/{draft}/materials/{material['code']}/", entry, follow=True
    )
    refused = editor.client.post(f"/console/items/substance/{draft}/submit/")

    shown = unescape(response.content.decode())
    assert "不能有兜底条款或含糊用语。" in shown
    assert "材料：修改“其他材料”。" in shown
    assert refused.status_code == 422
    assert "还有必须改正的问题" in refused.content.decode()
    assert view(draft).status is VersionStatus.DRAFT


def test_a_material_is_added_and_removed(editor: Desk, draft: UUID) -> None:
    version = view(draft)
    data = {
        "revision": version.revision,
        "name": "示例材料",
        "material_type": version.document["materials"][0]["material_type"],
        "source": "APPLICANT",
        "issuer": "申请人",
        "form": "ELECTRONIC",
        "copies": 0,
        "necessity": "REQUIRED",
        "sample": "示例",
        "basis": [version.document["legal_basis"][0]["id"]],
        "licence_holder": "APPLICANT",
    }

    editor.client.post(f"/console/items/substance/{draft}/materials/", data)
    added = view(draft)
    code = added.document["materials"][-1]["code"]
    editor.client.post(
        f"/console/items/substance/{draft}/materials/{code}/remove/", {"revision": added.revision}
    )

    assert added.document["materials"][-1]["name"] == "示例材料"
    assert view(draft).document["materials"] == version.document["materials"]


def test_a_licence_is_fetched_and_a_paper_wanted_in_one_situation_only(editor: Desk, draft: UUID) -> None:
    version = view(draft)
    raw = version.document["situations"][0]["code"]
    data = {
        "revision": version.revision,
        "name": "居民身份证",
        "material_type": "MT-SFZ",
        "source": "GOVERNMENT",
        "issuer": "公安机关",
        "form": "ELECTRONIC",
        "copies": 0,
        "necessity": "CONDITIONAL",
        "sample": "示例：居民身份证（电子）。",
        "basis": [version.document["legal_basis"][0]["id"]],
        "situations": [raw],
        "licence_holder": "HANDLER",
    }

    response = editor.client.post(f"/console/items/substance/{draft}/materials/", data, follow=True)

    added = view(draft).document["materials"][-1]
    assert (added["licence_type"], added["licence_holder"]) == ("SFZ", "HANDLER")
    assert added["situations"] == [raw]
    assert "没有问题" in response.content.decode()


def test_a_situation_is_edited_in_its_words(editor: Desk, draft: UUID) -> None:
    version = view(draft)
    situation = version.document["situations"][0]

    editor.client.post(
        f"/console/items/substance/{draft}/situations/{situation['code']}/",
        {"revision": version.revision, "name": "示例情形", "description": "示例说明"},
    )

    changed = view(draft).document["situations"][0]
    assert (changed["name"], changed["when"]) == ("示例情形", situation["when"])


def test_who_submits_does_not_publish(editor: Desk, publisher: Desk, draft: UUID) -> None:
    editor.client.post(f"/console/items/substance/{draft}/", basics(view(draft), summary="示例：新的简介。"))
    editor.client.post(f"/console/items/substance/{draft}/submit/")
    data = {"effective_from": "2026-04-01"}

    own = editor.client.post(f"/console/items/substance/{draft}/publish/", data)
    undated = publisher.client.post(f"/console/items/substance/{draft}/publish/", {})
    publisher.client.post(f"/console/items/substance/{draft}/publish/", data)

    assert own.status_code == undated.status_code == 422
    assert "提交的人不能自己发布" in own.content.decode()
    assert view(draft).status is VersionStatus.PUBLISHED


def test_the_preview_shows_the_draft(editor: Desk, draft: UUID) -> None:
    editor.client.post(f"/console/items/substance/{draft}/", basics(view(draft), summary="示例：看得见。"))

    shown = editor.client.get(f"/console/items/substance/{draft}/preview/").content.decode()

    assert "示例：看得见。" in shown


def test_a_version_cannot_take_effect_on_a_day_that_is_over(
    editor: Desk, publisher: Desk, draft: UUID
) -> None:
    editor.client.post(f"/console/items/substance/{draft}/", basics(view(draft), summary="示例：新的简介。"))
    editor.client.post(f"/console/items/substance/{draft}/submit/")

    refused = publisher.client.post(
        f"/console/items/substance/{draft}/publish/", {"effective_from": "2020-01-01"}
    )

    assert refused.status_code == 422
    assert "生效日期不能早于今天" in refused.content.decode()
    assert 'value="2020-01-01"' in refused.content.decode()
    assert view(draft).status is VersionStatus.IN_REVIEW


def test_the_editor_names_running_cases_and_counts_drafts(
    editor: Desk, draft: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = view(draft)
    monkeypatch.setattr(cases, "count_open_by_version", lambda ids: 1 if ids == version.published_ids else 0)
    monkeypatch.setattr(cases, "list_open_by_version", lambda ids, *, limit: ("BJ-示例-1",))
    person = accounts.register_person(name="张三", number="11010519491231002X", actor=PLATFORM, at=city.NOW)
    zhang_san = Actor(ActorKind.CITIZEN, None, "张三", subject_id=person.id, acting_for=person.id)
    for purpose in (version.basic_code, version.basic_code, "ANOTHER"):
        drafts.create_draft(
            purpose=purpose, title="示例", division="310115", facts={}, actor=zhang_san, at=city.NOW
        )

    shown = unescape(editor.client.get(f"/console/items/substance/{draft}/").content.decode())

    assert "1 件在办办件按现行版本办完" in shown
    assert "BJ-示例-1" in shown
    assert "2 份没有提交的草稿用到这个事项" in shown


def test_searches_that_found_nothing_are_the_editors(editor: Desk) -> None:
    catalogue.note_zero_hit("骑火箭", at=city.NOW)
    catalogue.note_zero_hit("骑火箭", at=city.NOW)

    shown = editor.client.get("/console/searches/").content.decode()

    assert "<h1>没搜到的词</h1>" in shown
    assert ">骑火箭</th>" in shown
    assert ">2</td>" in shown


def test_a_word_that_found_nothing_is_put_into_an_items_draft(editor: Desk, publisher: Desk) -> None:
    catalogue.note_zero_hit("食品店开张", at=city.NOW)
    asked = {"query": "食品店开张", "code": city.FOOD}
    offered = editor.client.get("/console/searches/").content.decode()
    not_offered = publisher.client.get("/console/searches/").content.decode()

    response = editor.client.post("/console/searches/adopt/", asked, follow=True)
    foreign = editor.client.post("/console/searches/adopt/", {**asked, "code": "310000000000"})

    assert "给它补上这个叫法" in offered
    assert "给它补上这个叫法" not in not_offered
    assert "俗称：增加“食品店开张”。" in unescape(response.content.decode())
    assert foreign.status_code == 404


def test_a_submitted_procedure_is_given_back_to_its_drafter(here: None) -> None:
    district = seat_at("示例区编辑", Role.EDITOR, office=DISTRICT_OFFICE, at=city.NOW)
    second = seat_at("示例区审核", Role.PUBLISHER, office=DISTRICT_OFFICE, at=city.NOW)
    (kept,) = parts.list_procedures({DISTRICT_OFFICE})
    address = district.client.post(f"/console/items/procedure/{kept.owner_id}/draft/")["Location"]
    version_id = UUID(address.rstrip("/").rpartition("/")[2])
    district.client.post(f"{address}submit/")
    offered = second.client.get(address).content.decode()

    unreasoned = second.client.post(f"{address}return/", {"reason": " "})
    second.client.post(f"{address}return/", {"reason": "承诺时限没有依据。"})

    assert f"{address}return/" in offered
    assert unreasoned.status_code == 422
    assert "请写明为什么退回" in unreasoned.content.decode()
    assert "承诺时限没有依据。" in district.client.get(address).content.decode()
    assert parts.get_procedure_version(version_id, {DISTRICT_OFFICE}).status is VersionStatus.DRAFT


def test_a_procedure_is_previewed_too(here: None) -> None:
    district = seat_at("示例区编辑", Role.EDITOR, office=DISTRICT_OFFICE, at=city.NOW)
    (kept,) = parts.list_procedures({DISTRICT_OFFICE})
    address = district.client.post(f"/console/items/procedure/{kept.owner_id}/draft/")["Location"]

    shown = district.client.get(f"{address}preview/").content.decode()

    assert "<dt>要多久</dt><dd>5 个工作日" in shown
    assert address in shown


def test_the_preview_is_the_public_page(editor: Desk, draft: UUID) -> None:
    """What a citizen would read, 免交 and all, not a summary of it."""
    public = editor.client.get(f"/guide/{city.HUANGPU}/{city.FOOD}/").content.decode()
    sections = re.findall(r'<section class="section".*?</section>', public, re.DOTALL)

    whole = editor.client.get(f"/console/items/substance/{draft}/preview/").content.decode()
    beside = editor.client.get(f"/console/items/substance/{draft}/").content.decode()

    assert len(sections) >= 7
    assert all(section in whole for section in sections)
    assert "电子证照库里有，不用交" in beside


def test_a_district_edits_its_procedure_only(here: None, draft: UUID) -> None:
    district = seat_at("示例区编辑", Role.EDITOR, office=DISTRICT_OFFICE, at=city.NOW)
    (kept,) = parts.list_procedures({DISTRICT_OFFICE})
    address = district.client.post(f"/console/items/procedure/{kept.owner_id}/draft/")["Location"]
    version = parts.get_procedure_version(UUID(address.rstrip("/").rpartition("/")[2]), {DISTRICT_OFFICE})
    data: dict[str, object] = {
        "revision": version.revision,
        "promised_days": version.document["promised_days"],
        "visits": 0,
        "channels": ["ONLINE", "COUNTER"],
        "enquiry_phone": "021-50009999",
    }
    for number, step in enumerate(version.document["steps"]):
        data[f"step_{number}"] = step["days"]

    district.client.post(address, data)
    foreign = district.client.get(f"/console/items/substance/{draft}/")

    changed = parts.get_procedure_version(version.version_id, {DISTRICT_OFFICE})
    assert changed.document["enquiry_phone"] == "021-50009999"
    assert changed.document["channels"] == ["ONLINE", "COUNTER"]
    assert foreign.status_code == 404


def test_an_acceptor_finds_no_editor(here: None) -> None:
    acceptor = seat_at("王敏", Role.ACCEPTOR, office=DISTRICT_OFFICE, at=city.NOW)

    assert acceptor.client.get("/console/items/").status_code == 404


def test_the_cases_a_version_touches_are_found_by_index(draft: UUID) -> None:
    open_cases(3_000)
    in_force = view(draft).published_ids

    with CaptureQueriesContext(connection) as queries:
        cases.count_open_by_version(in_force)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case")
        cursor.execute("EXPLAIN " + queries[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "case_open_by_substance" in plan
    assert "case_open_by_procedure" in plan


def open_cases(total: int) -> None:
    """So many cases, each under versions of its own: of an almost empty table any way of reading is as cheap."""
    application = Application.objects.create(
        number="SQ1",
        applicant_id=uuid4(),
        applicant_name="示例小馆",
        purpose=city.FOOD,
        title="示例",
        division=city.PUDONG,
        channel="ONLINE",
        idempotency_key="key",
        body_sha256="a" * 64,
        received_at=city.NOW,
    )
    Case.objects.bulk_create(
        Case(
            number=f"BJ{nth}",
            application=application,
            basic_code=city.FOOD,
            item_code=f"{city.FOOD}-{nth}",
            item_name="示例",
            substance_version_id=uuid4(),
            procedure_version_id=uuid4(),
            department="SCJG-310115",
            department_name="示例",
            applicant_id=application.applicant_id,
            applicant_name=application.applicant_name,
            purpose=city.FOOD,
            package_title="示例",
            status=Status.RECEIVED.value,
            received_at=city.NOW,
            regime=Regime.SINGLE.value,
            statutory_days=20,
            extension_max=10,
            promised_days=5,
            limit_kind=LimitKind.ACCEPTANCE.value,
        )
        for nth in range(total)
    )
