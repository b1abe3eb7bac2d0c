"""The first password of an officer: a link of the account recovery, good once and for a few days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tongban.domains.directory import selectors as directory
from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import Officer
from tongban.domains.messaging import services as messaging
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor

TEMPLATE = "OFFICER_INVITED"


@dataclass(frozen=True, slots=True)
class Invitation:
    """`address` is the e-mail address of her account, empty when it has none."""

    officer: Officer
    address: str
    link: str
    until: datetime


@transaction.atomic
def invite(officers: Iterable[Officer], *, actor: Actor, at: datetime) -> tuple[Invitation, ...]:
    """A link for each officer under which she chooses a password; it ends with its use, a sign-in or its term."""
    # The link's own clock is the machine's.
    until = timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    invitations = []
    for officer in officers:
        account = identity.find_account(officer.account_id)
        assert account is not None, "an officer in post has an account"
        key = default_token_generator.make_token(account)
        path = reverse(
            "account_reset_password_from_key",
            kwargs={"uidb36": user_pk_to_url_str(account), "key": key},
        )
        address = str(getattr(account, "email", ""))
        invitations.append(Invitation(officer, address, f"{settings.PUBLIC_URL}{path}", until))
    audit.record_many(
        audit.Entry(actor, "INVITE_OFFICER", at, "identity.Account", str(one.officer.account_id))
        for one in invitations
    )
    return tuple(invitations)


def mail(invitation: Invitation) -> None:
    """Send an invitation to the address of the account."""
    officer = invitation.officer
    messaging.mail_officer(
        TEMPLATE,
        address=invitation.address,
        context={
            "city": settings.CITY_NAME,
            "name": officer.name,
            "department": directory.department_names([officer.department])[officer.department],
            "username": officer.username,
            "until": f"{timezone.localtime(invitation.until):%Y-%m-%d %H:%M}",
            "link": invitation.link,
        },
    )
