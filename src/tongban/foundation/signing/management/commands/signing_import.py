"""`tongban signing import OWNER --certificate FILE --issuer FILE`: sign with a licensed CA's certificate."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tongban.foundation import clock
from tongban.foundation.signing import services
from tongban.foundation.signing.certificates import der_of
from tongban.kernel.actors import PLATFORM
from tongban.kernel.errors import TongbanError


class Command(BaseCommand):
    help = "Take over a certificate that a licensed CA issued, with its key: on the token, or in a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("owner", help="a department's code, PLATFORM or TSA")
        parser.add_argument("--certificate", type=Path, required=True)
        parser.add_argument("--issuer", type=Path, required=True, help="trusted before by `signing trust`")
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--token-label", default="", help="label of the key on the token")
        where.add_argument(
            "--key", type=Path, help="PKCS#8 without a password, PEM or DER; it is sealed at once"
        )

    def handle(self, **options: object) -> None:
        certificate, issuer, key = options["certificate"], options["issuer"], options["key"]
        assert isinstance(certificate, Path)
        assert isinstance(issuer, Path)
        try:
            kept = services.take_over(
                str(options["owner"]),
                der_of(certificate),
                issuer=der_of(issuer),
                private_key=der_of(key) if isinstance(key, Path) else b"",
                token_label=str(options["token_label"]),
                actor=PLATFORM,
                at=clock.now(),
            )
        except (TongbanError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{kept.owner} signs with {kept.key_id} until {kept.not_after:%Y-%m-%d}")
