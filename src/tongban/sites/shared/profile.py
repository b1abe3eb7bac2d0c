"""The account's own page; signing in and its factors are allauth's views with our templates."""

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.shortcuts import render

from tongban.domains.identity import selectors as identity
from tongban.sites.shared.policies import ActorRequest, account_id, signed_in


@signed_in
def overview(request: ActorRequest) -> HttpResponse:
    """Who I am here, in whose name I act, how my account is protected."""
    adapter = get_adapter()
    context = {
        "subjects": identity.subjects_for(account_id(request)),
        "acting_for": request.actor.acting_for,
        "email": EmailAddress.objects.get_primary_email(request.user) or "",
        "has_totp": adapter.is_mfa_enabled(request.user, [Authenticator.Type.TOTP]),
        "has_passkey": adapter.is_mfa_enabled(request.user, [Authenticator.Type.WEBAUTHN]),
    }
    return render(request, "account/overview.html", context)
