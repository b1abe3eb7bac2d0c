"""`tongban materials audit [--json] [--keep]`: for each material of each item whether it may be asked for, with the proof."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from tongban.domains.catalogue import selectors, services
from tongban.domains.catalogue.types import AuditLine, AuditSums, MaterialsAudit
from tongban.foundation import clock
from tongban.kernel.actors import PLATFORM


class Command(BaseCommand):
    help = (
        "The three rules computed: what is asked for, what is spared by which rule, and why the rest remains."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="every material with its proof, as one JSON object"
        )
        parser.add_argument("--keep", action="store_true", help="keep the sums as those of today")

    def handle(self, **options: Any) -> None:  # Any: Django's own signature
        now = clock.now()
        found = (
            services.record_audit(actor=PLATFORM, at=now)
            if options["keep"]
            else selectors.audit_materials(at=now)
        )
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(found), ensure_ascii=False))
            return
        for sums in found.departments:
            self.stdout.write(_row(sums.department_name, sums))
        self.stdout.write(_row("total", found.total))
        self.stdout.write(
            f"items asking for paper or copies of kept licences: {found.total.items_before} before, "
            f"{found.total.items_now} now"
        )


def _row(name: str, sums: AuditSums) -> str:
    spared = ", ".join(f"{rule} {count}" for rule, count in sums.waived.items())
    remains = ", ".join(f"{reason} {count}" for reason, count in sums.remains.items())
    return f"{name}: {sums.items} items, {sums.before} before, {sums.now} now; not asked: {spared}; remain: {remains}"


def _as_json(found: MaterialsAudit) -> dict[str, object]:
    points = selectors.list_audits()
    return {
        "at": found.at.isoformat(),
        "materials": [_material(line) for line in found.lines],
        "departments": [asdict(one) for one in found.departments],
        "total": asdict(found.total),
        "history": [{**asdict(one), "on": one.on.isoformat()} for one in points],
    }


def _material(line: AuditLine) -> dict[str, object]:
    verdict = line.verdict
    standing = verdict.standing
    return {
        "item": line.item,
        "item_name": line.item_name,
        "department": line.department,
        "material": verdict.material.code,
        "name": verdict.material.name,
        "form": verdict.material.form,
        "verdict": verdict.ask,
        "rule": verdict.rule,
        "remains": verdict.remains,
        "proof": {
            "basis": [f"{one.law}{one.article}" for one in verdict.basis],
            "licence_type": verdict.licence_type,
            "resource": None if standing is None else asdict(standing),
            "source": verdict.source,
        },
    }
