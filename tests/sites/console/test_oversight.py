"""What a head of office watches: who is charged with an overdue limit, overridden findings, broken promises."""

from collections.abc import Callable
from html import unescape
from types import SimpleNamespace

import pytest

from domains.cases.city import FIRE, FIRE_OFFICE, FIRE_OFFICER, FOOD, FOOD_OFFICE, Story, Submit, at, new_case
from sites.console.conftest import Desk
from tongban.domains.cases import services
from tongban.domains.cases.models import Case, CheckTask
from tongban.domains.cases.types import CheckOutcome, TickMark
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.domains.registers import selectors as registers
from tongban.foundation import clock
from tongban.kernel.actors import Role

pytestmark = pytest.mark.django_db
ADDRESS = "/console/oversight/"


@pytest.fixture
def supervisor(seat: Callable[..., Desk]) -> Desk:
    return seat("孙立", Role.SUPERVISOR)


@pytest.fixture
def led_by_food(monkeypatch: pytest.MonkeyPatch) -> None:
    package = SimpleNamespace(code="OPEN_RESTAURANT", title="开办餐饮店", lead_department=FOOD_OFFICE)
    monkeypatch.setattr(lifeevents, "list_packages", lambda: (package,))


@pytest.fixture
def fire_is_late(story: Story, monkeypatch: pytest.MonkeyPatch) -> Case:
    """The fire office has let its promise of five days pass; the food office has decided."""
    late = Case.objects.get(department=FIRE_OFFICE)
    services.accept_case(case_number=late.number, revision=1, actor=FIRE_OFFICER, at=at(3, 3))
    story.to_decide()
    story.grant()
    monkeypatch.setattr(clock, "now", lambda: at(3, 13))
    services.keep_limits(at=at(3, 13))
    return Case.objects.get(department=FIRE_OFFICE)


def shown_to(desk: Desk) -> str:
    response = desk.client.get(ADDRESS)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_an_overdue_case_is_charged_to_its_department_and_shown_to_the_lead(
    supervisor: Desk, seat: Callable[..., Desk], fire_is_late: Case, led_by_food: None
) -> None:
    charged = seat("周正", Role.SUPERVISOR, office=FIRE_OFFICE)

    lead, own = shown_to(supervisor), shown_to(charged)

    assert "近 90 天超期 0 次" in lead
    assert "近 90 天超期 1 次：示例区消防救援局 1 件。" in lead
    assert "还没有办" in lead
    assert fire_is_late.number not in lead
    assert fire_is_late.applicant_name not in lead
    assert "近 90 天超期 1 次，其中 1 件还没有办。" in own
    assert f"/console/cases/{fire_is_late.number}/" in own
    assert "牵头的一件事" not in own


def test_once_done_it_stays_charged(
    supervisor: Desk, seat: Callable[..., Desk], fire_is_late: Case, led_by_food: None
) -> None:
    services.terminate(
        case_number=fire_is_late.number,
        revision=fire_is_late.revision,
        reason="场所已不存在",
        actor=FIRE_OFFICER,
        at=at(3, 13),
    )

    shown = shown_to(supervisor)

    assert "示例区消防救援局 1 件" in shown
    assert "还没有办" not in shown.split("牵头的一件事")[1]


def test_the_dossier_says_of_its_siblings_where_they_stand(
    wang: Desk, story: Story, fire_is_late: Case
) -> None:
    shown = unescape(wang.client.get(f"/console/cases/{story.number}/").content.decode())

    strip = shown.split('class="siblings"')[1].split("</nav>")[0]
    assert FIRE.title in strip
    assert "待审查" in strip
    assert "已超期" in strip


def test_an_override_is_counted_with_who_and_why(supervisor: Desk, qian: Desk, story: Story) -> None:
    story.accept()
    story.tick(TickMark("e1", False, "没有分区"), TickMark("e2", True))
    story.examine()
    before = shown_to(supervisor)

    story.grant(actor=qian.actor, override_reason="现场复查已改正")

    after = shown_to(supervisor)
    assert "近 90 天推翻 0 次" in before
    assert "近 90 天推翻 1 次" in after
    assert "现场复查已改正" in after
    assert "钱一鸣" in after


def test_a_broken_promise_is_repaired_with_a_reason(supervisor: Desk, wang: Desk, submit: Submit) -> None:
    story = Story(submit(new_case(FOOD, uses_promise=True)).cases[0].number).to_decide()
    story.grant()
    services.settle_check(
        check_id=CheckTask.objects.get().id,
        outcome=CheckOutcome.FAILED,
        note="没有专间",
        actor=wang.actor,
        at=at(3, 9),
    )
    (record,) = registers.list_broken_promises({FOOD_OFFICE})
    shown = shown_to(supervisor)
    address = f"{ADDRESS}broken-promises/{record.id}/"

    wordless = supervisor.client.post(address, {"reason": " "}, follow=True)
    left = registers.list_broken_promises({FOOD_OFFICE})
    repaired = supervisor.client.post(address, {"reason": "已整改并复查"}, follow=True)

    assert "告知承诺不实：没有专间" in shown
    assert "请写明修复的理由" in wordless.content.decode()
    assert left == (record,)
    assert "信用已修复" in repaired.content.decode()
    assert registers.list_broken_promises({FOOD_OFFICE}) == ()
    assert supervisor.client.post(address, {"reason": "再来"}).status_code == 404


def test_only_a_head_of_office_oversees(wang: Desk, supervisor: Desk) -> None:
    assert wang.client.get(ADDRESS).status_code == 404
    assert "/console/oversight/" in supervisor.client.get("/console/").content.decode()
    assert "/console/oversight/" not in wang.client.get("/console/").content.decode()
