"""`tongban signing issue OWNER`: a new key with a certificate of the platform's own authority."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from tongban.foundation import clock
from tongban.foundation.signing import services
from tongban.foundation.signing.types import Algorithm
from tongban.kernel.actors import PLATFORM
from tongban.kernel.errors import TongbanError


class Command(BaseCommand):
    help = "Make a key and its certificate; from now on it signs in place of the owner's last one, which still verifies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("owner", help="a department's code, PLATFORM or TSA")
        parser.add_argument("--algorithm", choices=[name.value for name in Algorithm], default="ES256")
        parser.add_argument(
            "--token-label", default="", help="label of the key on the token; made there if missing"
        )

    def handle(self, **options: object) -> None:
        try:
            made = services.issue(
                str(options["owner"]),
                algorithm=Algorithm(str(options["algorithm"])),
                token_label=str(options["token_label"]),
                actor=PLATFORM,
                at=clock.now(),
            )
        except TongbanError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made.owner} signs with {made.key_id} until {made.not_after:%Y-%m-%d}")
