"""A link in a mail leads to what it names, in whosever name that is: nobody switches names before following a link."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponseBase

from tongban.domains.cases.selectors import CaseNotFound
from tongban.domains.identity import selectors as identity
from tongban.domains.licences.selectors import LicenceNotFound
from tongban.domains.lifeevents.services import BranchNotFound
from tongban.domains.messaging.selectors import MessageNotFound
from tongban.kernel.errors import TongbanError
from tongban.sites.shared.policies import ActorRequest, account_id

View = Callable[..., HttpResponseBase]
NOT_FOUND = (CaseNotFound, LicenceNotFound, MessageNotFound, BranchNotFound)


def in_whosever_name(view: View) -> View:
    """Of a view of one case, licence or message: what is not found in the name a person acts in now is looked for in her own
    and in those of everybody she may act for, for this one request. What is nobody's of these is not found, as ever.
    """

    @wraps(view)
    def found(request: ActorRequest, **named: Any) -> HttpResponseBase:  # Any: what the route captures
        try:
            return view(request, **named)
        except NOT_FOUND as missing:
            return _in_another_name(request, view, named, missing)

    return found


def _in_another_name(
    request: ActorRequest,
    view: View,
    named: dict[str, Any],  # Any: as above
    missing: TongbanError,
) -> HttpResponseBase:
    chosen = request.actor
    for subject in identity.subjects_for(account_id(request)):
        if subject.id == chosen.acting_for:
            continue
        request.actor = identity.actor_for(account_id(request), subject.id)
        try:
            return view(request, **named)
        except NOT_FOUND:
            continue
    request.actor = chosen
    raise missing
