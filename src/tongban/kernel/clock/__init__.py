"""The clock of the law: pure rules over a calendar, values in and values out.

Ours, where 行政许可法 is silent, is said in each module, so that legal can confirm it in one place.
"""

from tongban.kernel.clock.acceptance import (
    ACCEPTANCE_DAYS,
    Acceptance,
    AcceptanceEvent,
    AcceptanceEventType,
    AcceptanceFlag,
    AcceptanceState,
    NotReceived,
    acceptance_clock,
)
from tongban.kernel.clock.bundle import (
    BundleClock,
    BundleItem,
    DependencyCycle,
    EmptyBundle,
    ItemDates,
    RepeatedItem,
    UnknownItem,
    bundle_clock,
)
from tongban.kernel.clock.decision import (
    DecisionClock,
    DecisionFlag,
    DecisionTerms,
    Extension,
    ExtensionTooLong,
    LimitMissing,
    PromiseLonger,
    Regime,
    decision_clock,
)
from tongban.kernel.clock.delivery import DELIVERY_DAYS, DecisionOutcome, delivery_due
from tongban.kernel.clock.pauses import Pause, PauseReason, PauseReversed, PauseSpan
from tongban.kernel.clock.trace import (
    BundleTrace,
    Reason,
    TraceRow,
    trace_acceptance,
    trace_bundle,
    trace_delivery,
    trace_limit,
    trace_promise,
    trace_statutory,
)

__all__ = [
    "ACCEPTANCE_DAYS",
    "DELIVERY_DAYS",
    "Acceptance",
    "AcceptanceEvent",
    "AcceptanceEventType",
    "AcceptanceFlag",
    "AcceptanceState",
    "BundleClock",
    "BundleItem",
    "BundleTrace",
    "DecisionClock",
    "DecisionFlag",
    "DecisionOutcome",
    "DecisionTerms",
    "DependencyCycle",
    "EmptyBundle",
    "Extension",
    "ExtensionTooLong",
    "ItemDates",
    "LimitMissing",
    "NotReceived",
    "Pause",
    "PauseReason",
    "PauseReversed",
    "PauseSpan",
    "PromiseLonger",
    "Reason",
    "Regime",
    "RepeatedItem",
    "TraceRow",
    "UnknownItem",
    "acceptance_clock",
    "bundle_clock",
    "decision_clock",
    "delivery_due",
    "trace_acceptance",
    "trace_bundle",
    "trace_delivery",
    "trace_limit",
    "trace_promise",
    "trace_statutory",
]
