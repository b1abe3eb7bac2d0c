"""`tongban audit verify`: is the audit trail whole?"""

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from tongban.foundation.audit import services

_WORDS = {
    "MODIFIED": "entry was changed after it was sealed",
    "DELETED": "sealed entry is gone",
    "INSERTED": "entry stands where the chain was already sealed",
    "REORDERED": "chain does not follow from the entry before",
    "CUT": "head written outside the database is not in the chain: its tail was cut",
}


class Command(BaseCommand):
    help = "Recompute the hash chain of the audit trail and report every place where it is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=50, help="places to print")

    def handle(self, **options: object) -> None:
        report = services.verify()
        limit = options["limit"]
        assert isinstance(limit, int)
        for problem in report.problems[:limit]:
            self.stderr.write(
                f"position {problem.position}, entry {problem.entry_id}: {_WORDS[problem.kind]}"
            )
        self.stdout.write(
            f"{report.entries} entries, {report.sealed} sealed, {report.unsealed} waiting, {len(report.problems)} problems"
        )
        if report.sealed and not report.heads:
            self.stderr.write(f"no heads in {services.heads_file()}: a cut tail would not be found")
        if not report.is_intact:
            sys.exit(1)
