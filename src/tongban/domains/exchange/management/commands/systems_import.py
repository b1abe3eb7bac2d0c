"""`tongban systems import FILE`: systems of the register."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tongban.domains.directory.selectors import DepartmentNotFound
from tongban.domains.exchange import services
from tongban.foundation import clock
from tongban.foundation.imports import operator, read_json


class Command(BaseCommand):
    help = "Write systems into the register, all or none; one that is there already is renewed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_: object) -> None:
        if not file.is_file():
            raise CommandError(f"no file {file}")
        raw = read_json(file)
        if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
            raise CommandError(f"{file} is no list of systems")
        try:
            count = services.load_systems(raw, actor=operator(), at=clock.now())
        except (services.FaultySystem, DepartmentNotFound) as error:
            raise CommandError(f"{error.sentence} ({error})") from error
        self.stdout.write(f"{count} systems in the register")
