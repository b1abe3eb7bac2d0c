"""`tongban organisations export [FILE] [--schema]`."""

from typing import Any

from tongban.domains.identity import services
from tongban.foundation import clock
from tongban.foundation.imports import ExportCommand


class Command(ExportCommand):
    help = "Write divisions, departments, service centres, windows and officers in post as JSON, without passwords."

    def content(self, *, schema: bool, **_options: Any) -> object:  # Any: Django's own
        return services.organisation_schema() if schema else services.export_organisation(at=clock.now())
