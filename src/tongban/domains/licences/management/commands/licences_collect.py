"""`tongban licences collect FILE --type TYPE --issuer DEPARTMENT`: a department's stock of licences, JSON Lines or CSV."""

import csv
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from tongban.domains.licences import services
from tongban.domains.licences.types import CollectReport, StockRow
from tongban.foundation import clock
from tongban.foundation.imports import operator
from tongban.kernel.errors import TongbanError


class Command(BaseCommand):
    help = "Take the licences a department has issued already into the library: good rows in, bad rows named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--type", dest="kind", required=True, help="code of the licence type, e.g. SPJYXKZ"
        )
        parser.add_argument("--issuer", required=True, help="code of the department that issued them")
        parser.add_argument("--json", action="store_true", help="print the report as one JSON object")

    def handle(
        self, *, file: Path, kind: str, issuer: str, json: bool, **_options: Any
    ) -> None:  # Any: Django's own
        if not file.is_file():
            raise CommandError(f"no file {file}")
        try:
            report = services.collect(
                read_stock(file),
                licence_type=kind,
                issuer=issuer,
                source=file.name,
                actor=operator(),
                at=clock.now(),
            )
        except TongbanError as error:
            raise CommandError(f"{error.sentence} ({error})") from error
        self._print(report, as_json=json)

    def _print(self, report: CollectReport, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(asdict(report), ensure_ascii=False, default=str))
            return
        for one in report.findings:
            what = "refused" if one.is_refused else "noted"
            self.stderr.write(f"line {one.line} {what}: {one.kind} {one.field}: {one.text}")
        self.stdout.write(
            f"{report.rows} rows: {report.created} created, {report.corrected} corrected,"
            f" {report.unchanged} unchanged, {report.refused} refused"
        )


def read_stock(file: Path) -> Iterator[StockRow]:
    """The rows of a file, one at a time; a line that cannot be read is one row with its fault."""
    return _read_csv(file) if file.suffix.lower() == ".csv" else _read_lines(file)


def _read_csv(file: Path) -> Iterator[StockRow]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, restkey="")
        for row in reader:
            # A line with more cells than the head has puts the rest under the empty key.
            if "" in row or None in row.values():
                yield StockRow(reader.line_num, {}, _("这一行的列数与表头不一样。"))
            else:
                yield StockRow(reader.line_num, {name.strip(): value.strip() for name, value in row.items()})


def _read_lines(file: Path) -> Iterator[StockRow]:
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _read_line(number, line)


def _read_line(number: int, line: str) -> StockRow:
    try:
        read = json.loads(line)
    except ValueError:
        return StockRow(number, {}, _("这一行不是 JSON。"))
    if not isinstance(read, dict) or not all(isinstance(value, str | int | float) for value in read.values()):
        return StockRow(number, {}, _("这一行应是一个 JSON 对象，每一项是文字或者数字。"))
    return StockRow(number, {name: str(value).strip() for name, value in read.items()})
