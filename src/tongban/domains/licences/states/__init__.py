"""Lifecycles of the licence domain, each as one table."""

from tongban.domains.licences.states.library import (
    FINAL,
    MAY_EXPIRE,
    TRANSITIONS,
    IllegalTransition,
    next_status,
)

__all__ = ["FINAL", "MAY_EXPIRE", "TRANSITIONS", "IllegalTransition", "next_status"]
