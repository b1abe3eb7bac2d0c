"""The limits of a case, and why each is the day it is."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases.types import ClockAccount, Dossier, Due, TimeSpan
from tongban.sites.console.words import due_words, limit_words, span_words
from tongban.sites.shared.formats import full_day, workdays
from tongban.sites.shared.traces import TraceRow, trace_rows


@dataclass(frozen=True, slots=True)
class DueLine:
    name: str
    words: str
    article: str


def due_line(due: Due) -> DueLine:
    return DueLine(limit_words(due.kind), due_words(due), _(due.article))


def limits_of(dossier: Dossier) -> tuple[DueLine, ...]:
    return tuple(due_line(due) for due in (dossier.promise, dossier.due) if due is not None)


@dataclass(frozen=True, slots=True)
class SpanLine:
    name: str
    days: str
    length: str
    counts: str


@dataclass(frozen=True, slots=True)
class ClockPage:
    number: str
    dues: tuple[DueLine, ...]
    used: str
    spans: tuple[SpanLine, ...]
    promise: tuple[TraceRow, ...]
    limit: tuple[TraceRow, ...]
    limit_title: str
    back_address: str


def build_clock(number: str, account: ClockAccount) -> ClockPage:
    dues = [due for due in (account.promise, account.due) if due is not None]
    return ClockPage(
        number=number,
        dues=tuple(due_line(due) for due in dues),
        used=workdays(account.used_days) if account.used_days is not None else "",
        spans=tuple(_span_line(span) for span in account.spans),
        promise=trace_rows(account.promise_trace),
        limit=trace_rows(account.limit_trace),
        limit_title=limit_words(account.due.kind) if account.due else "",
        back_address=reverse("console:dossier", args=[number]),
    )


def _span_line(span: TimeSpan) -> SpanLine:
    until = full_day(span.ended_on) if span.ended_on is not None else _("还没有结束")
    return SpanLine(
        name=span_words(span.kind),
        days=_("%(first)s 至 %(last)s") % {"first": full_day(span.began_on), "last": until},
        length=workdays(span.workdays),
        counts=_("计入期限") if span.is_counted else _("不计入期限（行政许可法第四十五条）"),
    )
