"""Whether a resource can stand in for a paper (三个一律: what can be had by sharing is not asked for)."""

from dataclasses import dataclass

LEAST_QUALITY = 0.95
"""Ours: the share of a resource's records that must be in order before it may stand in for a paper."""


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """An item that would fetch from resources; a grant to any of its departments will do (office and the body that guides it)."""

    item: str
    departments: tuple[str, ...]
    resources: frozenset[str]


@dataclass(frozen=True, slots=True)
class ResourceStanding:
    """Whether a resource can stand in for a material of one item: live, granted, good enough."""

    resource: str
    name: str
    provider: str
    provider_name: str
    is_live: bool
    granted_to: str
    """The department in whose name it may be asked; empty when no grant covers the item."""
    fields: tuple[str, ...]
    """What may be asked of it."""
    quality: float | None
    """Share of records in order; None where nobody has measured, which is no reason to ask a citizen."""

    @property
    def is_good(self) -> bool:
        return self.quality is None or self.quality >= LEAST_QUALITY

    @property
    def can_supply(self) -> bool:
        return self.is_live and bool(self.granted_to) and self.is_good
