"""容缺受理 and 告知承诺: what a broken promise costs, and how trust comes back."""

from datetime import date

import pytest

from domains.cases.city import FOOD, WANG_MIN, Story, Submit, Uploads, at, new_case
from tongban.domains.cases import selectors, services
from tongban.domains.cases.models import Application, Case, CheckTask
from tongban.domains.cases.types import CheckKind, CheckOutcome, Status
from tongban.domains.licences import selectors as licences
from tongban.domains.licences.types import LicenceStatus, ProceedingStatus, SignalKind
from tongban.domains.messaging.models import Message
from tongban.domains.registers import selectors as registers
from tongban.domains.registers import services as trust
from tongban.domains.registers.types import BrokenPromiseKind, EntityRecord
from tongban.kernel.actors import PLATFORM, Actor

pytestmark = pytest.mark.django_db
OWN = {"SCJG-310115"}


@pytest.fixture
def deferring(submit: Submit) -> Story:
    """Accepted with one material to follow by 10 March."""
    story = Story(submit(new_case(FOOD, deferred_materials=("m2",))).cases[0].number)
    story.accept(at(3, 3))
    return story


@pytest.fixture
def lied(submit: Submit) -> Story:
    """Granted on a promise that turned out false."""
    story = Story(submit(new_case(FOOD, uses_promise=True)).cases[0].number).to_decide()
    story.grant(at(3, 5))
    settle(CheckOutcome.FAILED, at(4, 1))
    return story


def settle(outcome: CheckOutcome, when: object) -> None:
    services.settle_check(
        check_id=CheckTask.objects.get().id,
        outcome=outcome,
        note="没有专间",
        actor=WANG_MIN,
        at=when,  # type: ignore[arg-type]  # instants of the tests
    )


def test_a_material_that_did_not_come_by_its_day_is_put_on_record_once(deferring: Story) -> None:
    services.keep_limits(at=at(3, 10, 23))
    before = registers.list_broken_promises(OWN)

    services.keep_limits(at=at(3, 11, 8))
    services.keep_limits(at=at(3, 12, 8))

    (record,) = registers.list_broken_promises(OWN)
    assert before == ()
    assert (record.case_number, record.kind) == (deferring.number, BrokenPromiseKind.NOT_HANDED_IN)
    assert Message.objects.filter(template="PROMISE_BROKEN").count() == 1
    (check,) = selectors.list_checks(department="SCJG-310115")
    assert check.is_overdue


def test_what_was_handed_in_waits_for_the_officer_without_a_record(
    deferring: Story, zhang_san: Actor, uploads: Uploads
) -> None:
    hand_in(zhang_san, uploads, at(3, 9))

    services.keep_limits(at=at(3, 20))

    assert registers.list_broken_promises(OWN) == ()
    (check,) = selectors.list_checks(department="SCJG-310115")
    assert (check.is_handed_in, check.is_overdue) == (True, False)


def hand_in(zhang_san: Actor, uploads: Uploads, when: object) -> None:
    services.hand_in_deferred(
        check_id=CheckTask.objects.get().id,
        attachments=(uploads.add("MT-m2"),),
        actor=zhang_san,
        at=when,  # type: ignore[arg-type]  # instants of the tests
    )


def test_handed_in_late_and_found_good_it_repairs_the_record(
    deferring: Story, zhang_san: Actor, uploads: Uploads
) -> None:
    services.keep_limits(at=at(3, 11))
    hand_in(zhang_san, uploads, at(3, 12))

    settle(CheckOutcome.PASSED, at(3, 13))

    assert registers.list_broken_promises(OWN) == ()
    assert registers.is_trusted(Case.objects.get().applicant_id)


def test_found_missing_after_its_day_it_ends_the_case(deferring: Story) -> None:
    with pytest.raises(services.CheckNotDue):
        settle(CheckOutcome.FAILED, at(3, 10))
    settle(CheckOutcome.FAILED, at(3, 11))

    assert Case.objects.get().status == Status.TERMINATED
    assert len(registers.list_broken_promises(OWN)) == 1
    assert selectors.list_checks(department="SCJG-310115") == ()


def test_a_false_promise_is_put_on_record_and_takes_no_licence_unheard(lied: Story) -> None:
    assert lied.last is not None
    (number,) = lied.last.licences
    (record,) = registers.list_broken_promises(OWN)
    (proceeding,) = licences.proceedings_of(number)

    assert licences.get_by_number(number).status == LicenceStatus.VALID
    assert (proceeding.signal, proceeding.status) == (SignalKind.FALSE_PROMISE, ProceedingStatus.OPEN)
    assert (proceeding.signal_text, proceeding.case_number) == ("告知承诺不实：没有专间", lied.number)
    assert (record.kind, record.reason) == (BrokenPromiseKind.FALSE_PROMISE, "告知承诺不实：没有专间")


@pytest.mark.parametrize("asked", [{"uses_promise": True}, {"deferred_materials": ("m2",)}])
def test_who_broke_a_promise_is_not_taken_at_her_word_again(
    lied: Story, submit: Submit, asked: dict[str, object]
) -> None:
    with pytest.raises(services.NotTrusted):
        submit(new_case(FOOD, **asked), key="key-2")
    refused = Application.objects.count()
    submit(new_case(FOOD), key="key-2")

    assert (refused, Application.objects.count()) == (1, 2)


def test_repaired_she_is_taken_at_her_word(lied: Story, submit: Submit) -> None:
    (record,) = registers.list_broken_promises(OWN)
    repair = {"reason": "已整改", "actor": WANG_MIN, "at": at(5, 6)}
    with pytest.raises(trust.NothingToRepair):
        trust.repair_trust(record.id, departments={"XFJY-310115"}, **repair)  # type: ignore[arg-type]  # by name
    trust.repair_trust(record.id, departments=OWN, **repair)  # type: ignore[arg-type]  # by name

    submit(new_case(FOOD, uses_promise=True), key="key-2")

    with pytest.raises(trust.NothingToRepair):
        trust.repair_trust(record.id, departments=OWN, **repair)  # type: ignore[arg-type]  # by name


def test_who_is_on_the_list_of_the_dishonest_is_not_taken_at_her_word(story: Story) -> None:
    firm = Case.objects.filter(number=story.number).values_list("applicant_id", flat=True).get()
    record = EntityRecord(
        firm, "LLC", "示例路8号", "餐饮", True, "6210", 0, date(2026, 1, 5), is_dishonest=True
    )

    trust.save_entity(record, actor=PLATFORM, at=at(3, 2))

    assert not registers.is_trusted(firm)


def test_checks_of_a_case_that_ended_ask_nobody(deferring: Story, zhang_san: Actor) -> None:
    services.withdraw(**deferring.names, reason="", actor=zhang_san, at=at(3, 4))

    services.keep_limits(at=at(3, 20))

    assert CheckTask.objects.get().kind == CheckKind.DEFERRED_MATERIAL
    assert selectors.list_checks(department="SCJG-310115") == ()
    assert registers.list_broken_promises(OWN) == ()
