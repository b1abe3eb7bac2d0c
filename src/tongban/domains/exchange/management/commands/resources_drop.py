"""`tongban resources drop FILE --resource CODE [--json]`."""

import json
import shutil
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongban.domains.exchange import services
from tongban.domains.exchange.types import BatchState
from tongban.foundation import clock
from tongban.foundation.imports import operator
from tongban.kernel.errors import TongbanError


class Command(BaseCommand):
    help = "Check a file of rows against its resource, keep the good rows, put the others in quarantine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--resource", required=True, metavar="CODE")
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *, file: Path, resource: str, json: bool, **_options: Any) -> None:  # Any: Django's own
        with TemporaryDirectory() as folder:
            try:
                copy = Path(shutil.copy(file, folder))
                batch = services.take_file(copy, resource=resource, actor=operator(), at=clock.now())
            except (OSError, TongbanError) as error:
                raise CommandError(str(error)) from error
        self.stdout.write(
            _as_json(asdict(batch))
            if json
            else f"{batch.state}: {batch.kept} kept, {batch.quarantined} in quarantine"
        )
        if batch.state is BatchState.REFUSED:
            raise CommandError(batch.reason)


def _as_json(found: object) -> str:
    return json.dumps(found, ensure_ascii=False, default=str)
