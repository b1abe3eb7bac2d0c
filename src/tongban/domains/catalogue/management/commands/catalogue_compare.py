"""`tongban catalogue compare DIVISION DIVISION [--json]`: what the same application would meet otherwise in two districts."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from tongban.domains.catalogue import rules, selectors
from tongban.foundation import clock
from tongban.kernel.instants import shanghai_date


class Command(BaseCommand):
    help = "Compare the guides in force of two districts; ends with 1 when they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("divisions", nargs=2, metavar="division", help="code of a district, e.g. 310115")
        parser.add_argument("--json", action="store_true", help="print the differences as one JSON list")

    def handle(self, *, divisions: list[str], json: bool, **_: object) -> None:
        here, there = (selectors.list_guides(one, shanghai_date(clock.now())) for one in divisions)
        if not here or not there:
            raise CommandError(f"no guides in force in {divisions[0] if not here else divisions[1]}")
        found = tuple(rules.differences(here, there))
        if json:
            self.stdout.write(_json(found))
        else:
            for one in found:
                self.stdout.write(f"{one.item} {one.name} {one.field}: {one.sentence}")
            self.stdout.write(f"{len(here)} and {len(there)} guides: {len(found)} differences")
        if found:
            sys.exit(1)


def _json(found: tuple[rules.Difference, ...]) -> str:
    return json.dumps([asdict(one) for one in found], ensure_ascii=False)
