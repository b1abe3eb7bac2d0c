"""`tongban resources way FILE`: how a resource's provider is asked in its own system."""

import json
import os
from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tongban.domains.exchange import services
from tongban.domains.exchange.types import Way, WayKind
from tongban.foundation import clock
from tongban.foundation.imports import operator
from tongban.kernel.errors import TongbanError

SECRET = "TONGBAN_WAY_CREDENTIAL"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    help = (
        "Set the way to a resource from a JSON file (see the documentation of the exchange), or end it with --local RESOURCE. The"
        f" provider's secret is read from {SECRET}, never from the file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument(
            "--local", metavar="RESOURCE", help="let the register that the platform holds answer"
        )

    def handle(self, *, file: Path | None, local: str | None, **_: object) -> None:
        if (file is None) == (local is None):
            raise CommandError("name a FILE, or --local RESOURCE")
        if local is not None:
            services.drop_way(local, actor=operator(), at=clock.now())
            self.stdout.write(f"{local}: the platform's register answers")
            return
        assert file is not None
        way = _read(file)
        try:
            services.set_way(way, actor=operator(), at=clock.now())
        except TongbanError as error:
            raise CommandError(f"{error.sentence} ({error})") from error
        self.stdout.write(f"{way.resource}: asked at {way.address}")


def _read(file: Path) -> Way:
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
        unknown = sorted(set(given) - {one.name for one in fields(Way)} | {"credential"} & set(given))
        if unknown:
            raise CommandError(f"{file}: {', '.join(unknown)} does not belong there")
        kind = WayKind(given.pop("kind"))
        return Way(kind=kind, credential=os.environ.get(SECRET, ""), **given)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{file}: {error}") from error
