"""The limits of a case, and why each is the day it is."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases.types import ClockAccount, Dossier, Due
from tongban.sites.console.words import due_words, limit_words
from tongban.sites.shared.formats import workdays
from tongban.sites.shared.traces import SpanLine, TraceRow, span_lines, trace_rows


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
        spans=span_lines(account.spans),
        promise=trace_rows(account.promise_trace, account.spans),
        limit=trace_rows(account.limit_trace, account.spans),
        limit_title=limit_words(account.due.kind) if account.due else "",
        back_address=reverse("console:dossier", args=[number]),
    )
