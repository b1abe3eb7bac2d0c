"""Lifecycles of the licence domain, each as one table."""

from tongban.domains.licences.states.consents import (
    CONSENT_TRANSITIONS,
    IllegalConsentStep,
    next_consent_status,
)
from tongban.domains.licences.states.library import (
    FINAL,
    IN_LIFE,
    MAY_EXPIRE,
    TRANSITIONS,
    IllegalTransition,
    next_status,
)
from tongban.domains.licences.states.proceedings import (
    BY_PROCEEDING,
    PROCEEDING_TRANSITIONS,
    RUNNING,
    TO_DECIDE,
    WAITING_FOR_HOLDER,
    IllegalStep,
    next_proceeding_status,
)

__all__ = [
    "BY_PROCEEDING",
    "CONSENT_TRANSITIONS",
    "FINAL",
    "IN_LIFE",
    "MAY_EXPIRE",
    "PROCEEDING_TRANSITIONS",
    "RUNNING",
    "TO_DECIDE",
    "TRANSITIONS",
    "WAITING_FOR_HOLDER",
    "IllegalConsentStep",
    "IllegalStep",
    "IllegalTransition",
    "next_consent_status",
    "next_proceeding_status",
    "next_status",
]
