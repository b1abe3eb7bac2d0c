"""Examination: points, special procedures, extensions."""

from datetime import date

import pytest

from domains.cases.city import FIRE, RECEIVED_AT, WANG_MIN, Story, Submit, at, new_case, officer
from tongban.domains.cases import selectors, services
from tongban.domains.cases.models import Case, ClockEvent, Paper, SideProcedure, Tick
from tongban.domains.cases.types import PaperKind, ProcedureKind, Status, TickMark
from tongban.kernel.actors import Role
from tongban.kernel.clock import PauseReason


def test_ticks_are_kept_with_their_officer_and_can_be_changed(story: Story) -> None:
    story.accept()
    story.tick(TickMark("e1", True))

    story.tick(TickMark("e1", False, "生熟没有分开"))

    tick = Tick.objects.get(point="e1")
    assert (tick.passed, tick.note, tick.officer_name) == (False, "生熟没有分开", "王敏")


def test_a_failed_point_needs_words(story: Story) -> None:
    story.accept()

    with pytest.raises(services.NoteMissing):
        story.tick(TickMark("e1", False, " "))

    assert not Tick.objects.exists()


def test_points_of_another_item_are_refused(story: Story) -> None:
    story.accept()

    with pytest.raises(services.UnknownPoint):
        story.tick(TickMark("z9", True))


def test_an_applicant_ticks_nothing(story: Story, zhang_san) -> None:  # type: ignore[no-untyped-def]
    story.accept()

    with pytest.raises(services.CaseNotFound):
        story.tick(actor=zhang_san)

    assert not Tick.objects.exists()


def test_examination_ends_only_when_every_point_was_looked_at(story: Story) -> None:
    story.accept()
    story.tick(TickMark("e1", True))

    with pytest.raises(services.PointsOpen) as refusal:
        story.examine()

    assert "配备食品安全管理人员" in refusal.value.sentence
    assert Case.objects.get(number=story.number).status == Status.ACCEPTED


def test_a_special_procedure_stops_both_clocks_for_the_announced_days(story: Story) -> None:
    story.accept(at(3, 3))  # promise 17 March

    receipt = story.note(
        services.suspend(**story.names, procedure="TEST", days=5, actor=WANG_MIN, at=at(3, 4))
    )

    case = Case.objects.get(number=story.number)
    assert (case.status, case.due_on) == (Status.SUSPENDED, date(2026, 3, 24))
    paper = Paper.objects.get(id=receipt.papers[0].id)
    assert paper.kind == PaperKind.SPECIAL_PROCEDURE
    assert "检测，所需时间为5个工作日" in paper.content["paragraphs"][0]


def test_a_result_that_comes_early_gives_the_days_back(story: Story) -> None:
    story.accept(at(3, 3))
    story.note(services.suspend(**story.names, procedure="TEST", days=5, actor=WANG_MIN, at=at(3, 4)))

    story.note(services.resume(**story.names, actor=WANG_MIN, at=at(3, 6)))

    case = Case.objects.get(number=story.number)
    assert (case.status, case.due_on) == (Status.ACCEPTED, date(2026, 3, 19))


def test_an_on_site_check_does_not_stop_the_clock(story: Story) -> None:
    story.accept(at(3, 3))

    with pytest.raises(services.ClockRunsOn) as refusal:
        services.suspend(**story.names, procedure="SITE", days=5, actor=WANG_MIN, at=at(3, 4))

    assert "现场核查" in refusal.value.sentence
    assert "第四十五条" in refusal.value.sentence
    assert Case.objects.get(number=story.number).due_on == date(2026, 3, 17)


@pytest.mark.parametrize(("procedure", "days"), [("TEST", 11), ("TEST", 0), ("HEARING", 0)])
def test_the_length_is_announced_and_bounded(story: Story, procedure: str, days: int) -> None:
    story.accept()

    with pytest.raises(services.LengthNotAnnounced):
        services.suspend(**story.names, procedure=procedure, days=days, actor=WANG_MIN, at=at(3, 4))

    assert not Paper.objects.filter(kind=PaperKind.SPECIAL_PROCEDURE).exists()


def test_a_reason_outside_the_law_is_refused(story: Story) -> None:
    story.accept()

    with pytest.raises(services.NotASpecialProcedure):
        services.suspend(**story.names, procedure="LUNCH", days=3, actor=WANG_MIN, at=at(3, 4))


def test_an_elapsed_pause_resumes_by_itself(story: Story) -> None:
    story.accept(at(3, 3))
    story.note(services.suspend(**story.names, procedure="TEST", days=3, actor=WANG_MIN, at=at(3, 4)))
    assert services.resume_elapsed_pauses(at=at(3, 9, 23)) == 0

    resumed = services.resume_elapsed_pauses(at=at(3, 12))

    assert resumed == 1
    case = Case.objects.get(number=story.number)
    assert (case.status, case.due_on) == (Status.ACCEPTED, date(2026, 3, 20))


def test_one_extension_by_leave_with_the_reason_told(story: Story) -> None:
    story.accept(at(3, 3))

    receipt = story.note(
        services.extend(
            **story.names,
            days=10,
            approved_by="李局长",
            reason="需要核对图纸。",
            actor=WANG_MIN,
            at=at(3, 10),
        )
    )

    account = selectors.get_clock(story.number, actor=WANG_MIN, at=at(3, 10))
    assert account.statutory is not None
    assert account.statutory.due_on == date(2026, 4, 15)
    paper = Paper.objects.get(id=receipt.papers[0].id)
    assert paper.content["paragraphs"] == [
        "你（单位）提交的“食品经营许可（示例）”申请，在法定期限内不能作出决定，经李局长批准，"
        "延长10个工作日，延长后的期限届满日为2026年4月15日。",
        "延长理由：需要核对图纸。",
        "依据：《中华人民共和国行政许可法》第四十二条。",
    ]


def test_the_promise_is_never_extended(story: Story) -> None:
    story.accept(at(3, 3))

    services.extend(**story.names, days=5, approved_by="李局长", reason="图纸", actor=WANG_MIN, at=at(3, 10))

    assert Case.objects.get(number=story.number).due_on == date(2026, 3, 17)


@pytest.mark.parametrize(
    ("days", "approved_by", "reason"),
    [(11, "李局长", "图纸"), (0, "李局长", "图纸"), (5, "", "图纸"), (5, "李局长", "")],
)
def test_an_extension_beyond_the_law_is_refused(
    story: Story, days: int, approved_by: str, reason: str
) -> None:
    story.accept()

    with pytest.raises(services.ExtensionRefused):
        services.extend(
            **story.names, days=days, approved_by=approved_by, reason=reason, actor=WANG_MIN, at=at(3, 10)
        )

    assert not ClockEvent.objects.filter(kind="EXTENDED").exists()


def test_a_second_or_late_extension_is_refused(story: Story) -> None:
    story.accept(at(3, 3))
    terms = {"approved_by": "李局长", "reason": "图纸", "actor": WANG_MIN}

    with pytest.raises(services.ExtensionRefused):
        services.extend(**story.names, days=5, at=at(4, 1), **terms)
    story.note(services.extend(**story.names, days=5, at=at(3, 10), **terms))
    with pytest.raises(services.ExtensionRefused):
        services.extend(**story.names, days=5, at=at(3, 11), **terms)

    assert ClockEvent.objects.filter(kind="EXTENDED").count() == 1


def test_a_special_statute_is_not_extended_unless_its_guide_says_so(submit: Submit) -> None:
    from domains.cases.city import FIRE_OFFICER

    number = submit(new_case(FIRE)).cases[0].number
    services.accept_case(case_number=number, revision=1, actor=FIRE_OFFICER, at=RECEIVED_AT)

    with pytest.raises(services.ExtensionRefused) as refusal:
        services.extend(
            case_number=number,
            revision=2,
            days=1,
            approved_by="李局长",
            reason="图纸",
            actor=FIRE_OFFICER,
            at=at(3, 4),
        )

    assert "本事项不能延期" in refusal.value.sentence


def test_a_case_can_go_back_to_the_examiner(story: Story) -> None:
    story.to_decide()

    receipt = services.return_to_examination(
        **story.names, reason="请再看布局图。", actor=WANG_MIN, at=at(3, 5)
    )

    assert receipt.status == Status.ACCEPTED


def test_who_stepped_aside_acts_no_more(story: Story) -> None:
    story.accept()
    colleague = officer(Role.ACCEPTOR, Role.EXAMINER, name="刘洋")

    story.note(services.step_aside(**story.names, reason="申请人是我的亲属。", actor=WANG_MIN, at=at(3, 4)))

    with pytest.raises(services.ConflictOfInterest):
        story.tick()
    case = Case.objects.get(number=story.number)
    assert (case.assignee_id, case.status) == (None, Status.ACCEPTED)
    dossier = selectors.get_dossier(story.number, actor=WANG_MIN, at=at(3, 4))
    assert dossier.allowed_actions == frozenset()
    story.tick(actor=colleague)
    assert Case.objects.get(number=story.number).assignee_id is None


CHECK = {
    "kind": ProcedureKind.SITE_CHECK,
    "began_on": date(2026, 3, 5),
    "ended_on": date(2026, 3, 9),
    "officers": "王敏、刘洋",
    "finding": "布局与图一致",
}


def record(story: Story, **changes: object) -> None:
    story.note(services.record_procedure(**story.names, **{**CHECK, **changes}, actor=WANG_MIN, at=at(3, 10)))


def test_where_the_time_went_is_shown_apart_and_only_a_special_procedure_is_not_counted(story: Story) -> None:
    story.accept(at(3, 3))
    before = selectors.get_clock(story.number, actor=WANG_MIN, at=at(3, 10)).statutory
    record(story)
    after = selectors.get_clock(story.number, actor=WANG_MIN, at=at(3, 10)).statutory
    story.note(services.suspend(**story.names, procedure="TEST", days=5, actor=WANG_MIN, at=at(3, 10)))
    story.note(services.resume(**story.names, actor=WANG_MIN, at=at(3, 13)))

    account = selectors.get_clock(story.number, actor=WANG_MIN, at=at(3, 16))

    shown = [(span.kind, span.workdays, span.is_counted) for span in account.spans]
    assert before == after
    assert shown == [(PauseReason.TESTING, 3, False), (ProcedureKind.SITE_CHECK, 3, True)]
    assert account.used_days == 6
    assert "现场核查，2026年3月5日至2026年3月9日。结果：布局与图一致" in [
        one.sentence for one in selectors.get_dossier(story.number, actor=WANG_MIN).history
    ]


@pytest.mark.parametrize("officers", ["", "王敏", "王敏，王敏"])
def test_an_on_site_check_takes_two_officers(story: Story, officers: str) -> None:
    story.accept(at(3, 3))

    with pytest.raises(services.TwoOfficersNeeded):
        record(story, officers=officers)

    assert not SideProcedure.objects.exists()


@pytest.mark.parametrize(
    ("began", "ended"),
    [((3, 2), (3, 5)), ((3, 6), (3, 5)), ((3, 9), (3, 11))],
    ids=["early", "turned", "late"],
)
def test_days_outside_the_examination_are_refused(
    story: Story, began: tuple[int, int], ended: tuple[int, int]
) -> None:
    story.accept(at(3, 3))

    with pytest.raises(services.FaultyPeriod):
        record(story, began_on=date(2026, *began), ended_on=date(2026, *ended))
