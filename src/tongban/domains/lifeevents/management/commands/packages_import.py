"""`tongban packages import FILE [--dry-run] [--json]`."""

from pathlib import Path
from typing import Any

from tongban.domains.lifeevents import services
from tongban.foundation import clock
from tongban.foundation.imports import ImportCommand, ImportReport, operator, read_json


class Command(ImportCommand):
    help = "Publish life events (一件事): one package or a list of them, over items that the catalogue has."

    def import_file(self, file: Path, *, dry_run: bool, **_options: Any) -> ImportReport:  # Any: Django's own
        raw = read_json(file)
        rows = raw if isinstance(raw, list) else [raw]
        return services.import_packages(rows, actor=operator(), at=clock.now(), dry_run=dry_run)
