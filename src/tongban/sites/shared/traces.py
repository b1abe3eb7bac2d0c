"""「为什么是这一天」 as tables: each day of a limit, whether it counts, and why; and where the time went."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.domains.cases.types import ProcedureKind, TimeSpan, TraceLine
from tongban.kernel.clock import PauseReason, Reason
from tongban.sites.shared.formats import full_day, workdays


@dataclass(frozen=True, slots=True)
class TraceRow:
    day: str
    counted: bool
    number: str
    reason: str
    notes: tuple[str, ...] = ()
    """What took place on the day without stopping the clock."""


@dataclass(frozen=True, slots=True)
class SpanLine:
    name: str
    days: str
    length: str
    counts: str


def trace_rows(lines: Sequence[TraceLine], spans: Sequence[TimeSpan] = ()) -> tuple[TraceRow, ...]:
    """A row a day; what was done on a counted day is said there, for people expect the clock to stop for it."""
    return tuple(
        TraceRow(
            full_day(one.on), one.counted, str(one.day_number or ""), _words(one.reason), _notes(one, spans)
        )
        for one in lines
    )


def span_lines(spans: Sequence[TimeSpan]) -> tuple[SpanLine, ...]:
    return tuple(_span_line(span) for span in spans)


def span_words(kind: ProcedureKind | PauseReason) -> str:
    if isinstance(kind, PauseReason):
        return _("特别程序：%(reason)s") % {"reason": _(kind.label)}
    return {ProcedureKind.SITE_CHECK: _("现场核查"), ProcedureKind.PUBLIC_NOTICE: _("公示")}[kind]


def _words(reason: Reason) -> str:
    """In the reader's language; the name of a holiday stays as the State Council gave it."""
    return _(reason.phrase) % {"name": _(reason.name) if reason.name else ""}


def _notes(line: TraceLine, spans: Sequence[TimeSpan]) -> tuple[str, ...]:
    if not line.counted:
        return ()
    return tuple(
        _("这一天%(what)s，不停钟，照算（行政许可法第四十五条没有列它）") % {"what": span_words(span.kind)}
        for span in spans
        if span.is_counted
        and span.began_on <= line.on
        and (span.ended_on is None or line.on <= span.ended_on)
    )


def _span_line(span: TimeSpan) -> SpanLine:
    until = full_day(span.ended_on) if span.ended_on is not None else _("还没有结束")
    return SpanLine(
        name=span_words(span.kind),
        days=_("%(first)s 至 %(last)s") % {"first": full_day(span.began_on), "last": until},
        length=workdays(span.workdays),
        counts=_("计入期限（行政许可法第四十五条没有列它）")
        if span.is_counted
        else _("不计入期限（行政许可法第四十五条）"),
    )
