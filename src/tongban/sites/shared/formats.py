"""How values read on a page: dates, money, durations and numbers, in the language of the page."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FEN = Decimal(100)
NARROW_SPACE = "\u2009"


def local(value: datetime) -> datetime:
    """The instant in the civil time of the country."""
    return timezone.localtime(value)


def as_date(value: date) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def plain_day(value: date) -> str:
    """2026年11月24日; 24 Nov 2026."""
    day = as_date(value)
    if _is_english():
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def full_day(value: date) -> str:
    """2026年11月24日（周二）; Tue 24 Nov 2026."""
    weekday = WEEKDAYS[as_date(value).weekday()]
    if _is_english():
        return f"{weekday} {plain_day(value)}"
    return f"{plain_day(value)}（{weekday}）"


def short_day(value: date) -> str:
    """11月24日; 24 Nov."""
    day = as_date(value)
    if _is_english():
        return f"{day.day} {MONTHS[day.month - 1]}"
    return f"{day.month}月{day.day}日"


def clock_time(value: datetime) -> str:
    """10:24."""
    return local(value).strftime("%H:%M")


def moment(value: datetime) -> str:
    """2026年11月24日 10:24."""
    return f"{plain_day(value)} {clock_time(value)}"


def yuan(fen: int) -> str:
    """¥1,234.50."""
    return f"¥{Decimal(fen) / FEN:,.2f}"


def typed_yuan(fen: int) -> str:
    """1234.50, or 1234 for a whole amount: as a person types it, and as the standards read it."""
    return f"{Decimal(fen) / FEN:.2f}".removesuffix(".00")


def workdays(count: int) -> str:
    """4 个工作日."""
    return ngettext("%(count)d 个工作日", "%(count)d 个工作日", count) % {"count": count}


def deadline(day: date, days_left: int | None) -> str:
    """Absolute and relative: 11月30日前，还剩 4 个工作日."""
    if days_left is None:
        return _("%(day)s前") % {"day": short_day(day)}
    if days_left == 0:
        return _("%(day)s前，今天到期") % {"day": short_day(day)}
    return _("%(day)s前，还剩 %(duration)s") % {"day": short_day(day), "duration": workdays(days_left)}


def grouped(number: str) -> str:
    """A number people read aloud, in groups of four from the right; copying it gives thin spaces, not new digits."""
    head = len(number) % 4
    groups = [number[:head]] if head else []
    groups += [number[start : start + 4] for start in range(head, len(number), 4)]
    return NARROW_SPACE.join(groups)


def file_size(size: int) -> str:
    """320 KB, 2.4 MB."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f} MB"


def _is_english() -> bool:
    """Dates differ by more than words: their parts stand in another order."""
    return (get_language() or "").startswith("en")
