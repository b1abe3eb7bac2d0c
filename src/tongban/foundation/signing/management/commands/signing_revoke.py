"""`tongban signing revoke KEY_ID --reason …`: from now on nothing signed with the key holds."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from tongban.foundation import clock
from tongban.foundation.signing import services
from tongban.kernel.actors import PLATFORM
from tongban.kernel.errors import TongbanError


class Command(BaseCommand):
    help = (
        "Revoke a certificate. What carries a trusted time stamp from before still holds, all else does not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key_id")
        parser.add_argument(
            "--reason", required=True, help="a sentence; people who check a signature see that it was revoked"
        )

    def handle(self, **options: object) -> None:
        try:
            gone = services.revoke(
                str(options["key_id"]), reason=str(options["reason"]), actor=PLATFORM, at=clock.now()
            )
        except TongbanError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{gone.owner} {gone.key_id} is revoked since {gone.revoked_at}: {gone.revocation_reason}"
        )
