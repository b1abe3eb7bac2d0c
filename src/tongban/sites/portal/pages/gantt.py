"""Positions of the plan's picture: one bar an item over working days, drawn on the server."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.domains.lifeevents.types import PlanItem, PlanState
from tongban.sites.shared.formats import workdays

WIDTH = 760
LEFT = 8
RIGHT = 24
TOP = 30
ROW = 52
BAR = 14
BAR_OFFSET = 26
LEAST_BAR = 6
STEPS = (1, 2, 5, 10, 20, 50)
MOST_TICKS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    text_y: float
    label: str
    days: str
    kind: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Gantt:
    width: int
    height: int
    bar_height: int
    bars: tuple[Bar, ...]
    links: tuple[str, ...]
    """Paths from the end of an item to the start of one that needs its result."""
    ticks: tuple[Tick, ...]
    summary: str


def build(items: Sequence[PlanItem]) -> Gantt:
    length = max((item.ends_on_day for item in items), default=0) or 1
    scale = (WIDTH - LEFT - RIGHT) / length
    bars = tuple(_bar(item, row, scale) for row, item in enumerate(items))
    return Gantt(
        width=WIDTH,
        height=TOP + ROW * len(items) + 8,
        bar_height=BAR,
        bars=bars,
        links=_links(items, bars),
        ticks=tuple(Tick(LEFT + day * scale, str(day)) for day in range(0, length + 1, _step(length))),
        summary=_("横轴是工作日，每一条是一个事项从受理到办结的时间；共 %(days)s。")
        % {"days": workdays(length)},
    )


def _bar(item: PlanItem, row: int, scale: float) -> Bar:
    length = item.ends_on_day - item.starts_on_day
    kind = "plain"
    if item.is_critical:
        kind = "critical"
    if item.state is PlanState.POSSIBLE:
        kind = "possible"
    return Bar(
        x=LEFT + item.starts_on_day * scale,
        y=TOP + row * ROW + BAR_OFFSET,
        width=max(length * scale, LEAST_BAR),
        text_y=TOP + row * ROW + BAR_OFFSET - 8,
        label=item.guide.title,
        days=workdays(length) if length else _("当场"),
        kind=kind,
    )


def _links(items: Sequence[PlanItem], bars: Sequence[Bar]) -> tuple[str, ...]:
    rows = {item.guide.substance.basic_code: bar for item, bar in zip(items, bars, strict=True)}
    links = []
    for item, bar in zip(items, bars, strict=True):
        for dependency in item.package_item.after:
            origin = rows.get(dependency.needs)
            if origin is None:
                continue
            x, y = origin.x + origin.width, origin.y + BAR / 2
            links.append(f"M{x:.1f} {y:.1f} h6 V{bar.y + BAR / 2:.1f} H{bar.x:.1f}")
    return tuple(links)


def _step(length: int) -> int:
    return next((step for step in STEPS if length / step <= MOST_TICKS), 100)
