"""Correct an error, with what stood there before (更正)."""

from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.cases.models import Case, Correction
from tongban.domains.cases.rules.answers import read_sheet, write_sheet
from tongban.domains.cases.services.decision import ReasonMissing
from tongban.domains.cases.services.transition import Act, lock_case, receipt_of, transition
from tongban.domains.cases.types import Action, ActReceipt
from tongban.domains.eforms.rules import element_of
from tongban.domains.eforms.types import Answer, Origin
from tongban.domains.standards import rules as standard_rules
from tongban.domains.standards import selectors as standards
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date


class NothingToCorrect(TongbanError):
    code: ClassVar[str] = "NOTHING_TO_CORRECT"
    default_sentence: ClassVar[str] = gettext_noop("申请表中没有这一项，或者新值与原值相同。")


class ValueRefused(TongbanError):
    """The new value is none of the field's data element; the sentence is the standard's own."""

    code: ClassVar[str] = "VALUE_REFUSED"
    default_sentence: ClassVar[str] = gettext_noop("新的内容不符合这一项的要求。请核对后重新填写。")


def correct(
    *, case_number: str, revision: int, key: str, value: object, reason: str, actor: Actor, at: datetime
) -> ActReceipt:
    """Replace one answer; the former value, the reason and the officer are kept. Status does not change.

    Raises :class:`NothingToCorrect` and :class:`ValueRefused`.
    """
    with transaction.atomic():
        case = lock_case(case_number=case_number, revision=revision, action=Action.CORRECT, actor=actor)
        if not reason.strip():
            raise ReasonMissing(f"correction of {case_number} without reason")
        sheet = read_sheet(case.content.answers)
        before = sheet.get(key)
        if before is not None:
            value = _checked(case, key, value)
        if before is None or before.value == value:
            raise NothingToCorrect(f"nothing to correct at {key} of {case_number}")
        after = Answer(value, Origin.CORRECTED, actor.name, at, before.value)
        sheet[key] = after
        case.content.answers = write_sheet(sheet)
        case.content.save(update_fields=["answers"])
        Correction.objects.create(
            case=case,
            key=key,
            before=write_sheet({key: before}),
            after=write_sheet({key: after}),
            reason=reason,
            officer_id=actor.account_id,
            at=at,
        )
        # The sentence names the field and the reason; the values stay in the encrypted record.
        sentence = f"更正申请表中的一项。理由：{reason}"
        transition(case, Act(Action.CORRECT, actor, at, sentence, reason=reason, detail={"key": key}))
        return receipt_of(case)


def _checked(case: Case, key: str, value: object) -> object:
    """The value as its data element keeps it, judged on the day of the application."""
    element = element_of(key, standards.elements())
    if element is None:
        return value
    checked, problem = standard_rules.check_value(element, value, today=shanghai_date(case.received_at))
    if problem is not None or checked is None:
        raise ValueRefused(f"no value of {key} for {case.number}", sentence=problem)
    return checked
