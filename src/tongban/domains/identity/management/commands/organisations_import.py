"""`tongban organisations import FILE [--dry-run] [--json]`."""

from pathlib import Path
from typing import Any

from tongban.domains.identity import services
from tongban.foundation import clock
from tongban.foundation.imports import ImportCommand, ImportReport, operator, read_json


class Command(ImportCommand):
    help = (
        "Import divisions, departments, service centres, windows and officers; new officers are then invited by"
        " `tongban officers invite`."
    )

    def import_file(self, file: Path, *, dry_run: bool, **_options: Any) -> ImportReport:  # Any: Django's own
        return services.import_organisation(
            read_json(file), actor=operator(), at=clock.now(), dry_run=dry_run
        )
