"""`tongban evidence verify [--provider-log FILE --provider CODE] [--export FOLDER]`: is it whole, and do both sides agree?"""

import hashlib
import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tongban.domains.exchange import services
from tongban.domains.exchange.rules.evidence import NotALogLine, read_line
from tongban.domains.exchange.types import Comparison, DisagreementKind, EvidenceReport, LogLine, ProblemKind
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM

_SHOWN = 50
_PROBLEMS = {
    ProblemKind.MODIFIED: "was changed after it was sealed",
    ProblemKind.DELETED: "was sealed and is gone",
    ProblemKind.INSERTED: "stands where everything was already sealed",
    ProblemKind.REORDERED: "does not follow from what was before it",
    ProblemKind.RESIGNED: "head is not the one that was signed by the platform and exported",
    ProblemKind.CUT: "was exported and is not in the database: the tail was cut",
    ProblemKind.STAMP: "time stamp does not prove its head, or is gone",
}
_DISAGREEMENTS = {
    DisagreementKind.OURS_ONLY: "only we have it",
    DisagreementKind.THEIRS_ONLY: "only they have it",
    DisagreementKind.REQUEST: "the requests differ",
    DisagreementKind.RESPONSE: "the answers differ",
    DisagreementKind.OUTCOME: "the outcomes differ",
    DisagreementKind.TIME: "the times differ by more than clocks may",
    DisagreementKind.WHO: "client or resource differ",
    DisagreementKind.TWICE: "they have it twice",
}


class Command(BaseCommand):
    help = "Recompute the evidence of all exchanges and compare it with what was exported; ends with 1 when it does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--provider", metavar="CODE", help="department whose own log is compared")
        parser.add_argument(
            "--provider-log", metavar="FILE", type=Path, help="that log, one JSON object a line"
        )
        parser.add_argument(
            "--export",
            metavar="FOLDER",
            type=Path,
            help="exported files from another machine; ours by default",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(
        self,
        *,
        provider: str | None,
        provider_log: Path | None,
        export: Path | None,
        json: bool,
        **_: object,
    ) -> None:
        if (provider is None) != (provider_log is None):
            raise CommandError("--provider and --provider-log belong together")
        if export is not None and not export.is_dir():
            raise CommandError(f"{export} is not a folder")
        at = clock.now()
        compared = None
        if provider is not None and provider_log is not None:
            lines, name = _read_log(provider_log)
            compared = services.compare_logs(provider, lines, reference=name, actor=PLATFORM, at=at)
        report = services.verify_evidence(export)
        services.note_verification(report, at=at)
        if json:
            self.stdout.write(_json(report, compared))
        else:
            self._say(report, compared)
        if not report.is_intact or (compared is not None and compared.disagreements):
            sys.exit(1)

    def _say(self, report: EvidenceReport, compared: Comparison | None) -> None:
        for problem in report.problems[:_SHOWN]:
            named = f"record {problem.exchange_id} " if problem.exchange_id else ""
            self.stderr.write(f"batch {problem.batch}: {named}{_PROBLEMS[problem.kind]}")
        if compared is not None:
            for one in compared.disagreements[:_SHOWN]:
                self.stderr.write(f"exchange {one.exchange_id}, {one.resource}: {_DISAGREEMENTS[one.kind]}")
            self.stdout.write(
                f"{compared.theirs} of their records beside ours: {len(compared.disagreements)} disagreements,"
                f" {compared.later} of ours are later than their log"
            )
        self.stdout.write(
            f"{report.entries} records, {report.sealed} sealed in {report.batches} batches, {report.waiting} waiting,"
            f" {len(report.problems)} problems"
        )
        if report.batches and not report.exported:
            self.stderr.write("no exported batches were found: a cut tail would not be found")


def _read_log(path: Path) -> tuple[list[LogLine], str]:
    """The lines of a provider's log, and a name for it made of its content."""
    try:
        content = path.read_bytes()
        texts = content.decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} can't be read: {error}") from error
    lines = []
    for number, text in enumerate(texts, start=1):
        try:
            lines.append(read_line(text))
        except NotALogLine as error:
            raise CommandError(f"{path} line {number} is no entry of a log: {error}") from error
    return lines, f"LOG-{hashlib.sha256(content).hexdigest()[:16]}"


def _json(report: EvidenceReport, compared: Comparison | None) -> str:
    found = asdict(report) | {"intact": report.is_intact}
    if compared is not None:
        found["comparison"] = asdict(compared)
    return json.dumps(found, ensure_ascii=False, default=str)
