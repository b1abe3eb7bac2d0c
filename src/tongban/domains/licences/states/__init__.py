"""Lifecycles of the licence domain, each as one table."""

from tongban.domains.licences.states.consents import (
    CONSENT_TRANSITIONS,
    IllegalConsentStep,
    next_consent_status,
)
from tongban.domains.licences.states.library import (
    FINAL,
    MAY_EXPIRE,
    TRANSITIONS,
    IllegalTransition,
    next_status,
)

__all__ = [
    "CONSENT_TRANSITIONS",
    "FINAL",
    "MAY_EXPIRE",
    "TRANSITIONS",
    "IllegalConsentStep",
    "IllegalTransition",
    "next_consent_status",
    "next_status",
]
