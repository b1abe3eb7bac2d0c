"""Imports of files by an operator: all of it or nothing, each refused row named, and a second run that changes nothing."""

import json
import os
import pwd
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from pydantic import TypeAdapter

from tongban.kernel.actors import PLATFORM, Actor
from tongban.kernel.documents import Document, DocumentRefused, read_document
from tongban.kernel.errors import TongbanError

REPEATED = "同一文件中重复的编码"


@dataclass(frozen=True, slots=True)
class RowFinding:
    """One row refused or repaired: `row` counts from 0 in the file's order, or in its list's where the file has several."""

    row: int
    field: str
    value: str
    reason: str
    is_refused: bool


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do (`is_dry_run`)."""

    rows: int
    created: int
    changed: int
    unchanged: int
    refused: int
    findings: tuple[RowFinding, ...]
    is_dry_run: bool


@dataclass
class Tally:
    """What an import has found so far, over the lists of its file."""

    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[RowFinding] = field(default_factory=list)
    refused: set[tuple[str, int]] = field(default_factory=set)

    def read(
        self,
        part: str,
        entries: Sequence[object],
        adapter: TypeAdapter[Document],
        code: Callable[[Document], str],
        *,
        key: str = "code",
    ) -> dict[int, Document]:
        """The entries that fit the format and whose code is new in this list, by row; the others are refused."""
        found: dict[int, Document] = {}
        seen: set[str] = set()
        self.rows += len(entries)
        for row, entry in enumerate(entries):
            try:
                document = read_document(adapter, entry)
            except DocumentRefused as error:
                for fault in error.faults:
                    self.refuse(part, row, fault.place, fault.value, fault.reason)
                continue
            if code(document) in seen:
                self.refuse(part, row, key, code(document), REPEATED)
                continue
            seen.add(code(document))
            found[row] = document
        return found

    def refuse(self, part: str, row: int, place: str, value: str, reason: str) -> None:
        """Note why a row is refused; `part` is the list it stands in, empty for a file of one list."""
        self.refused.add((part, row))
        where = ".".join(name for name in (part, place) if name)
        self.findings.append(RowFinding(row, where, value, reason, is_refused=True))

    def sort_out(
        self, wanted: Mapping[str, Document], present: Mapping[str, Document]
    ) -> tuple[list[Document], list[Document]]:
        """What is new, and what differs from what is there; the rest is counted as unchanged."""
        created = [one for code, one in wanted.items() if code not in present]
        changed = [one for code, one in wanted.items() if code in present and present[code] != one]
        self.counts["created"] += len(created)
        self.counts["changed"] += len(changed)
        self.counts["unchanged"] += len(wanted) - len(created) - len(changed)
        return created, changed

    def report(self, *, is_dry_run: bool = False) -> ImportReport:
        counts = Counter[str]() if self.refused else self.counts
        return ImportReport(
            rows=self.rows,
            created=counts["created"],
            changed=counts["changed"],
            unchanged=counts["unchanged"],
            refused=len(self.refused),
            findings=tuple(self.findings),
            is_dry_run=is_dry_run,
        )


def operator() -> Actor:
    """Whoever types a command on this machine: the platform, under the name of her account there."""
    account = os.environ.get("SUDO_USER", "")
    if not account:
        try:
            account = pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            account = str(os.geteuid())
    return replace(PLATFORM, name=f"{PLATFORM.name}（{account}）")


class ImportCommand(BaseCommand):
    """`tongban … import FILE [--dry-run] [--json]`; ends with 1 when a row is refused, and then nothing was written."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
        parser.add_argument("--json", action="store_true", help="print the report as one JSON object")

    def handle(self, *, file: Path, json: bool, **options: Any) -> None:  # Any: Django's own signature
        if not file.is_file():
            raise CommandError(f"no file {file}")
        try:
            report = self.import_file(file, **options)
        except TongbanError as error:
            raise CommandError(f"{error.sentence} ({error})") from error
        self._print(report, as_json=json)
        if report.refused and not self.leaves_rows_out(**options):
            sys.exit(1)

    def import_file(self, file: Path, *, dry_run: bool, **options: Any) -> ImportReport:  # Any: Django's own
        raise NotImplementedError

    def leaves_rows_out(self, **_options: Any) -> bool:  # Any: Django's own
        """Whether a refused row keeps only itself out."""
        return False

    def _print(self, report: ImportReport, *, as_json: bool) -> None:
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


class ExportCommand(BaseCommand):
    """`tongban … export [FILE] [--schema]`: what is there, or the JSON Schema of the format."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="standard output when left out")
        parser.add_argument(
            "--schema", action="store_true", help="write the JSON Schema of the format instead"
        )

    def handle(self, *, file: Path | None, **options: Any) -> None:  # Any: Django's own signature
        text = json.dumps(self.content(**options), ensure_ascii=False, indent=1)
        if file is None:
            self.stdout.write(text)
        else:
            file.write_text(text + "\n", encoding="utf-8")

    def content(self, *, schema: bool, **options: Any) -> object:  # Any: Django's own
        raise NotImplementedError


def read_json(file: Path) -> Any:  # Any: plain JSON values
    """The file, parsed; raises CommandError saying where it is broken."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CommandError(f"{file} is not JSON: {error}. Nothing was imported.") from error
