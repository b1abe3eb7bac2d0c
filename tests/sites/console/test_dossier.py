"""The dossier and its points: what is shown, who may look, what is kept."""

import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from domains.cases.city import ANSWERS, FOOD, Story, Submit, Uploads, at, new_case, typed
from sites.city import DATA
from sites.console.conftest import Desk
from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services
from tongban.domains.cases.types import ProcedureKind, Status, TickMark
from tongban.domains.standards import selectors as standards
from tongban.domains.standards import services as dictionary
from tongban.foundation import clock
from tongban.foundation.audit.models import Entry
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db


@pytest.fixture
def elements(db: None) -> Iterator[None]:
    """The dictionary of the demo's data elements."""
    standards.forget_dictionary()
    rows = json.loads((DATA / "elements.json").read_text("utf-8"))
    dictionary.load_dictionary(rows, actor=PLATFORM, at=at(3, 2))
    yield
    standards.forget_dictionary()


def open_page(desk: Desk, number: str) -> str:
    response = desk.client.get(f"/console/cases/{number}/")
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_shows_form_with_provenance_points_with_clause_and_siblings(wang: Desk, story: Story) -> None:
    shown = open_page(wang, story.number)

    assert "<h1>食品经营许可（示例）</h1>" in shown
    assert "示例市法人库，2026年3月2日" in shown
    assert "布局流程合理" in shown
    assert "《中华人民共和国食品安全法》第三十五条" in shown
    assert "国家对食品生产经营实行许可制度。" in shown
    assert "消防安全检查（示例）" in shown
    assert "受理期限" in shown


def test_says_what_each_act_causes_and_offers_only_those_of_the_post(
    wang: Desk, qian: Desk, story: Story
) -> None:
    acceptor, decider = open_page(wang, story.number), open_page(qian, story.number)

    assert "发出受理通知书，办理期限开始计算" in acceptor
    assert f"/console/cases/{story.number}/acts/supplement/" in acceptor
    assert f"/console/cases/{story.number}/acts/accept/" not in decider


@pytest.mark.parametrize(
    ("area", "found", "reason"),
    [
        (120, "系统核对相符", "店面面积：120平方米（规定的界线是不少于1平方米）"),
        (0, "系统核对不符", "店面面积：0平方米（规定的界线是不少于1平方米）"),
        (None, "系统核对不了", "店面面积：还不清楚"),
    ],
)
@pytest.mark.usefixtures("elements")
def test_says_beside_a_point_what_the_machine_found_and_why(
    wang: Desk, submit: Submit, area: int | None, found: str, reason: str
) -> None:
    answers = {**ANSWERS, "PREMISES.shop.area_m2": typed(area)}
    number = submit(new_case(FOOD, answers=answers)).cases[0].number

    (beside,) = re.findall(r'<p class="point__machine">(.*?)</p>', open_page(wang, number), re.DOTALL)

    assert found in beside
    assert reason in beside


def test_the_look_is_kept(wang: Desk, story: Story) -> None:
    open_page(wang, story.number)

    kept = Entry.objects.filter(action="DOSSIER_OPENED", case_number=story.number)
    assert [entry.actor_id for entry in kept] == [wang.account]


@pytest.mark.parametrize("path", ["", "clock/", "acts/accept/"])
def test_another_departments_case_looks_like_none(zhao: Desk, story: Story, path: str) -> None:
    foreign = zhao.client.get(f"/console/cases/{story.number}/{path}")
    unknown = zhao.client.get(f"/console/cases/BJ-000000/{path}")

    assert foreign.status_code == unknown.status_code == 404
    assert Entry.objects.filter(action="DOSSIER_OPENED").count() == 0


def test_ticks_are_kept_with_the_officer(wang: Desk, story: Story) -> None:
    response = wang.client.post(
        f"/console/cases/{story.number}/points/",
        {"revision": 1, "point:e1": "passed", "point:e2": "failed", "note:e2": "没有配备管理人员"},
    )

    assert response["Location"] == f"/console/cases/{story.number}/"
    ticks = {tick.point: tick for tick in cases.get_dossier(story.number, actor=wang.actor).ticks}
    assert (ticks["e1"].passed, ticks["e2"].passed) == (True, False)
    assert ticks["e2"].note == "没有配备管理人员"
    assert ticks["e1"].officer_name == "王敏"


def test_a_failure_without_words_comes_back_as_it_was(wang: Desk, story: Story) -> None:
    response = wang.client.post(
        f"/console/cases/{story.number}/points/",
        {"revision": 1, "point:e1": "passed", "note:e1": "看过图纸", "point:e2": "failed"},
    )

    shown = unescape(response.content.decode())
    assert response.status_code == 422
    assert "请写明不符合之处，会告知申请人。" in shown
    assert 'value="看过图纸"' in shown
    assert cases.get_dossier(story.number, actor=wang.actor).ticks == ()


def test_ticks_on_a_stale_page_are_not_kept_but_shown_again(wang: Desk, story: Story) -> None:
    story.accept()

    response = wang.client.post(
        f"/console/cases/{story.number}/points/", {"revision": 1, "point:e1": "passed", "note:e1": "我看过"}
    )

    shown = unescape(response.content.decode())
    assert response.status_code == 409
    assert "这个办件刚刚有了新的办理记录" in shown
    assert 'value="我看过"' in shown
    assert cases.get_dossier(story.number, actor=wang.actor).ticks == ()


def test_the_clock_lists_each_day_with_its_reason(wang: Desk, story: Story) -> None:
    story.accept()
    story.note(
        services.record_procedure(
            **story.names,
            kind=ProcedureKind.SITE_CHECK,
            began_on=date(2026, 3, 5),
            ended_on=date(2026, 3, 5),
            officers="王敏、刘洋",
            finding="布局与图一致",
            actor=wang.actor,
            at=at(3, 6),
        )
    )

    response = wang.client.get(f"/console/cases/{story.number}/clock/")

    shown = unescape(response.content.decode())
    day = shown.split("2026年3月5日（周四）</th>")[1].split("</tr>")[0]
    assert "这一天现场核查，不停钟，照算" in day
    assert "<h1>为什么是这一天</h1>" in shown
    assert "受理当日不计" in shown
    assert "2026年3月7日（周六）" in shown


def test_an_upload_opens_for_the_department_only(
    wang: Desk, zhao: Desk, submit: Submit, uploads: Uploads
) -> None:
    upload = uploads.add("MT-m1:APPLICANT")
    number = submit(new_case(FOOD, attachments=(upload,))).cases[0].number

    shown = open_page(wang, number)
    foreign = zhao.client.get(f"/console/cases/{number}/files/{upload}/")
    other = wang.client.get(f"/console/cases/{number}/files/{uuid4()}/")

    assert f"/console/cases/{number}/files/{upload}/" in shown
    assert "经营场所布局图" in shown
    assert foreign.status_code == other.status_code == 404


def test_a_decided_case_shows_decision_and_history(wang: Desk, qian: Desk, story: Story, monkeypatch) -> None:
    story.to_decide()
    story.grant()
    monkeypatch.setattr(clock, "now", lambda: at(3, 5))

    shown = open_page(qian, story.number)

    assert "决定：准予" in shown
    assert story.last is not None
    assert story.last.licences[0] in shown
    assert "准予行政许可决定书" in shown
    assert "审查完成，等待决定。" in shown


def test_as_many_queries_with_a_long_history_as_with_a_short_one(
    wang: Desk, submit: Submit, uploads: Uploads
) -> None:
    few = Story(
        submit(new_case(FOOD, attachments=(uploads.add("MT-m1:APPLICANT"),)), key="few").cases[0].number
    )
    more = {f"MATTER.note_{n}": answer for n, answer in enumerate(list(ANSWERS.values()) * 4)}
    files = tuple(uploads.add("MT-m1:APPLICANT") for _n in range(8))
    many = Story(submit(new_case(FOOD, answers=more, attachments=files), key="many").cases[0].number)
    many.accept()
    many.tick(TickMark("e1", True), TickMark("e2", True))
    assert cases.get_dossier(many.number, actor=wang.actor).status is Status.ACCEPTED
    open_page(wang, few.number)

    short, long = count(wang, few.number), count(wang, many.number)

    assert long == short
    assert long <= 12


def count(desk: Desk, number: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        open_page(desk, number)
    return len([one for one in queries if "SAVEPOINT" not in one["sql"]])
