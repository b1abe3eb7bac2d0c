"""What the registering departments write, and the providers that answer look-ups from it."""

from tongban.domains.registers.services.deposits import FaultyDeposit, deposit
from tongban.domains.registers.services.holdings import look_at_holdings, look_at_value
from tongban.domains.registers.services.objections import (
    AlreadyObjected,
    DecisionMissing,
    FaultyObjection,
    NothingHeld,
    RegisterSilent,
    decide_objection,
    raise_objection,
)
from tongban.domains.registers.services.records import (
    FaultyRelation,
    end_relation,
    relate,
    save_birth,
    save_entity,
    save_person,
    save_premises,
)
from tongban.domains.registers.services.trust import (
    NothingToRepair,
    record_broken_promise,
    repair_trust,
    repair_trust_in,
)

__all__ = [
    "AlreadyObjected",
    "DecisionMissing",
    "FaultyDeposit",
    "FaultyObjection",
    "FaultyRelation",
    "NothingHeld",
    "NothingToRepair",
    "RegisterSilent",
    "decide_objection",
    "deposit",
    "end_relation",
    "look_at_holdings",
    "look_at_value",
    "raise_objection",
    "record_broken_promise",
    "relate",
    "repair_trust",
    "repair_trust_in",
    "save_birth",
    "save_entity",
    "save_person",
    "save_premises",
]
