"""Load moved holidays or a new year's plan: `tongban calendar load FILE`."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.domains.cases import services
from tongban.domains.cases.types import CalendarChange
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM


class Command(BaseCommand):
    help = 'Load days from a JSON list of {"on", "works", "name"} and recompute every limit.'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:  # Any: Django's own signature
        try:
            rows = json.loads(Path(options["file"]).read_text(encoding="utf-8"))
            changes = [
                CalendarChange(date.fromisoformat(row["on"]), row["works"] is True, row["name"])
                for row in rows
            ]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        changed = services.change_calendar(changes=changes, actor=PLATFORM, at=clock.now())
        self.stdout.write(f"{len(changes)} days loaded, {changed} cases recomputed")
