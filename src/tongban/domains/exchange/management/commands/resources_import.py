"""`tongban resources import FILE [--dry-run] [--json]`: entries of the data catalogue."""

from pathlib import Path
from typing import Any

from tongban.domains.exchange import services
from tongban.foundation import clock
from tongban.foundation.imports import ImportCommand, ImportReport, operator, read_json


class Command(ImportCommand):
    help = "Import entries of the data catalogue, all or none; what changes is published as the next version."

    def import_file(self, file: Path, *, dry_run: bool, **_options: Any) -> ImportReport:  # Any: Django's own
        raw = read_json(file)
        rows = raw if isinstance(raw, list) else [raw]
        return services.import_resources(rows, actor=operator(), at=clock.now(), dry_run=dry_run)
