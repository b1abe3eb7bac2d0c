"""`tongban catalogue import FILE --format own|sichuan [--dry-run] [--json]`."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tongban.domains.catalogue import services
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM
from tongban.kernel.errors import TongbanError


class Command(BaseCommand):
    help = "Import a list of items; with --dry-run say what would happen and change nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=["own", "sichuan"], default="own")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true", help="print the report as one JSON object")

    def handle(self, *, file: Path, format: str, dry_run: bool, json: bool, **_: object) -> None:  # noqa: A002
        if not file.is_file():
            raise CommandError(f"no file {file}")
        try:
            report = _run(file, format, dry_run)
        except TongbanError as error:
            raise CommandError(f"{error.sentence} ({error})") from error
        self._print(report, as_json=json)
        if report.refused and format == "own":
            sys.exit(1)

    def _print(self, report: services.ImportReport, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(asdict(report), ensure_ascii=False))
            return
        for finding in report.findings:
            what = "refused" if finding.is_refused else "noted"
            self.stderr.write(
                f"row {finding.row} {what}: {finding.field} {finding.value!r}: {finding.reason}"
            )
        tried = "would be " if report.is_dry_run else ""
        self.stdout.write(
            f"{report.rows} rows: {report.created} {tried}created, {report.changed} {tried}changed,"
            f" {report.unchanged} unchanged, {report.refused} refused"
        )


def _run(file: Path, form: str, dry_run: bool) -> services.ImportReport:
    at = clock.now()
    if form == "sichuan":
        with file.open("rb") as stream:
            return services.import_sichuan(stream, actor=PLATFORM, at=at, dry_run=dry_run)
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CommandError(f"{file} is not JSON: {error}. Nothing was imported.") from error
    if isinstance(raw, dict) and "basic_code" not in raw:
        return services.import_catalogue(raw, actor=PLATFORM, at=at, dry_run=dry_run)
    rows = raw if isinstance(raw, list) else [raw]
    return services.import_guides(rows, actor=PLATFORM, at=at, dry_run=dry_run)
