"""留痕 for stewards and supervisors: batches, records, the proof of one."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from tongban.domains.exchange import permissions
from tongban.domains.exchange import selectors as exchange
from tongban.domains.exchange import services as keeping
from tongban.sites.console.pages import evidence
from tongban.sites.console.screen import show
from tongban.sites.shared.policies import ActorRequest, officer


@officer(*evidence.SEEN_BY)
@require_safe
def batches(request: ActorRequest) -> HttpResponse:
    """The batches and the last records; a number that is asked for leads to its record."""
    asked, before = request.GET.get("exchange", "").strip(), request.GET.get("before", "")
    scope = permissions.evidence_scope(request.actor)
    exchange_id = _as_id(asked)
    if exchange_id is not None and exchange.list_exchange_records(providers=scope, ids=[exchange_id]):
        return redirect("console:data_evidence_record", exchange_id)
    page = evidence.build(
        exchange.list_evidence_batches(
            before=int(before) if before.isdecimal() and len(before) <= evidence.LONGEST_NUMBER else None,
            limit=evidence.SHOWN + 1,
        ),
        exchange.list_exchange_records(providers=scope),
        exchange.last_evidence_check(),
        keeping.evidence_fault(),
        asked=asked,
        actor=request.actor,
    )
    return show(request, "console/data_evidence.html", page)


@officer(*evidence.SEEN_BY)
@require_safe
def record(request: ActorRequest, exchange_id: UUID) -> HttpResponse:
    """One record of a resource she looks after, with its proof or why there is none yet."""
    found = exchange.list_exchange_records(
        providers=permissions.evidence_scope(request.actor), ids=[exchange_id]
    )
    if not found:
        raise Http404
    proof, trouble = None, ""
    try:
        proof = keeping.prove_record(exchange_id)
    except (keeping.NotSealedYet, keeping.RecordNotInBatch) as error:
        trouble = error.sentence
    page = evidence.build_record(found[0], proof, trouble, actor=request.actor)
    return show(request, "console/data_evidence_record.html", page)


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
