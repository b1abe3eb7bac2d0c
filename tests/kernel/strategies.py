"""Hypothesis strategies shared by the kernel's tests: days, pauses, condition trees with their facts."""

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tongban.kernel.clock import Pause, PauseReason
from tongban.kernel.conditions import read_fields
from tongban.kernel.instants import SHANGHAI

DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 1))

FIELDS = read_fields(
    {
        "area": {"type": "int", "label": "经营面积（平方米）"},
        "cold_food": {"type": "bool", "label": "是否制售冷食"},
        "division": {"type": "code", "scheme": "division", "label": "所在区划"},
        "founded": {"type": "date", "label": "成立日期"},
        "industry": {"type": "code", "scheme": "gbt4754", "label": "行业"},
        "penalties": {"type": "list", "label": "行政处罚", "closed_world": True},
        "tags": {"type": "list", "label": "标签"},
    }
)
PARAMS = {"closing_date": "2026-06-30"}

_INTS = st.integers(-3, 8)
_DATES = st.dates(date(2019, 1, 1), date(2026, 12, 31)).map(date.isoformat)
_DIVISIONS = st.sampled_from(["31", "310000", "310100", "310115", "310115001", "310115000000", "510000"])
_INDUSTRIES = st.sampled_from(["C", "H", "27", "62", "621", "6210", "2710", "O"])
_TAGS = st.sampled_from(["a", "b", "c"])

FACTS = st.fixed_dictionaries(
    {
        "area": st.none() | _INTS,
        "cold_food": st.none() | st.booleans(),
        "division": st.none() | _DIVISIONS,
        "founded": st.none() | _DATES,
        "industry": st.none() | _INDUSTRIES,
        "penalties": st.none() | st.lists(_TAGS, max_size=2),
        "tags": st.none() | st.lists(_TAGS, max_size=2),
    }
)


def _leaf(field: str, ops: list[str], value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"field": st.just(field), "op": st.sampled_from(ops), "value": value})


def _between(field: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    bounds = st.tuples(value, value).map(sorted)
    return _leaf(field, ["between"], bounds)


ORDER = ["eq", "ne", "lt", "le", "gt", "ge"]
LEAVES = st.one_of(
    _leaf("area", ORDER, _INTS),
    _leaf("area", ["in"], st.lists(_INTS, min_size=1, max_size=3)),
    _between("area", _INTS),
    _leaf("cold_food", ["eq", "ne"], st.booleans()),
    _leaf("division", ["eq", "ne", "under"], _DIVISIONS),
    _leaf("founded", ORDER, _DATES),
    _between("founded", _DATES),
    _leaf("founded", ["years_ge", "years_le"], st.integers(0, 6)),
    _leaf("industry", ["under", "eq", "ne"], _INDUSTRIES),
    _leaf("penalties", ["contains"], _TAGS),
    _leaf("tags", ["contains"], _TAGS),
    _leaf("tags", ["overlaps"], st.lists(_TAGS, min_size=1, max_size=2)),
)


def _trees(leaves: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        leaves,
        lambda children: st.one_of(
            st.lists(children, max_size=3).map(lambda nodes: {"all": nodes}),
            st.lists(children, max_size=3).map(lambda nodes: {"any": nodes}),
            children.map(lambda node: {"not": node}),
        ),
        max_leaves=8,
    )


TREES = _trees(LEAVES | _leaf("tags", ["exists"], st.booleans()))
# ``exists`` alone turns from one known verdict to the other when a value arrives.
TREES_WITHOUT_EXISTS = _trees(LEAVES)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


@st.composite
def pauses(draw: st.DrawFn, *, may_be_open: bool) -> Pause:
    """A pause within two months of 2026-03-02, of any legal or illegal reason."""
    begins = date(2026, 2, 20) + timedelta(days=draw(st.integers(0, 60)))
    length = draw(st.integers(0, 30))
    is_open = may_be_open and draw(st.booleans())
    return Pause(
        reason=draw(st.sampled_from([*PauseReason, "PUBLIC_NOTICE"])),
        from_at=noon(begins),
        to_at=None if is_open else noon(begins + timedelta(days=length)),
        max_days=draw(st.none() | st.integers(0, 15)),
    )


def full_width(text: str) -> str:
    """ASCII letters and digits as a Chinese input method types them."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)
