"""`tongban catalogue export [FILE] [--format own|whole|cpsv-ap] [--division CODE]`: the catalogue for others."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tongban.domains.catalogue import rules, selectors, services
from tongban.foundation import clock
from tongban.kernel.instants import shanghai_date


class Command(BaseCommand):
    help = (
        "Write every published item as JSON: in our own exchange format, that with departments and dictionaries (whole),"
        " or as JSON-LD of CPSV-AP 3.2.0."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="standard output when left out")
        parser.add_argument("--format", choices=["own", "whole", "cpsv-ap"], default="own")
        parser.add_argument("--division", help="whose guides, for cpsv-ap; the city's own when left out")
        parser.add_argument(
            "--schema", action="store_true", help="write the JSON Schema of our own format instead"
        )

    def handle(self, **options: Any) -> None:  # Any: Django's own signature
        text = json.dumps(_content(options), ensure_ascii=False, indent=1)
        if options["file"] is None:
            self.stdout.write(text)
        else:
            options["file"].write_text(text + "\n", encoding="utf-8")


def _content(options: Mapping[str, Any]) -> object:
    if options["schema"]:
        return rules.guide_schema()
    if options["format"] == "own":
        return list(services.export_guides())
    if options["format"] == "whole":
        return services.export_catalogue()
    division = options["division"] or settings.CATALOGUE_REGION
    guides = selectors.list_guides(division, shanghai_date(clock.now()))
    return rules.services_as_jsonld(guides, base=f"{settings.PUBLIC_URL}/id")
