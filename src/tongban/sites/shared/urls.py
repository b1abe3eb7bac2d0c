"""Addresses all doors share: accounts and preferences."""

from functools import wraps

from allauth.account import urls as account_urls
from allauth.mfa import urls as mfa_urls
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path

from tongban.sites.shared import profile, views
from tongban.sites.shared.policies import Policy, View, mark_all, wrap_all

urlpatterns: list[URLPattern | URLResolver] = [
    path("preferences/", views.set_preference, name="preferences"),
    path("account/", profile.overview, name="account"),
    path("", include("allauth.account.urls")),
    path("account/two-step/", include("allauth.mfa.urls")),
]

OPEN_TO_ALL = (
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_login_code",
    "account_request_login_code",
    "account_signup_by_passkey",
    "account_confirm_password_reset_code",
    "account_complete_password_reset",
    "account_password_reset_completed",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_signup_webauthn",
    "mfa_trust",
)
FOR_THE_OWNER = (
    "account_reauthenticate",
    "account_email",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
)


def _leads_to_errors(view: View) -> View:
    """allauth answers a refused form with 200; a page with errors is 422 here, and never kept by a cache."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response: HttpResponseBase = view(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and form is not None and form.errors:
            response.status_code = 422
        return response

    return answered


# allauth's views check by themselves who may open them; here it is only written down for the check of all routes.
for patterns in (account_urls.urlpatterns, mfa_urls.urlpatterns):
    wrap_all(patterns, _leads_to_errors)
    mark_all(
        patterns, dict.fromkeys(OPEN_TO_ALL, Policy.PUBLIC) | dict.fromkeys(FOR_THE_OWNER, Policy.SIGNED_IN)
    )
