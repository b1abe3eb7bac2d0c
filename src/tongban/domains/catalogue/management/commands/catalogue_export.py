"""`tongban catalogue export [FILE] [--format own|whole|cpsv-ap] [--division CODE]`: the catalogue for others."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings

from tongban.domains.catalogue import rules, selectors, services
from tongban.foundation import clock
from tongban.foundation.imports import ExportCommand
from tongban.kernel.instants import shanghai_date


class Command(ExportCommand):
    help = (
        "Write every published item as JSON: in our own exchange format, that with departments and dictionaries (whole),"
        " or as JSON-LD of CPSV-AP 3.2.0."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--format", choices=["own", "whole", "cpsv-ap"], default="own")
        parser.add_argument("--division", help="whose guides, for cpsv-ap; the city's own when left out")

    def content(self, *, schema: bool, **options: Any) -> object:  # Any: Django's own
        if schema:
            return rules.guide_schema()
        if options["format"] == "own":
            return list(services.export_guides())
        if options["format"] == "whole":
            return services.export_catalogue()
        division = options["division"] or settings.CATALOGUE_REGION
        guides = selectors.list_guides(division, shanghai_date(clock.now()))
        return rules.services_as_jsonld(guides, base=f"{settings.PUBLIC_URL}/id")
