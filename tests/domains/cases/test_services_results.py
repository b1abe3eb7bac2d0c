"""What a grant does to licences, and what the loss of a licence does to open cases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from domains.cases.city import (
    ANSWERS,
    FOOD,
    FOOD_OFFICE,
    GUIDES,
    RECEIVED_AT,
    WANG_MIN,
    Story,
    Submit,
    at,
    new_case,
    typed,
)
from tongban.domains.cases import handlers, selectors, services
from tongban.domains.cases.models import Case, CaseFlag
from tongban.domains.cases.rules.results import fields_from_answers
from tongban.domains.cases.types import QueueView, Status
from tongban.domains.catalogue.types import Guide, ItemResult, ResultEffect, ResultKind
from tongban.domains.licences import selectors as licences
from tongban.domains.licences import services as library
from tongban.domains.licences.events import LicenceChanged
from tongban.domains.licences.types import IssueRequest, LicenceAction, LicenceStatus, NewUse, UseKind
from tongban.domains.standards.types import DataElement, ElementType, Option
from tongban.kernel.actors import PLATFORM, Actor
from tongban.kernel.ids import new_id

pytestmark = pytest.mark.django_db
Granted = Callable[[ResultEffect], Story]
PREMISES = {"name": "示例小馆", "uscc": "91350100M000100Y43", "premises_address": "示例路8号"}


@pytest.fixture
def kind(firm: UUID) -> None:
    """The food licence as the catalogue of this city knows it, with what tells two apart and what a change says."""
    library.load_licence_types(
        [
            {
                "code": "SPJYXKZ",
                "name": "食品经营许可证",
                "serial": "002",
                "issuer_kind": FOOD_OFFICE,
                "holder_kinds": ["ENTITY"],
                "contents": [
                    {"name": "name"},
                    {"name": "uscc"},
                    {"name": "legal_representative"},
                    {"name": "premises_address"},
                    {"name": "food_items"},
                ],
                "told_apart_by": ["premises_address"],
            }
        ],
        actor=PLATFORM,
        at=RECEIVED_AT,
    )


@pytest.fixture
def held(kind: None, firm: UUID) -> str:
    """A food licence of the firm for its premises, valid until 2 March 2028."""
    request = IssueRequest(
        "SPJYXKZ",
        firm,
        "示例小馆",
        FOOD_OFFICE,
        None,
        date(2023, 3, 2),
        5,
        {**PREMISES, "food_items": "热食"},
    )
    return library.issue(request, actor=PLATFORM, at=RECEIVED_AT).number


def guide_with(effect: ResultEffect) -> Guide:
    result = ItemResult("食品经营许可证", ResultKind.LICENCE, "SPJYXKZ", 5, "示例", "ENTERPRISE", effect)
    substance = replace(FOOD.substance, version_id=new_id(), results=(result,))
    return Guide(substance, replace(FOOD.procedure, version_id=new_id()))


@pytest.fixture
def grant(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> Granted:
    def granted(effect: ResultEffect) -> Story:
        guide = guide_with(effect)
        monkeypatch.setitem(GUIDES, (guide.substance.version_id, guide.procedure.version_id), guide)
        story = Story(submit(new_case(guide)).cases[0].number)
        return story.to_decide()

    return granted


def test_a_renewal_takes_the_place_of_the_licence_for_these_premises(held: str, grant: Granted) -> None:
    (number,) = grant(ResultEffect.RENEW).grant(at(3, 5)).licences

    assert licences.get_by_number(held).status is LicenceStatus.SUPERSEDED
    assert licences.get_by_number(number).valid_to == date(2031, 3, 5)
    assert [one.action for one in licences.history(number)] == [LicenceAction.RENEW]
    assert licences.history(held)[-1].basis == "《中华人民共和国食品安全法》第三十五条"


def test_what_is_not_in_the_library_is_issued_instead_of_renewed(kind: None, grant: Granted) -> None:
    (number,) = grant(ResultEffect.RENEW).grant(at(3, 5)).licences

    assert [one.action for one in licences.history(number)] == [LicenceAction.ISSUE]


def test_a_second_licence_for_the_same_premises_is_refused_and_the_case_stays(
    held: str, grant: Granted
) -> None:
    story = grant(ResultEffect.ISSUE)

    with pytest.raises(library.OverlappingLicence):
        story.grant(at(3, 5))

    assert Case.objects.get(number=story.number).status == Status.EXAMINED
    assert licences.get_by_number(held).status is LicenceStatus.VALID


def test_a_cancellation_ends_the_licence_and_hands_nothing_over(held: str, grant: Granted) -> None:
    story = grant(ResultEffect.CANCEL)

    receipt = story.grant(at(3, 5))

    assert receipt.licences == ()
    entry = licences.history(held)[-1]
    assert (entry.action, entry.to_status) == (LicenceAction.CANCEL, LicenceStatus.CANCELLED)
    assert story.number in entry.reason


def test_a_change_says_what_is_new_and_keeps_the_rest_and_the_term(held: str, grant: Granted) -> None:
    story = grant(ResultEffect.CHANGE)

    receipt = services.grant(
        **story.names, result_fields={"food_items": "热食、冷食"}, actor=WANG_MIN, at=at(3, 5)
    )

    changed = licences.get_by_number(receipt.licences[0])
    assert changed.fields == {**PREMISES, "food_items": "热食、冷食"}
    assert changed.valid_to == date(2028, 3, 2)
    assert licences.get_by_number(held).status is LicenceStatus.SUPERSEDED


def test_a_change_of_what_the_library_does_not_have_issues_what_the_form_says(
    kind: None, grant: Granted
) -> None:
    (number,) = grant(ResultEffect.CHANGE).grant(at(3, 5)).licences

    assert licences.get_by_number(number).fields["premises_address"] == "示例路8号"
    assert [one.action for one in licences.history(number)] == [LicenceAction.ISSUE]


# What rests on a licence


@pytest.fixture
def resting(held: str, submit: Submit) -> Story:
    """An open case for which the licence was used."""
    story = Story(
        submit(new_case(FOOD, answers={**ANSWERS, "PREMISES.premises.address": typed("示例路9号")}))
        .cases[0]
        .number
    )
    use = NewUse(held, UseKind.APPLIED, FOOD_OFFICE, "食品经营许可", case_number=story.number)
    library.record_uses([use], actor=PLATFORM, at=at(3, 2))
    return story


def told(number: str, status: LicenceStatus) -> LicenceChanged:
    one = licences.get_by_number(number)
    return LicenceChanged(one.id, number, one.licence_type, one.holder_id, one.issuer, at(3, 3), status, "")


def test_a_case_that_rests_on_a_lost_licence_is_flagged_once(held: str, resting: Story) -> None:
    for _twice in range(2):
        handlers.follow_licence(told(held, LicenceStatus.SUSPENDED), at(3, 3))

    assert CaseFlag.objects.count() == 1
    dossier = selectors.get_dossier(resting.number, actor=WANG_MIN, at=at(3, 3))
    assert len(dossier.flags) == 1
    assert dossier.flags[0].endswith("已暂停")
    assert [
        row.is_flagged for row in selectors.list_queue(actor=WANG_MIN, view=QueueView.OPEN, at=at(3, 3)).rows
    ] == [True]


def test_a_grant_over_a_flag_needs_its_reason_and_keeps_it(held: str, resting: Story) -> None:
    resting.to_decide()
    handlers.follow_licence(told(held, LicenceStatus.REVOKED), at(3, 4))

    with pytest.raises(services.FlagUnanswered):
        resting.grant(at(3, 5))
    assert Case.objects.get(number=resting.number).status == Status.EXAMINED
    services.grant(**resting.names, result_fields={}, flag_reason="已另行核实", actor=WANG_MIN, at=at(3, 5))

    assert CaseFlag.objects.get().answer == "已另行核实"
    assert "已另行核实" in selectors.get_dossier(resting.number, actor=WANG_MIN).history[-1].sentence


def test_a_licence_that_holds_again_takes_the_flag_off(held: str, resting: Story) -> None:
    handlers.follow_licence(told(held, LicenceStatus.SUSPENDED), at(3, 3))

    handlers.follow_licence(told(held, LicenceStatus.VALID), at(3, 4))

    assert selectors.get_dossier(resting.number, actor=WANG_MIN).flags == ()
    assert not Case.objects.get(number=resting.number).is_flagged


def test_a_case_that_is_over_or_rests_on_something_else_is_left_alone(
    held: str, resting: Story, submit: Submit, zhang_san: Actor
) -> None:
    other = submit(new_case(FOOD), key="key-2").cases[0].number
    services.withdraw(**resting.names, reason="", actor=zhang_san, at=at(3, 3))

    handlers.follow_licence(told(held, LicenceStatus.REVOKED), at(3, 4))

    assert CaseFlag.objects.count() == 0
    assert not Case.objects.get(number=other).is_flagged


def test_a_code_is_said_by_its_label() -> None:
    element = DataElement(
        "person.sex", "性别", ElementType.CODE, "性别", "", "", "", None, None,
        (Option("1", "男"), Option("2", "女")), None, False, False, None, None,
    )  # fmt: skip

    said = fields_from_answers(
        ("sex",), {"APPLICANT.person.sex": typed("2")}, {"person.sex": element}, holder_role="APPLICANT"
    )

    assert said == {"sex": "女"}
