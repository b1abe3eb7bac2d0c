"""`tongban signing list`: the certificates and their state."""

from argparse import ArgumentParser
from datetime import datetime

from django.core.management.base import BaseCommand

from tongban.foundation import clock
from tongban.foundation.signing import services
from tongban.foundation.signing.types import Certificate


class Command(BaseCommand):
    help = "List the certificates: owner, algorithm, key id, kind, term, where the key lies, state."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--owner", help="a department's code, PLATFORM, TSA or CA")

    def handle(self, **options: object) -> None:
        owner = options["owner"]
        assert owner is None or isinstance(owner, str)
        now = clock.now()
        for one in services.list_certificates(owner):
            place = "token" if one.is_on_token else "software"
            term = f"{one.not_before:%Y-%m-%d} to {one.not_after:%Y-%m-%d}"
            self.stdout.write(
                f"{one.owner:<12} {one.algorithm.value:<6} {one.key_id} {one.kind.value:<8} {term} {place:<9} {_state(one, now)}"
            )


def _state(one: Certificate, now: datetime) -> str:
    if one.revoked_at is not None:
        return f"revoked {one.revoked_at:%Y-%m-%d %H:%M}: {one.revocation_reason}"
    if now >= one.not_after:
        return "expired"
    return "in force" if now >= one.not_before else "not yet in force"
