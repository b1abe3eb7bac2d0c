"""How allauth behaves here: wrong passwords are counted by account and address, second factors encrypted at rest."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse

from tongban.domains.identity import selectors, services
from tongban.foundation import crypto

FACTOR_CONTEXT = "identity.authenticator.secret"


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types for it
    """allauth's, which loads the account together with whom it stands for."""

    def get_user(self, user_id: UUID) -> AbstractBaseUser | None:
        account = selectors.find_account(user_id)
        return account if account is not None and self.user_can_authenticate(account) else None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types for it
    """Sign-in limits of identity: a guesser closes the door for her own address only, never for the owner."""

    def authenticate(
        self, request: HttpRequest, **credentials: Any
    ) -> AbstractBaseUser | None:  # Any: allauth's
        """The account, None when the password is wrong; raises ValidationError while the address is closed."""
        login = credentials.get("username") or credentials.get("email") or ""
        address = self.get_client_ip(request)
        # The machine's clock: a demo's business clock stands still, and with it a lock would never end.
        at = datetime.now(UTC)
        if selectors.is_locked(login, address, at=at):
            raise self.validation_error("too_many_login_attempts")
        account: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if account is None:
            services.note_failure(login=login, address=address, at=at)
        else:
            services.forgive_failures(login=login, address=address, at=at)
        return account

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Officers begin in the console, everybody else at the portal; an address asked for goes before both."""
        if request.user.pk is not None and selectors.actor_for(request.user.pk).is_officer:
            return reverse("console:queue")
        return str(super().get_login_redirect_url(request))


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types for it
    """Secrets of TOTP and recovery codes are stored encrypted."""

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text, FACTOR_CONTEXT)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text, FACTOR_CONTEXT)
