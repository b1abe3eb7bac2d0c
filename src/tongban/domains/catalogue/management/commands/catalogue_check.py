"""`tongban catalogue check [FILE …] [--json]`: the rule list over the published guides, or over files before they are imported."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongban.domains.catalogue import rules, services
from tongban.domains.catalogue.types import Finding, GuideDocument


class Command(BaseCommand):
    help = "Check guides by every rule; ends with 1 when a hard rule is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files",
            type=Path,
            nargs="*",
            help="guides of the exchange format; the published ones when left out",
        )
        parser.add_argument("--json", action="store_true", help="print the findings as one JSON list")

    def handle(self, *, files: Sequence[Path], **options: Any) -> None:  # Any: Django's own signature
        guides = list(_read(files) if files else services.published_documents())
        background = rules.with_guides(services.check_background(), guides)
        findings = tuple(rules.check_list(guides, background))
        hard = rules.hard_findings(findings)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
        else:
            for finding in findings:
                self.stdout.write(_line(finding))
            self.stdout.write(f"{len(guides)} guides: {len(findings)} findings, {len(hard)} hard")
        if hard:
            sys.exit(1)


def _line(finding: Finding) -> str:
    where = f"{finding.item} {finding.rule}（{finding.source}）"
    return f"{finding.severity} {where}: {finding.sentence} 原文：{finding.text}"


def _read(files: Sequence[Path]) -> Iterator[GuideDocument]:
    for file in files:
        try:
            raw = json.loads(file.read_text(encoding="utf-8"))
            for entry in raw if isinstance(raw, list) else [raw]:
                yield rules.read_guide(entry)
        except (OSError, ValueError, rules.DocumentRefused) as error:
            raise CommandError(f"{file}: {error}") from error
