"""`tongban packages export [FILE] [--schema]`."""

from typing import Any

from tongban.domains.lifeevents import services
from tongban.domains.lifeevents.rules.packages import package_schema
from tongban.foundation.imports import ExportCommand


class Command(ExportCommand):
    help = "Write the newest version of every life event as a JSON list."

    def content(self, *, schema: bool, **_options: Any) -> object:  # Any: Django's own
        return package_schema() if schema else services.export_packages()
