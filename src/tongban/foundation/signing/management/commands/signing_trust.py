"""`tongban signing trust FILE`: trust a licensed CA's, or a time-stamping authority's, certificate."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tongban.foundation import clock
from tongban.foundation.signing import services
from tongban.foundation.signing.certificates import der_of
from tongban.kernel.actors import PLATFORM
from tongban.kernel.errors import TongbanError


class Command(BaseCommand):
    help = "Trust a certificate (PEM or DER) as it is: the issuing certificate of a licensed CA, or a time-stamping authority's root."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("certificate", type=Path)
        parser.add_argument("--owner", choices=["CA", "TSA"], default="CA")

    def handle(self, **options: object) -> None:
        path = options["certificate"]
        assert isinstance(path, Path)
        try:
            kept = services.trust(der_of(path), owner=str(options["owner"]), actor=PLATFORM, at=clock.now())
        except (TongbanError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{kept.owner} {kept.key_id} is trusted until {kept.not_after:%Y-%m-%d}")
