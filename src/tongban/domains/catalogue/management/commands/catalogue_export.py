"""`tongban catalogue export [FILE]`: every published item in the exchange format."""

import json
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from tongban.domains.catalogue import rules, services


class Command(BaseCommand):
    help = "Write every published item as JSON; with --schema the format's JSON Schema instead."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument("--schema", action="store_true")

    def handle(self, *, file: Path | None, schema: bool, **_: object) -> None:
        content = rules.guide_schema() if schema else list(services.export_guides())
        text = json.dumps(content, ensure_ascii=False, indent=1)
        if file is None:
            self.stdout.write(text)
        else:
            file.write_text(text + "\n", encoding="utf-8")
