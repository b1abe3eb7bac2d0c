"""`tongban catalogue check [--json]`: the rule list over every published guide."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict

from django.core.management.base import BaseCommand

from tongban.domains.catalogue import rules, services


class Command(BaseCommand):
    help = "Check every published guide; ends with 1 when a hard rule is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: object) -> None:
        background = services.check_background()
        findings = [
            finding
            for document in services.export_guides()
            for finding in rules.check_guide(rules.read_guide(document), background)
        ]
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
        else:
            for finding in findings:
                self.stdout.write(
                    f"{finding.severity} {finding.rule} {finding.item}: {finding.text} — {finding.sentence}"
                )
            self.stdout.write(f"{len(findings)} findings, {len(rules.hard_findings(tuple(findings)))} hard")
        if rules.hard_findings(tuple(findings)):
            sys.exit(1)
