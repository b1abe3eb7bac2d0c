"""一证通办: with the licence that says who one is, what is still to be brought, by the one verdict on each material."""

from collections.abc import Iterable

from tongban.domains.catalogue.types import Material, MaterialVerdict


def left_to_bring(verdicts: Iterable[MaterialVerdict]) -> tuple[Material, ...]:
    """What whoever shows her identity licence has to bring besides; nothing: the item is one of 一证通办."""
    return tuple(one.material for one in verdicts if one.must_ask)
