"""`tongban demo fault DEPARTMENT KIND`: let a sample department's own register misbehave, or stop."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from tongban.demo.registers import making, service, store
from tongban.foundation import postgres

FOLDER = "registers"


class Command(BaseCommand):
    help = "Let a department's register be slow, hang, be down, answer garbage, somebody else's record, or refuse; none ends it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("department", choices=making.DEPARTMENTS)
        parser.add_argument("kind", choices=service.FAULTS)

    def handle(self, *, department: str, kind: str, **_: object) -> None:
        file = postgres.default_home() / FOLDER / f"{department}.json"
        if not file.exists():
            raise CommandError(f"{file} is not there; script/demo writes it, or tongban demo registers")
        store.set_fault(json.loads(file.read_text())["database"], "" if kind == "none" else kind)
