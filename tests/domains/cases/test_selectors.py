"""Reads: fixed numbers of queries, nothing shown to who may not see it."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from domains.cases.city import (
    FIRE,
    FIRE_OFFICER,
    FOOD,
    FOOD_OFFICE,
    RECEIVED_AT,
    WANG_MIN,
    Story,
    Submit,
    Uploads,
    at,
    new_case,
    officer,
)
from tongban.domains.cases import selectors, services
from tongban.domains.cases.models import Case, CheckTask
from tongban.domains.cases.types import (
    Action,
    Light,
    QueueFilters,
    QueueView,
    Status,
    SupplementItem,
    TickMark,
)
from tongban.domains.catalogue import selectors as catalogue
from tongban.kernel.actors import Actor, Role

BUDGET, TIMELINE = 12, 3


def test_the_timeline_runs_over_all_departments(story: Story, zhang_san: Actor) -> None:
    story.to_decide()
    licence = story.grant().licences[0]
    number = Case.objects.get(number=story.number).application.number

    timeline = selectors.get_timeline(number, actor=zhang_san, at=at(3, 6))

    food, fire = timeline.cases
    assert (food.status, food.licences, food.can_rate, food.can_withdraw) == (
        Status.GRANTED,
        (licence,),
        True,
        False,
    )
    assert [paper.title for paper in food.papers] == ["收件凭证", "受理通知书", "准予行政许可决定书"]
    assert (fire.status, fire.can_withdraw, fire.department_phone) == (Status.RECEIVED, True, "021-00000001")
    assert fire.due is not None
    assert (fire.due.kind, fire.due.days_left) == ("ACCEPTANCE", 1)
    assert timeline.is_finished is False


def test_the_timeline_shows_no_internal_moves(story: Story, zhang_san: Actor) -> None:
    story.note(services.step_aside(**story.names, reason="亲属", actor=WANG_MIN, at=at(3, 3)))
    number = Case.objects.get(number=story.number).application.number

    timeline = selectors.get_timeline(number, actor=zhang_san, at=at(3, 6))

    assert [entry.action for entry in timeline.cases[0].history] == [Action.RECEIVE]


def test_an_open_supplement_is_shown_until_it_is_answered(story: Story, zhang_san: Actor) -> None:
    item = SupplementItem("PREMISES.premises.address", "地址", "不一致", "改正")
    story.note(services.request_supplement(**story.names, items=(item,), actor=WANG_MIN, at=at(3, 3)))

    timeline = selectors.get_timeline_of_case(story.number, actor=zhang_san, at=at(3, 4))

    assert timeline.cases[0].supplement == (item,)
    assert timeline.cases[0].due is None
    assert selectors.list_applications([zhang_san.acting_for])[0].needs_applicant  # type: ignore[list-item]


@pytest.mark.parametrize("find", ["timeline", "dossier", "clock"])
def test_a_stranger_finds_what_is_not_there(story: Story, stranger: Actor, find: str) -> None:
    number = Case.objects.get(number=story.number).application.number
    reads = {
        "timeline": lambda: selectors.get_timeline(number, actor=stranger, at=RECEIVED_AT),
        "dossier": lambda: selectors.get_dossier(story.number, actor=stranger, at=RECEIVED_AT),
        "clock": lambda: selectors.get_clock(story.number, actor=stranger, at=RECEIVED_AT),
    }

    with pytest.raises(selectors.CaseNotFound):
        reads[find]()


def test_timeline_and_dossier_keep_their_budget_with_any_history(
    submit: Submit, zhang_san: Actor, uploads: Uploads
) -> None:
    number = (
        submit(
            new_case(FOOD, attachments=(uploads.add("MT-m1"),), deferred_materials=("m2",)), new_case(FIRE)
        )
        .cases[0]
        .number
    )
    story = Story(number)
    counts = []
    for step in ("received", "accepted"):
        if step == "accepted":
            story.to_decide()
            CheckTask.objects.update(outcome="PASSED", settled_at=at(3, 5))
            story.grant()
        application = Case.objects.get(number=number).application.number
        with CaptureQueriesContext(connection) as timeline:
            selectors.get_timeline(application, actor=zhang_san, at=at(3, 6))
        with CaptureQueriesContext(connection) as dossier:
            services.open_dossier(number, actor=WANG_MIN, at=at(3, 6))
        counts.append((len(timeline), len(dossier)))

    assert counts[0] == counts[1]
    assert counts[0][0] == TIMELINE
    assert counts[0][1] <= BUDGET + 2  # SAVEPOINT and RELEASE of the audited opening


def test_the_dossier_allows_what_state_and_post_allow(story: Story) -> None:
    story.accept()

    allowed = selectors.get_dossier(story.number, actor=officer(Role.EXAMINER), at=at(3, 4)).allowed_actions

    assert allowed == {
        Action.FINISH_EXAMINATION,
        Action.SUSPEND,
        Action.EXTEND,
        Action.RECORD_PROCEDURE,
        Action.CORRECT,
        Action.ASK_FOR_MISSING,
        Action.REQUEST_ASSISTANCE,
        Action.HAND_OVER,
        Action.STEP_ASIDE,
    }


def test_the_dossier_shows_ticks_siblings_and_both_clocks(story: Story) -> None:
    story.accept(at(3, 3))
    story.tick(TickMark("e1", True, "好"))

    dossier = selectors.get_dossier(story.number, actor=WANG_MIN, at=at(3, 16))

    assert [(tick.point, tick.passed, tick.officer_name) for tick in dossier.ticks] == [("e1", True, "王敏")]
    assert [sibling.item_name for sibling in dossier.siblings] == [FIRE.title]
    assert dossier.due is not None
    assert dossier.promise is not None
    assert (dossier.due.days_left, dossier.promise.days_left) == (11, 1)
    assert dossier.light is Light.AMBER


def test_why_this_day_lists_every_day_with_its_reason(story: Story) -> None:
    story.accept(at(3, 3))

    account = selectors.get_clock(story.number, actor=WANG_MIN, at=at(3, 4))

    assert account.promise is not None
    assert account.promise_trace[0].reason == "受理当日不计"
    assert account.promise_trace[-1].on == account.promise.due_on
    assert [line.day_number for line in account.promise_trace if line.counted] == list(range(1, 11))


def test_the_public_status_holds_no_personal_data(story: Story) -> None:
    number = Case.objects.get(number=story.number).application.number

    status = selectors.get_public_status(number)

    assert status.items[0] == (FOOD.title, "示例区市场监督管理局", "待受理")
    assert "示例小馆" not in repr(status)


def test_the_queue_is_the_departments_own_most_urgent_first(submit: Submit) -> None:
    early = Story(submit(key="1").cases[0].number)
    submit(key="2")
    early.accept(at(3, 2))

    page = selectors.list_queue(actor=WANG_MIN, view=QueueView.OPEN, at=at(3, 10))

    assert [row.status for row in page.rows] == [Status.RECEIVED, Status.ACCEPTED]
    assert {row.department for row in page.rows} == {FOOD_OFFICE}
    assert [(row.light, row.days_left) for row in page.rows] == [(Light.RED, -1), (Light.GREEN, 4)]


def test_pages_hold_every_case_once(submit: Submit) -> None:
    numbers = {submit(new_case(FOOD), key=str(nth)).cases[0].number for nth in range(7)}

    seen: list[str] = []
    cursor = None
    for _page in range(4):
        page = selectors.list_queue(
            actor=WANG_MIN, view=QueueView.TO_ACCEPT, at=at(3, 3), cursor=cursor, limit=2
        )
        seen.extend(row.number for row in page.rows)
        cursor = page.next_cursor

    assert cursor is None
    assert len(seen) == 7
    assert set(seen) == numbers


def test_a_cover_sees_both_departments_in_one_order(submit: Submit) -> None:
    submit()
    both = replace(WANG_MIN, departments=frozenset({FOOD_OFFICE, "XFJY-310115"}))

    page = selectors.list_queue(actor=both, view=QueueView.TO_ACCEPT, at=at(3, 3))

    assert {row.item_name for row in page.rows} == {FOOD.title, FIRE.title}


@pytest.mark.parametrize("view", list(QueueView))
def test_every_view_takes_two_queries(submit: Submit, view: QueueView) -> None:
    for nth in range(3):
        submit(key=str(nth))

    with CaptureQueriesContext(connection) as queries:
        selectors.list_queue(actor=WANG_MIN, view=view, at=at(3, 3))
    with CaptureQueriesContext(connection) as counts:
        selectors.queue_counts(actor=WANG_MIN, at=at(3, 3))

    assert (len(queries), len(counts)) == (2, 2)


def test_filters_narrow_a_view(submit: Submit) -> None:
    receipt = submit(key="1")
    mine = Story(submit(key="2").cases[0].number)
    mine.accept()

    def numbers(**filters: object) -> set[str]:
        page = selectors.list_queue(
            actor=WANG_MIN,
            view=QueueView.OPEN,
            filters=QueueFilters(**filters),
            at=at(3, 3),  # type: ignore[arg-type]
        )
        return {row.number for row in page.rows}

    food = receipt.cases[0].number
    assert numbers(text=food) == {food}
    assert numbers(text=receipt.number) == {food}
    assert numbers(text="示例小") == {food, mine.number}
    assert numbers(text="别家") == set()
    assert numbers(assignee_id=WANG_MIN.account_id) == {mine.number}
    assert numbers(unassigned_only=True) == {food}
    assert numbers(basic_code=FIRE.substance.basic_code) == set()


def test_a_broken_cursor_is_said(story: Story) -> None:
    with pytest.raises(selectors.BadCursor):
        selectors.list_queue(actor=WANG_MIN, view=QueueView.OPEN, cursor="???", at=at(3, 3))


def test_saved_views_are_the_officers_own(firm: object) -> None:
    filters = QueueFilters(basic_code="310131001001", assignee_id=WANG_MIN.account_id)
    services.save_view(name="餐饮", view=QueueView.TO_EXAMINE, filters=filters, actor=WANG_MIN)
    services.save_view(name="餐饮", view=QueueView.OVERDUE, filters=filters, actor=WANG_MIN)

    views = selectors.list_saved_views(actor=WANG_MIN)

    assert [(view.name, view.view, view.filters) for view in views] == [("餐饮", QueueView.OVERDUE, filters)]
    assert selectors.list_saved_views(actor=FIRE_OFFICER) == ()


def test_a_cause_is_live_while_the_case_is_open_and_for_its_applicant(story: Story, zhang_san: Actor) -> None:
    applicant = zhang_san.acting_for
    assert applicant is not None
    assert selectors.is_live(cause=story.number, subject_id=applicant)
    assert not selectors.is_live(cause=story.number, subject_id=WANG_MIN.account_id)  # type: ignore[arg-type]

    services.withdraw(**story.names, reason="", actor=zhang_san, at=at(3, 3))

    assert not selectors.is_live(cause=story.number, subject_id=applicant)


def test_a_case_is_ground_for_the_licences_its_items_list_names_while_it_is_open(
    story: Story, zhang_san: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    applicant = zhang_san.acting_for
    assert applicant is not None
    first, *others = FOOD.substance.materials
    named = replace(first, licence_type="YYZZ")
    elsewhere = [replace(one, licence_type="SFZ", situations=("OTHER",)) for one in others[:1]]
    substance = replace(FOOD.substance, materials=(named, *elsewhere, *others[1:]))
    guide = replace(FOOD, substance=substance)
    monkeypatch.setattr(catalogue, "get_guide_by_versions", lambda _one, _other: guide)
    Case.objects.filter(number=story.number).update(situation="THIS")

    ground = selectors.licence_ground(case_number=story.number, holder_id=applicant)

    assert ground is not None
    assert (ground.department, ground.licence_types) == (FOOD_OFFICE, {"YYZZ"})
    assert selectors.licence_ground(case_number=story.number, holder_id=uuid4()) is None
    assert selectors.licence_ground(case_number="NONE", holder_id=applicant) is None

    services.withdraw(**story.names, reason="", actor=zhang_san, at=at(3, 3))

    assert selectors.licence_ground(case_number=story.number, holder_id=applicant) is None
