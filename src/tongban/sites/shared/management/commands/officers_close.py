"""`tongban officers close USERNAME …`: those who have left."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services
from tongban.foundation import clock
from tongban.foundation.imports import operator


class Command(BaseCommand):
    help = "Close the accounts of officers who have left: their posts end and nobody signs in there; what they did stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("usernames", nargs="+", metavar="USERNAME", help="by which she signs in")

    def handle(self, *, usernames: list[str], **_: object) -> None:
        at = clock.now()
        officers = identity.find_officers(usernames, at=at)
        missing = {name.lower() for name in usernames} - {one.username for one in officers}
        if missing:
            raise CommandError(
                f"nobody in post has the username {', '.join(sorted(missing))}; nobody was closed"
            )
        with transaction.atomic():
            for officer in officers:
                services.close_account(account_id=officer.account_id, actor=operator(), at=at)
        self.stdout.write(f"{len(officers)} closed")
