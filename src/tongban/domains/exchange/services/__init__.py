"""What can be done to the data catalogue, and the look-up itself."""

from tongban.domains.exchange.services.findings import (
    AnswerMissing,
    FindingNotFound,
    answer_finding,
    report_finding,
)
from tongban.domains.exchange.services.lookup import look_up, look_up_many
from tongban.domains.exchange.services.permission import UnknownField
from tongban.domains.exchange.services.registry import (
    ProviderDown,
    register_cause_check,
    register_default_provider,
    register_provider,
)
from tongban.domains.exchange.services.resources import (
    FaultyResource,
    grant_access,
    load_resources,
    set_live,
)
from tongban.domains.exchange.services.ways import FaultyWay, drop_way, set_way

__all__ = [
    "AnswerMissing",
    "FaultyResource",
    "FaultyWay",
    "FindingNotFound",
    "ProviderDown",
    "UnknownField",
    "answer_finding",
    "drop_way",
    "grant_access",
    "load_resources",
    "look_up",
    "look_up_many",
    "register_cause_check",
    "register_default_provider",
    "register_provider",
    "report_finding",
    "set_live",
    "set_way",
]
