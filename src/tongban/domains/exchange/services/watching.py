"""What an operator is told of the evidence: alarms before and after look-ups are refused."""

from tongban.domains.exchange.services import evidence
from tongban.domains.exchange.types import EvidenceFault
from tongban.foundation.telemetry import Reading

_WORDS = {
    EvidenceFault.UNSEALED: (
        "tongban_evidence_unsealed_seconds",
        "How long the oldest record has waited to be sealed",
    ),
    EvidenceFault.UNSTAMPED: (
        "tongban_evidence_unstamped_seconds",
        "How long the oldest head has waited for its time stamp",
    ),
    EvidenceFault.UNEXPORTED: (
        "tongban_evidence_unexported_seconds",
        "How long the oldest batch has waited to be exported",
    ),
}
_NOTICES = {
    EvidenceFault.UNSEALED: "look-ups are refused: evidence has not been sealed for longer than the limit",
    EvidenceFault.UNSTAMPED: "look-ups are refused: evidence has not been time-stamped for longer than the limit",
    EvidenceFault.UNEXPORTED: "look-ups are refused: evidence has not been exported for longer than the limit",
}


def readings() -> tuple[Reading, ...]:
    waits = tuple(Reading(*_WORDS[kind], age.total_seconds()) for kind, age in evidence.read_ages().items())
    is_refused = Reading(
        "tongban_evidence_fault",
        "Whether look-ups are refused for want of evidence",
        evidence.fault() is not None,
    )
    return (*waits, is_refused)


def notice() -> str | None:
    kind = evidence.fault()
    return None if kind is None else _NOTICES[kind]
