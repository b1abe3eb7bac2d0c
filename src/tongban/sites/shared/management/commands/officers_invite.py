"""`tongban officers invite [USERNAME …] [--mail]`: the links by which officers choose their first password."""

from argparse import ArgumentParser
from smtplib import SMTPException

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tongban.domains.identity import selectors as identity
from tongban.foundation import clock
from tongban.foundation.imports import operator
from tongban.sites.shared import invitations

SANDBOX = "tongban.domains.messaging.sandbox.SandboxBackend"


class Command(BaseCommand):
    help = (
        "Print a link for each officer under which she chooses her password: for those named, or for all who have"
        " none yet. A link is good once and for three days; whoever holds it can use it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("usernames", nargs="*", metavar="USERNAME", help="by which she signs in")
        parser.add_argument(
            "--mail", action="store_true", help="send the link to whoever has an e-mail address, not print it"
        )

    def handle(self, *, usernames: list[str], mail: bool, **_: object) -> None:
        if mail and settings.IS_PRODUCTION and settings.EMAIL_BACKEND == SANDBOX:
            raise CommandError("no mail goes out while TONGBAN_SMTP_URL is not set")
        at = clock.now()
        named = identity.find_officers(usernames, at=at)
        officers = named if usernames else identity.officers_without_password(at=at)
        missing = {name.lower() for name in usernames} - {one.username for one in officers}
        if missing:
            raise CommandError(f"nobody in post has the username {', '.join(sorted(missing))}")
        for one in invitations.invite(officers, actor=operator(), at=at):
            where = f"mailed to {one.address}" if mail and self._is_mailed(one) else one.link
            self.stdout.write(
                f"{one.officer.username}\t{one.officer.name}\t{one.officer.department}\t{where}"
            )
        if not officers:
            self.stdout.write("every officer in post has a password")

    def _is_mailed(self, invitation: invitations.Invitation) -> bool:
        if not invitation.address:
            return False
        try:
            invitations.mail(invitation)
        except (SMTPException, OSError) as error:
            self.stderr.write(f"no mail to {invitation.address}: {error}; hand her the link")
            return False
        return True
