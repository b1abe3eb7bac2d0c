"""A bundle's date: promised working days over the graph of items that wait for each other (all ours)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import ClassVar

from tongban.kernel.errors import TongbanError
from tongban.kernel.sentences import gettext_noop
from tongban.kernel.workdays import Calendar, DueDate, add_workdays, due_date


class DependencyCycle(TongbanError):
    code: ClassVar[str] = "CYCLE"
    default_sentence: ClassVar[str] = gettext_noop("事项之间互为前置，无法排出办理顺序。")


class UnknownItem(TongbanError):
    code: ClassVar[str] = "UNKNOWN_ITEM"
    default_sentence: ClassVar[str] = gettext_noop("前置事项不在本套餐内。")


class RepeatedItem(TongbanError):
    code: ClassVar[str] = "REPEATED_ITEM"
    default_sentence: ClassVar[str] = gettext_noop("同一事项在套餐内出现了两次。")


class EmptyBundle(TongbanError):
    code: ClassVar[str] = "EMPTY_BUNDLE"
    default_sentence: ClassVar[str] = gettext_noop("套餐内没有需要办理的事项。")


@dataclass(frozen=True)
class BundleItem:
    """An item with its promised working days; ``decided_on`` replaces the computed day when given."""

    item_id: str
    days: int
    after: tuple[str, ...] = ()
    decided_on: date | None = None


@dataclass(frozen=True)
class ItemDates:
    """The day an item counts from (not counted itself) and the day it ends."""

    event_on: date
    due_on: date


@dataclass(frozen=True)
class BundleClock:
    """Dates of every item, the bundle's own, and the chain that decides it, first to last."""

    items: Mapping[str, ItemDates]
    bundle: DueDate
    critical: tuple[str, ...]


def bundle_clock(calendar: Calendar, accepted_on: date, items: Sequence[BundleItem]) -> BundleClock:
    """When a bundle is done when every promise is kept.

    Raises :class:`DependencyCycle`, :class:`UnknownItem`, :class:`RepeatedItem`, :class:`EmptyBundle` or
    ``NegativeDays``.
    """
    by_id = _index(items)
    dates: dict[str, ItemDates] = {}
    for item_id in _in_order(by_id):
        item = by_id[item_id]
        event_on = max((dates[before].due_on for before in item.after), default=accepted_on)
        # On a rest day an item of 0 days moves to the next working day, so days along a path don't add up.
        computed_on = add_workdays(calendar, event_on, item.days).due_on
        dates[item_id] = ItemDates(event_on=event_on, due_on=item.decided_on or computed_on)
    ordered = {item.item_id: dates[item.item_id] for item in items}
    last_on = max(day.due_on for day in ordered.values())
    return BundleClock(
        items=MappingProxyType(ordered),
        bundle=due_date(calendar, last_on),
        critical=_critical(by_id, ordered, last_on),
    )


def _index(items: Sequence[BundleItem]) -> dict[str, BundleItem]:
    if not items:
        raise EmptyBundle("a bundle without items")
    by_id: dict[str, BundleItem] = {}
    for item in items:
        if item.item_id in by_id:
            raise RepeatedItem(f"item {item.item_id} is given twice")
        by_id[item.item_id] = item
    for item in items:
        for before in item.after:
            if before not in by_id:
                raise UnknownItem(f"item {item.item_id} waits for {before}, which is not in the bundle")
    return by_id


def _in_order(by_id: Mapping[str, BundleItem]) -> tuple[str, ...]:
    graph = {item_id: item.after for item_id, item in by_id.items()}
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise DependencyCycle(f"items wait for each other: {error.args[1]}") from error


def _critical(
    by_id: Mapping[str, BundleItem], dates: Mapping[str, ItemDates], last_on: date
) -> tuple[str, ...]:
    ending_last = {item_id for item_id in by_id if dates[item_id].due_on == last_on}
    followed = {before for item_id in ending_last for before in by_id[item_id].after}
    current = min(ending_last - followed)
    path = [current]
    while by_id[current].after:
        # The predecessor that ends last; ties go to the smaller id.
        latest_on = max(dates[before].due_on for before in by_id[current].after)
        current = min(before for before in by_id[current].after if dates[before].due_on == latest_on)
        path.append(current)
    return tuple(reversed(path))
