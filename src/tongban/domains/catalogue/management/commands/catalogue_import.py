"""`tongban catalogue import FILE --format own|sichuan [--dry-run] [--json]`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from tongban.domains.catalogue import services
from tongban.foundation import clock
from tongban.foundation.imports import ImportCommand, ImportReport, operator, read_json


class Command(ImportCommand):
    help = "Import a list of items; with --dry-run say what would happen and change nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--format", choices=["own", "sichuan"], default="own")

    def import_file(self, file: Path, *, dry_run: bool, **options: Any) -> ImportReport:  # Any: Django's own
        actor, at = operator(), clock.now()
        if options["format"] == "sichuan":
            with file.open("rb") as stream:
                return services.import_sichuan(stream, actor=actor, at=at, dry_run=dry_run)
        raw = read_json(file)
        if isinstance(raw, dict) and "basic_code" not in raw:
            return services.import_catalogue(raw, actor=actor, at=at, dry_run=dry_run)
        rows = raw if isinstance(raw, list) else [raw]
        return services.import_guides(rows, actor=actor, at=at, dry_run=dry_run)

    def leaves_rows_out(self, **options: Any) -> bool:  # Any: Django's own
        return bool(options["format"] == "sichuan")
