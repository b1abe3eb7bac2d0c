"""An exchange that people made in place of an interface: the record of it is the same, though no message went over a wire."""

from dataclasses import replace
from datetime import datetime

from tongban.domains.exchange.rules.evidence import canonical, message_hash, request_form
from tongban.domains.exchange.services import evidence
from tongban.domains.exchange.types import Exchanged, LookupRequest, LookupResult, Outcome, Trace
from tongban.kernel.actors import Actor


def record_answer(
    request: LookupRequest, *, answer: str, is_held: bool, asked_by: str, actor: Actor, at: datetime
) -> None:
    """Keep evidence of what a department told another about a subject (行政协助); raises `EvidenceImpossible`, and then nothing was kept.

    Who looked is the department that asked, `asked_by`: so the subject reads it among the looks. The words are hashed, not kept.
    """
    actor = replace(actor, department=asked_by)
    exchange = evidence.begin(actor=actor, at=at)
    asked = message_hash(exchange.key, canonical(request_form(request, exchange)))
    told = message_hash(exchange.key, canonical({"answer": answer, "held": is_held}))
    result = LookupResult(Outcome.FOUND if is_held else Outcome.NOT_FOUND, {})
    exchanged = Exchanged(exchange, request, result, Trace(asked, told))
    (kept,) = evidence.keep([exchanged], actor=actor, at=at)
    if kept.outcome is Outcome.NO_EVIDENCE:
        raise evidence.EvidenceImpossible(f"answer about {request.resource} for {asked_by}")
