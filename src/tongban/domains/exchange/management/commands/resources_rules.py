"""`tongban resources rules FILE`: quality rules, one JSON list."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongban.domains.exchange import services
from tongban.foundation import clock
from tongban.foundation.imports import operator, read_json
from tongban.kernel.errors import TongbanError


class Command(BaseCommand):
    help = "Load quality rules of resources; a rule of the same resource and code is replaced."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_options: Any) -> None:  # Any: Django's own
        try:
            count = services.load_quality_rules(read_json(file), actor=operator(), at=clock.now())
        except TongbanError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} rules")
