"""`tongban demo register-log DEPARTMENT`: a sample department's own log of what the platform asked, as JSON lines."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from tongban.demo.management.commands.demo_fault import FOLDER
from tongban.demo.registers import making, store
from tongban.foundation import postgres


class Command(BaseCommand):
    help = "Print a department's own log of the platform's requests, one JSON object a line, to compare it with the platform's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("department", choices=making.DEPARTMENTS)

    def handle(self, *, department: str, **_: object) -> None:
        file = postgres.default_home() / FOLDER / f"{department}.json"
        if not file.exists():
            raise CommandError(f"{file} is not there; script/demo writes it, or tongban demo registers")
        for line in store.log_lines(json.loads(file.read_text())["database"]):
            self.stdout.write(line)
