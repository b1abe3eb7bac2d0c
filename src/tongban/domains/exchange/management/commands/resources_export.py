"""`tongban resources export [FILE] [--schema]`: the data catalogue for others."""

from typing import Any

from tongban.domains.exchange import services
from tongban.foundation.imports import ExportCommand


class Command(ExportCommand):
    help = "Write every entry of the data catalogue as JSON, in the form that `resources import` reads."

    def content(self, *, schema: bool, **_options: Any) -> object:  # Any: Django's own
        return services.entry_schema() if schema else services.export_resources()
