"""Reports to the issuer: what is wrong on a licence, and where it is not taken (证照报告)."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.licences import models, permissions, selectors
from tongban.domains.licences.services.life import update
from tongban.domains.licences.types import Correction, Ground, Report, ReportKind, ReportOutcome
from tongban.domains.messaging import services as messaging
from tongban.foundation.audit import services as audit
from tongban.foundation.numbering import services as numbering
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError
from tongban.kernel.instants import shanghai_date
from tongban.kernel.national_calendar import national_calendar
from tongban.kernel.workdays import add_workdays

NUMBERING_SCHEME = "licence-report"
LONGEST_TEXT = 1_000
LONGEST_PLACE = 200
LONGEST_REASON = 500
# Working days within which the issuer answers. No law gives them: a wrong licence stands in its holder's way in all her
# affairs, a refusal at a desk can be talked over at once.
ANSWER_DAYS: Mapping[ReportKind, int] = {ReportKind.ERROR: 10, ReportKind.REFUSED_HERE: 5}


class FaultyReport(TongbanError):
    code: ClassVar[str] = "FAULTY_REPORT"
    default_sentence: ClassVar[str] = gettext_noop("请写明哪里不对，或者对方怎么说的。")

    def __init__(self, message: str, *, field: str = "text", sentence: str | None = None) -> None:
        super().__init__(message, sentence=sentence)
        self.field = field
        """What is wrong: `text` or `place`."""


class AlreadyReported(TongbanError):
    code: ClassVar[str] = "ALREADY_REPORTED"
    default_sentence: ClassVar[str] = gettext_noop(
        "这件事您已经报告过，发证部门正在处理。处理结果会发到“我的消息”。"
    )


class ReportNotFound(TongbanError):
    """No such open report, or another issuer's: both look the same."""

    code: ClassVar[str] = "REPORT_NOT_FOUND"
    default_sentence: ClassVar[str] = gettext_noop("没有这份报告，或者已经答复。")


class ReportAnswerMissing(TongbanError):
    code: ClassVar[str] = "REPORT_ANSWER_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请选择是否属实，并写明怎么处理的或者理由。")


@transaction.atomic
def file_report(
    *, kind: ReportKind, number: str, text: str, actor: Actor, at: datetime, place: str = ""
) -> Report:
    """Tell the issuer of a licence what is wrong on it, or at which place it is not taken; answered by a working day.

    Raises `selectors.LicenceNotFound` for a licence that is not the actor's to use, `FaultyReport`, and `AlreadyReported`
    while the same report waits for its answer.
    """
    licence = selectors.get_by_number(number)
    if actor.subject_id is None or licence.holder_id not in permissions.holders_for(actor, at=at):
        raise selectors.LicenceNotFound(f"licence {number} is not the actor's")
    words, where = text.strip(), place.strip() if kind is ReportKind.REFUSED_HERE else ""
    _require_words(kind, words, where)
    today = shanghai_date(at)
    row = models.Report(
        ticket=f"ZZ{today:%Y%m%d}{numbering.next_serial(NUMBERING_SCHEME, f'{today:%Y%m%d}'):05}",
        kind=kind,
        licence_id=licence.id,
        text=words,
        place=where,
        reporter_id=actor.subject_id,
        reporter_name=actor.name,
        filed_at=at,
        due_on=add_workdays(national_calendar(), today, ANSWER_DAYS[kind]).due_on,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyReported(f"open report on {number}") from error
    _record(row, number, licence.holder_id, "REPORT_LICENCE", actor, at)
    return selectors.get_report(row.pk)


@transaction.atomic
def answer_report(
    report_id: UUID,
    *,
    outcome: ReportOutcome | None,
    answer: str,
    actor: Actor,
    at: datetime,
    correction: Correction | None = None,
) -> Report:
    """The issuer's answer, in words; the reporter is told. A correction changes the licence, and what was made of it, with the answer.

    Raises `ReportNotFound` for another issuer's and an answered one, `ReportAnswerMissing`, and what ``update`` raises.
    """
    row = (
        models.Report.objects.select_for_update(of=("self",))
        .select_related("licence")
        .filter(
            pk=report_id,
            answered_at__isnull=True,
            licence__issuer__code__in=permissions.kept_departments(actor),
        )
        .first()
    )
    if row is None:
        raise ReportNotFound(f"report {report_id}")
    words = answer.strip()
    if outcome is None or not words or len(words) > LONGEST_TEXT:
        raise ReportAnswerMissing(f"report {report_id}")
    if correction is not None:
        _require_error(row, outcome)
        ground = Ground(correction.law, correction.article, reason=f"{row.ticket}：{words}"[:LONGEST_REASON])
        update(row.licence.number, correction.changes, ground=ground, actor=actor, at=at)
    row.outcome, row.answer, row.answered_at, row.answered_by = outcome, words, at, actor.name
    row.save(update_fields=["outcome", "answer", "answered_at", "answered_by"])
    _record(row, row.licence.number, row.licence.holder_id, "ANSWER_LICENCE_REPORT", actor, at)
    report = selectors.get_report(row.pk)
    messaging.send(
        "LICENCE_REPORT_ANSWERED",
        to_subject=row.reporter_id,
        context={
            "licence_name": report.licence_name,
            "ticket": report.ticket,
            "issuer": report.issuer_name,
            "answer": words,
        },
        at=at,
    )
    return report


def _require_error(row: models.Report, outcome: ReportOutcome) -> None:
    """Only an error that was found to be one is corrected."""
    if row.kind != ReportKind.ERROR or outcome is not ReportOutcome.UPHELD:
        sentence = _("只有属实的错误才能更正。请选择“属实”，或者不填更正的内容。")
        raise ReportAnswerMissing(f"correction of {row.kind}, {outcome}", sentence=sentence)


def _require_words(kind: ReportKind, words: str, where: str) -> None:
    if not words:
        raise FaultyReport("no words")
    if len(words) > LONGEST_TEXT:
        sentence = _("请写在 %(count)d 字以内。") % {"count": LONGEST_TEXT}
        raise FaultyReport(f"{len(words)} characters", sentence=sentence)
    if kind is ReportKind.REFUSED_HERE and not 0 < len(where) <= LONGEST_PLACE:
        sentence = _("请写明是哪里不认，例如单位名称和地址，%(count)d 字以内。") % {"count": LONGEST_PLACE}
        raise FaultyReport(f"place of {len(where)} characters", field="place", sentence=sentence)


def _record(
    row: models.Report, number: str, holder_id: UUID, action: str, actor: Actor, at: datetime
) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="licences.Licence",
        object_id=number,
        subject_id=holder_id,
        detail={"ticket": row.ticket, "kind": str(row.kind)},
    )
