"""What was found wrong with a resource goes to its provider, with a day by which it is answered (政务数据共享条例: 数据校核)."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.exchange import models, selectors
from tongban.domains.exchange.types import Finding, FindingKind
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date
from tongban.kernel.national_calendar import national_calendar
from tongban.kernel.workdays import add_workdays

ANSWER_DAYS = 5
"""Working days a provider has to answer a finding; ours, the law says 及时."""


class FindingNotFound(TongbanError):
    """No such open finding, or another department's: both look the same."""

    code: ClassVar[str] = "FINDING_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这个数据问题，或者已经答复。")


class AnswerMissing(TongbanError):
    code: ClassVar[str] = "ANSWER_MISSING"
    default_sentence: ClassVar[str] = gettext_noop(
        "请写明怎么处理的：已经更正、无需更正的理由，或者何时更正。"
    )


@transaction.atomic
def report_finding(
    resource: str,
    kind: FindingKind,
    *,
    text: str,
    actor: Actor,
    at: datetime,
    reference: str = "",
    due_on: date | None = None,
) -> Finding:
    """Tell the provider; the same fault in the same `reference` is one finding until it is answered.

    It is due in `ANSWER_DAYS` working days where no day is given. `text` names no person. Raises `selectors.ResourceNotFound`.
    """
    selectors.get_resource(resource)
    open_already = models.Finding.objects.select_for_update().filter(
        resource_id=resource, kind=kind, reference=reference, answered_at__isnull=True
    )
    row = open_already.first() if reference else None
    if row is None:
        row = models.Finding.objects.create(
            resource_id=resource,
            kind=kind,
            text=text,
            reference=reference,
            found_at=at,
            due_on=due_on or _due_on(at),
        )
        _record(row, "REPORT_FINDING", actor, at)
    return selectors.get_finding(row.pk)


@transaction.atomic
def answer_finding(
    finding_id: UUID, *, answer: str, departments: frozenset[str], actor: Actor, at: datetime
) -> Finding:
    """The provider's answer, in words; raises `FindingNotFound`, `AnswerMissing`."""
    row = (
        models.Finding.objects.select_for_update(of=("self",))
        .filter(pk=finding_id, answered_at__isnull=True, resource__provider__code__in=departments)
        .first()
    )
    if row is None:
        raise FindingNotFound(f"finding {finding_id}")
    if not answer.strip():
        raise AnswerMissing(f"finding {finding_id}")
    row.answer, row.answered_at, row.answered_by = answer.strip(), at, actor.name
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    _record(row, "ANSWER_FINDING", actor, at)
    return selectors.get_finding(row.pk)


def _due_on(at: datetime) -> date:
    return add_workdays(national_calendar(), shanghai_date(at), ANSWER_DAYS).due_on


def _record(row: models.Finding, action: str, actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="exchange.Finding",
        object_id=str(row.pk),
        detail={"resource": row.resource_id, "kind": row.kind},
    )
