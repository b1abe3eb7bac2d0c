"""What the registering departments write, and the providers that answer look-ups from it."""

from tongban.domains.registers.services.deposits import FaultyDeposit, deposit
from tongban.domains.registers.services.records import (
    FaultyRelation,
    end_relation,
    relate,
    save_birth,
    save_entity,
    save_person,
    save_premises,
)

__all__ = [
    "FaultyDeposit",
    "FaultyRelation",
    "deposit",
    "end_relation",
    "relate",
    "save_birth",
    "save_entity",
    "save_person",
    "save_premises",
]
