"""`tongban demo department-system FILE`: what the tobacco office's own system needs to sign in."""

import json
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from tongban.foundation import clock
from tongban.sites.openapi import clients

SYSTEM = "YCZM-YW"
THIS_MACHINE = "127.0.0.1"


class Command(BaseCommand):
    help = "Write API credentials for the sample tobacco office to a file; does nothing when those in it are good."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_: object) -> None:
        if file.exists() and _are_good(json.loads(file.read_text())):
            return
        made = clients.create_client(system=SYSTEM, at=clock.now())
        file.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: a start killed here must leave none that the next one cannot read.
        fresh = file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps({"client": str(made.client_id), "secret": made.secret}))
        fresh.replace(file)


def _are_good(credentials: dict[str, str]) -> bool:
    try:
        clients.issue_token(credentials["client"], credentials["secret"], address=THIS_MACHINE)
    except clients.InvalidClient:
        return False
    return True
