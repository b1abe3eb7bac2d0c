"""`tongban demo registers FOLDER`: the four departments' own registers, and the ways to them."""

import os
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tongban.demo import seeding
from tongban.demo.registers import making
from tongban.foundation import clock, postgres

PREFIX = "register_"


class Command(BaseCommand):
    help = (
        "Create the databases of four departments beside the sample city's, write a file for each of their processes and let the"
        " platform ask them; run each with: python -m tongban.demo.registers FILE"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--new-ports", action="store_true", help="let them answer at other ports than before"
        )
        parser.add_argument(
            "--local", action="store_true", help="let the platform's own registers answer again, and no more"
        )

    def handle(self, *, folder: Path, new_ports: bool, local: bool, **_: object) -> None:
        at = clock.now()
        if local:
            making.drop_ways(at=at)
            return
        if "DATABASE_URL" in os.environ:
            raise CommandError(
                "the departments' databases need the demo's own server, and DATABASE_URL names another"
            )
        people, location = seeding.read("people"), postgres.locate()
        making.create_databases(people=people, location=location, prefix=PREFIX)
        making.write_files(folder, location=location, prefix=PREFIX, at=at, new_ports=new_ports)
        making.point_ways(folder, at=at)
