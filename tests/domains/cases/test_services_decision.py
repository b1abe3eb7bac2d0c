"""Decisions: results issued once, no refusal without grounds, everything after."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from domains.cases.city import (
    ANSWERS,
    FOOD,
    FOOD_OFFICE,
    RECEIVED_AT,
    WANG_MIN,
    Story,
    Submit,
    at,
    build_city,
    new_case,
    officer,
    submission,
    typed,
)
from tongban.domains.cases import selectors, services
from tongban.domains.cases.models import (
    Case,
    CaseContent,
    CheckTask,
    Correction,
    Decision,
    HistoryEntry,
    LimitMark,
    Paper,
    ProofOfService,
    SupplementRequest,
)
from tongban.domains.cases.rules.answers import write_sheet
from tongban.domains.cases.types import (
    Action,
    CheckKind,
    CheckOutcome,
    PaperKind,
    ServiceMethod,
    Status,
    SupplementItem,
    TickMark,
)
from tongban.domains.identity import services as identity
from tongban.domains.licences import selectors as licences
from tongban.domains.licences import services as procedure
from tongban.domains.licences.types import LicenceAction, LicenceStatus, Notice
from tongban.domains.standards import selectors as standards
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role
from tongban.kernel.conditions import Field, FieldType
from tongban.kernel.national_calendar import national_calendar

OTHER_FIRM = "92310115MADM00019C"
REASON = "厨房没有分开生熟区。"


def test_a_grant_issues_the_licence_with_what_the_applicant_answered(story: Story) -> None:
    story.to_decide()

    receipt = story.grant()

    licence = licences.get_by_number(receipt.licences[0])
    assert dict(licence.fields) == {
        "name": "示例小馆",
        "uscc": "91350100M000100Y43",
        "legal_representative": "张三",
        "premises_address": "示例路8号",
        "food_items": "热食类食品制售",
    }
    assert licence.case_number == story.number
    assert licence.holder_name == "示例小馆"
    assert Decision.objects.get().licences == [licence.number]


def test_a_licence_is_the_firms_the_form_names_whoever_applied(story: Story, firm: UUID) -> None:
    other = identity.register_entity(name="示例面馆", number=OTHER_FIRM, actor=PLATFORM, at=RECEIVED_AT)
    named = {
        **ANSWERS,
        "ENTERPRISE.entity.uscc": typed(OTHER_FIRM),
        "ENTERPRISE.entity.name": typed("示例面馆"),
    }
    CaseContent.objects.filter(case__number=story.number).update(answers=write_sheet(named))
    story.to_decide()

    receipt = story.grant()

    licence = licences.get_by_number(receipt.licences[0])
    assert (licence.holder_id, licence.holder_name) == (other.id, "示例面馆")
    assert licence.fields["name"] == "示例面馆"
    assert licences.list_for_holders([firm]) == []


def test_nothing_is_granted_when_the_form_does_not_say_whose_licence_it_is(story: Story) -> None:
    nobody = {key: value for key, value in ANSWERS.items() if key != "ENTERPRISE.entity.uscc"}
    CaseContent.objects.filter(case__number=story.number).update(answers=write_sheet(nobody))
    story.to_decide()

    with pytest.raises(services.HolderUnknown):
        story.grant()

    assert Case.objects.get(number=story.number).status == Status.EXAMINED
    assert not licences.list_for_case(story.number)


def test_a_grant_starts_the_ten_days_of_delivery_and_cites_the_version(story: Story) -> None:
    story.to_decide()

    receipt = story.grant(at(3, 5))

    case = Case.objects.get(number=story.number)
    assert (case.status, case.limit_kind, case.due_on) == (Status.GRANTED, "DELIVERY", date(2026, 3, 19))
    content = Paper.objects.get(id=receipt.papers[0].id).content
    assert content["title"] == "准予行政许可决定书"
    assert "第3版" in content["paragraphs"][2]
    assert content["rows"] == [{"label": "食品经营许可证", "text": receipt.licences[0]}]


def test_nothing_is_granted_over_a_failed_point(story: Story) -> None:
    story.accept()
    story.tick(TickMark("e1", False, REASON), TickMark("e2", True))
    story.examine()

    with pytest.raises(services.PointsFailed):
        story.grant()

    assert not Decision.objects.exists()
    assert not licences.list_for_case(story.number)


def test_a_second_person_may_override_with_a_reason_and_it_is_counted(story: Story) -> None:
    story.accept()
    story.tick(TickMark("e1", False, REASON), TickMark("e2", True))
    story.examine()

    with pytest.raises(services.SecondPersonNeeded):
        story.grant(override_reason="复查已改正。")
    story.grant(actor=officer(Role.DECIDER, name="刘洋"), override_reason="复查已改正。")

    decision = Decision.objects.get()
    assert (decision.is_override, decision.reason, decision.officer_name) == (True, "复查已改正。", "刘洋")


@pytest.mark.parametrize("ticks", [(), (TickMark("a1", True),)], ids=["accepted over it", "ticked over it"])
def test_over_a_finding_of_the_machine_only_a_second_person_grants(
    submit: Submit, ticks: tuple[TickMark, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    area = Field("shop.area_m2", FieldType.INT)
    monkeypatch.setattr(standards, "condition_fields", lambda: {area.name: area})
    answers = {**ANSWERS, "PREMISES.shop.area_m2": typed(0)}
    story = Story(submit(new_case(FOOD, answers=answers)).cases[0].number)
    story.accept()
    story.tick(*ticks, TickMark("e1", True), TickMark("e2", True))
    story.examine()

    with pytest.raises(services.PointsFailed):
        story.grant()
    with pytest.raises(services.SecondPersonNeeded):
        story.grant(override_reason="实测有面积。")
    story.grant(actor=officer(Role.DECIDER, name="刘洋"), override_reason="实测有面积。")

    assert Decision.objects.get().is_override


def test_a_reason_where_nothing_is_overridden_is_not_counted(story: Story) -> None:
    story.to_decide()

    story.grant(override_reason="无")

    decision = Decision.objects.get()
    assert (decision.is_override, decision.reason) == (False, "")


def refuse(story: Story, **changes: object) -> None:
    terms = {"failed_points": ("e1",), "reason": REASON, "legal_basis": ("b1",), **changes}
    story.note(services.refuse(**story.names, actor=WANG_MIN, at=at(3, 5), **terms))


@pytest.fixture
def failed(story: Story) -> Story:
    story.accept()
    story.tick(TickMark("e1", False, REASON), TickMark("e2", True))
    story.examine()
    return story


@pytest.mark.parametrize("points", [(), ("e2",), ("e1", "z9")])
def test_a_refusal_without_a_failed_point_is_impossible(failed: Story, points: tuple[str, ...]) -> None:
    with pytest.raises(services.RefusalWithoutPoint):
        refuse(failed, failed_points=points)

    assert Case.objects.get(number=failed.number).status == Status.EXAMINED
    assert not Paper.objects.filter(kind=PaperKind.REFUSAL).exists()


@pytest.mark.parametrize("changes", [{"legal_basis": ()}, {"legal_basis": ("b9",)}, {"reason": "  "}])
def test_a_refusal_without_reason_or_basis_is_impossible(failed: Story, changes: dict[str, object]) -> None:
    with pytest.raises(services.RefusalWithoutBasis):
        refuse(failed, **changes)

    assert not Decision.objects.exists()


def test_the_database_knows_no_refusal_without_grounds(failed: Story) -> None:
    case = Case.objects.get(number=failed.number)

    with pytest.raises(IntegrityError, match="decision_refusal_has_grounds"), transaction.atomic():
        Decision.objects.create(
            case=case, outcome="REFUSE", decided_at=at(3, 5), officer_name="王敏", reason="无"
        )


def test_a_refusal_names_point_basis_and_both_remedies(failed: Story) -> None:
    refuse(failed)

    content = Paper.objects.get(kind=PaperKind.REFUSAL).content
    assert content["title"] == "不予行政许可决定书"
    assert content["rows"] == [{"label": "布局流程合理", "text": f"不符合。{REASON}"}]
    assert content["paragraphs"][2] == (
        "依据：《中华人民共和国食品安全法》第三十五条；《中华人民共和国行政许可法》第三十八条第二款。"
    )
    assert content["remedies"] == [
        "如不服本决定，可以自收到本决定书之日起六十日内，依照《中华人民共和国行政复议法》向"
        "示例区人民政府（示例路100号）申请行政复议；",
        "也可以自收到本决定书之日起六个月内，依照《中华人民共和国行政诉讼法》第四十六条向"
        "示例区人民法院（示例路200号）提起行政诉讼。",
    ]


def test_a_decision_is_final_in_the_database(story: Story) -> None:
    story.to_decide()
    story.grant()

    with pytest.raises(Exception, match="never changed"), transaction.atomic():
        Decision.objects.update(outcome="REFUSE")
    with pytest.raises(Exception, match="never changed"), transaction.atomic():
        HistoryEntry.objects.all().delete()


def test_a_late_decision_leaves_a_red_mark_without_any_worker(story: Story) -> None:
    story.to_decide()

    story.grant(at(3, 19))

    mark = LimitMark.objects.get(case__number=story.number)
    assert (mark.light, mark.kind, mark.due_on, mark.since_on) == (
        "RED",
        "PROMISE",
        date(2026, 3, 17),
        date(2026, 3, 18),
    )


def test_an_illegal_act_changes_nothing(story: Story) -> None:
    with pytest.raises(services.IllegalTransition) as refusal:
        story.grant()

    assert "RECEIVED" in str(refusal.value)
    assert "GRANTED" in str(refusal.value)
    assert HistoryEntry.objects.filter(case__number=story.number).count() == 1


def test_the_applicant_withdraws_until_it_is_decided(story: Story, zhang_san: Actor) -> None:
    story.to_decide()

    receipt = services.withdraw(**story.names, reason="不开了", actor=zhang_san, at=at(3, 5))

    assert receipt.status == Status.WITHDRAWN
    assert Case.objects.get(number=story.number).ended_at == at(3, 5)


def test_a_decided_case_cannot_be_withdrawn(story: Story, zhang_san: Actor) -> None:
    story.to_decide()
    story.grant()

    with pytest.raises(services.IllegalTransition):
        services.withdraw(**story.names, reason="", actor=zhang_san, at=at(3, 6))


def test_nobody_elses_case_is_withdrawn(story: Story, stranger: Actor) -> None:
    with pytest.raises(services.CaseNotFound):
        services.withdraw(**story.names, reason="", actor=stranger, at=at(3, 4))

    assert Case.objects.get(number=story.number).status == Status.RECEIVED


def test_termination_needs_a_reason(story: Story) -> None:
    story.accept()

    with pytest.raises(services.ReasonMissing):
        services.terminate(**story.names, reason="", actor=WANG_MIN, at=at(3, 5))
    receipt = services.terminate(**story.names, reason="申请人主体已注销。", actor=WANG_MIN, at=at(3, 5))

    assert receipt.status == Status.TERMINATED


def test_a_supplement_nobody_answered_may_end_the_case_after_its_day(story: Story) -> None:
    items = (SupplementItem("MT-m1:APPLICANT", "经营场所布局图", "看不清专间", "重新上传清晰的图"),)
    story.note(services.request_supplement(**story.names, items=items, actor=WANG_MIN, at=at(3, 4)))
    assert SupplementRequest.objects.get().answer_by == date(2026, 4, 3)

    with pytest.raises(services.SupplementStillOpen):
        services.terminate(**story.names, reason="逾期未补正。", actor=WANG_MIN, at=at(4, 3))
    receipt = services.terminate(**story.names, reason="逾期未补正。", actor=WANG_MIN, at=at(4, 4))

    assert receipt.status == Status.TERMINATED


def test_a_deferred_material_must_have_come_before_the_grant(
    submit: Submit, zhang_san: Actor, uploads
) -> None:  # type: ignore[no-untyped-def]
    story = Story(submit(new_case(FOOD, deferred_materials=("m2",))).cases[0].number).to_decide()
    task = CheckTask.objects.get()

    with pytest.raises(services.MaterialOutstanding) as refusal:
        story.grant()
    story.note(
        services.hand_in_deferred(
            check_id=task.id, attachments=(uploads.add("MT-m2"),), actor=zhang_san, at=at(3, 5)
        )
    )
    story.note(
        services.settle_check(
            check_id=task.id, outcome=CheckOutcome.PASSED, note="齐", actor=WANG_MIN, at=at(3, 5)
        )
    )
    story.grant()

    assert "食品安全制度目录" in refusal.value.sentence
    assert Case.objects.get(number=story.number).status == Status.GRANTED


def test_a_material_that_comes_late_is_still_taken(submit: Submit, zhang_san: Actor, uploads) -> None:  # type: ignore[no-untyped-def]
    story = Story(submit(new_case(FOOD, deferred_materials=("m2",))).cases[0].number)
    story.accept(at(3, 3))  # due 10 March
    task = CheckTask.objects.get()

    services.keep_limits(at=at(3, 12))
    receipt = services.hand_in_deferred(
        check_id=task.id, attachments=(uploads.add("MT-m2"),), actor=zhang_san, at=at(3, 12)
    )

    assert receipt.number == story.number
    assert CheckTask.objects.get().outcome == CheckOutcome.OPEN


def test_a_promise_is_checked_by_a_dated_task_and_a_false_one_leads_to_annulment(submit: Submit) -> None:
    story = Story(submit(new_case(FOOD, uses_promise=True)).cases[0].number).to_decide()
    number = story.grant(at(3, 5)).licences[0]
    task = CheckTask.objects.get(kind=CheckKind.PROMISE)

    services.settle_check(
        check_id=task.id, outcome=CheckOutcome.FAILED, note="没有专间", actor=WANG_MIN, at=at(4, 1)
    )

    assert task.due_on == date(2026, 4, 17)
    (proceeding,) = licences.proceedings_of(number)
    notice = Notice(LicenceAction.ANNUL, "中华人民共和国行政许可法", "第六十九条第二款", "没有专间")
    keeper, decider = officer(Role.LICENCE_KEEPER), officer(Role.DECIDER)
    procedure.notify(proceeding.id, notice, calendar=national_calendar(), actor=keeper, at=at(4, 2))
    assert licences.get_by_number(number).status == LicenceStatus.VALID
    with pytest.raises(procedure.SamePerson):
        procedure.decide(proceeding.id, reason="属实", actor=WANG_MIN, at=at(4, 20))
    procedure.decide(proceeding.id, reason="属实", actor=decider, at=at(4, 20))
    assert licences.get_by_number(number).status == LicenceStatus.ANNULLED
    with pytest.raises(services.CheckSettled):
        services.settle_check(
            check_id=task.id, outcome=CheckOutcome.PASSED, note="", actor=WANG_MIN, at=at(4, 2)
        )


def test_service_with_proof_closes_the_case(story: Story) -> None:
    story.to_decide()
    story.grant()

    with pytest.raises(services.ProofMissing):
        services.serve(**story.names, method=ServiceMethod.MAIL, proof="", actor=WANG_MIN, at=at(3, 6))
    receipt = services.serve(
        **story.names, method=ServiceMethod.ELECTRONIC, proof="回执2026-1", actor=WANG_MIN, at=at(3, 6)
    )

    assert receipt.status == Status.CLOSED
    assert ProofOfService.objects.get().proof == "回执2026-1"
    actions = (
        HistoryEntry.objects.filter(case__number=story.number).order_by("id").values_list("action", flat=True)
    )
    assert list(actions)[-3:] == [Action.GRANT, Action.SERVE, Action.CLOSE]


def test_a_case_with_a_check_to_come_stays_served(submit: Submit) -> None:
    story = Story(submit(new_case(FOOD, uses_promise=True)).cases[0].number).to_decide()
    story.grant()
    story.note(
        services.serve(
            **story.names, method=ServiceMethod.IN_PERSON, proof="张三签收", actor=WANG_MIN, at=at(3, 6)
        )
    )
    assert story.last is not None
    assert story.last.status == Status.SERVED

    receipt = services.settle_check(
        check_id=CheckTask.objects.get().id, outcome=CheckOutcome.PASSED, note="", actor=WANG_MIN, at=at(3, 9)
    )

    assert receipt.status == Status.CLOSED


def test_an_error_is_corrected_with_trace(story: Story) -> None:
    story.accept()

    services.correct(
        **story.names,
        key="PREMISES.premises.address",
        value="示例路9号",
        reason="录入错误",
        actor=WANG_MIN,
        at=at(3, 4),
    )

    answer = selectors.get_dossier(story.number, actor=WANG_MIN, at=at(3, 4)).answers[
        "PREMISES.premises.address"
    ]
    assert (answer.value, answer.prefilled_value, answer.source) == ("示例路9号", "示例路8号", "王敏")
    assert Correction.objects.get().reason == "录入错误"
    entry = HistoryEntry.objects.filter(case__number=story.number).latest("id")
    assert entry.action == Action.CORRECT
    assert "示例路" not in entry.sentence


def test_a_case_goes_only_to_a_colleague_in_post(story: Story) -> None:
    with pytest.raises(services.NotAColleague):
        services.hand_over(**story.names, to=uuid4(), actor=WANG_MIN, at=at(3, 4))

    assert Case.objects.get(number=story.number).assignee_id is None


def test_a_departments_own_system_works_its_cases_and_nobody_elses(story: Story) -> None:
    system = Actor(ActorKind.DEPARTMENT_SYSTEM, None, "示例业务系统", department=FOOD_OFFICE)
    other = Actor(ActorKind.DEPARTMENT_SYSTEM, None, "别的系统", department="XFJY-310115")

    with pytest.raises(services.CaseNotFound):
        story.accept(actor=other)
    story.accept(actor=system)
    story.tick(actor=system)
    story.note(services.finish_examination(**story.names, actor=system, at=at(3, 4)))
    story.grant(actor=system)

    with pytest.raises(services.CaseNotFound):
        services.step_aside(**story.names, reason="亲属", actor=system, at=at(3, 5))
    assert Case.objects.get(number=story.number).status == Status.GRANTED


@pytest.mark.django_db(transaction=True)
def test_twenty_officers_at_once_make_one_decision_and_one_licence() -> None:
    firm = build_city()
    citizen = Actor(ActorKind.CITIZEN, uuid4(), "张三", subject_id=firm)
    number = services.submit(submission(firm, new_case(FOOD)), actor=citizen, at=RECEIVED_AT).cases[0].number
    story = Story(number).to_decide()

    def decide(nth: int) -> str:
        try:
            services.grant(
                case_number=number,
                revision=story.revision,
                result_fields={},
                actor=officer(Role.DECIDER, name=f"{nth}号"),
                at=at(3, 5),
            )
        except (services.StaleDossier, services.IllegalTransition) as error:
            return error.code
        finally:
            connection.close()
        return "DECIDED"

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(decide, range(20)))

    assert outcomes.count("DECIDED") == 1
    assert outcomes.count("STALE_DOSSIER") == 19
    assert Decision.objects.count() == 1
    assert len(licences.list_for_case(number)) == 1
    assert HistoryEntry.objects.filter(case__number=number, action=Action.GRANT).count() == 1
