"""「为什么是这一天」 as a table: each day of a limit, whether it counts, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.domains.cases.types import TraceLine
from tongban.kernel.clock import Reason
from tongban.sites.shared.formats import full_day


@dataclass(frozen=True, slots=True)
class TraceRow:
    day: str
    counted: bool
    number: str
    reason: str


def trace_rows(lines: Sequence[TraceLine]) -> tuple[TraceRow, ...]:
    return tuple(
        TraceRow(full_day(one.on), one.counted, str(one.day_number or ""), _words(one.reason))
        for one in lines
    )


def _words(reason: Reason) -> str:
    """In the reader's language; the name of a holiday stays as the State Council gave it."""
    return _(reason.phrase) % {"name": _(reason.name) if reason.name else ""}
