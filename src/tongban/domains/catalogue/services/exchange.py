"""Guides in and out in our own JSON format (JSON Schema: `tongban catalogue schema`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from tongban.domains.catalogue import models, rules
from tongban.domains.catalogue.rules.checks import Background
from tongban.domains.catalogue.selectors.guides import assemble
from tongban.domains.catalogue.services.indexing import index_guide
from tongban.domains.catalogue.services.versions import check_background, derive
from tongban.domains.catalogue.types import GuideDocument, ImplementedBy, SubstanceDocument, VersionStatus
from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Department
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.identifiers.item_code import (
    ItemCodeScheme,
    compose_implementation_code,
    validate_item_code,
)


@dataclass(frozen=True, slots=True)
class RowFinding:
    """One row refused or repaired: `row` counts from 0 in the file's order."""

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


class _Undo(Exception):
    """Ends the transaction of a dry run or of an import with refused rows."""


def import_guides(
    raw: Iterable[object], *, actor: Actor, at: datetime, dry_run: bool = False
) -> ImportReport:
    """Create or renew items from guides as parsed JSON. All or nothing: with one row refused, nothing is written.

    An item whose document is unchanged is left alone, so that a second run changes nothing.
    """
    findings: list[RowFinding] = []
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    rows = 0
    try:
        with transaction.atomic():
            documents: list[tuple[int, GuideDocument]] = []
            seen: set[str] = set()
            for row, entry in enumerate(raw):
                rows += 1
                document = _read(row, entry, seen, findings)
                if document is not None:
                    documents.append((row, document))
            background = check_background()
            background = replace(background, basic_codes=background.basic_codes | seen)
            for row, document in documents:
                findings.extend(_gate(row, document, background))
            if not any(finding.is_refused for finding in findings):
                departments = directory.get_departments({document.department for _, document in documents})
                for _, document in documents:
                    counts[_write(document, departments[document.department], actor, at)] += 1
            if dry_run or any(finding.is_refused for finding in findings):
                raise _Undo  # noqa: TRY301 - the way to roll a transaction back
            audit.record(
                actor=actor,
                action="IMPORT_GUIDES",
                at=at,
                object_type="catalogue",
                object_id=settings.CATALOGUE_REGION,
                detail=counts,
            )
    except _Undo:
        pass
    refused = {finding.row for finding in findings if finding.is_refused}
    return ImportReport(
        rows=rows, refused=len(refused), findings=tuple(findings), is_dry_run=dry_run, **counts
    )


def export_guides(region: str | None = None) -> Iterator[Mapping[str, Any]]:
    """Every published item as parsed JSON of the exchange format, by basic code."""
    rows = models.PowerVersion.objects.filter(
        power__region=region or settings.CATALOGUE_REGION, status="PUBLISHED"
    )
    for row in rows.select_related("power").order_by("power__basic_code"):
        procedure = (
            models.ImplementationVersion.objects.filter(implementation__power=row.power, status="PUBLISHED")
            .order_by("implementation__division", "-number")
            .first()
        )
        if procedure is not None:
            yield {**row.document, "procedure": procedure.document}


def _read(row: int, entry: object, seen: set[str], findings: list[RowFinding]) -> GuideDocument | None:
    try:
        document = rules.read_guide(entry)
    except rules.DocumentRefused as error:
        findings.extend(
            RowFinding(row, fault.place, fault.value, fault.reason, is_refused=True) for fault in error.faults
        )
        return None
    verdict = validate_item_code(document.basic_code, ItemCodeScheme.BASIC)
    if not verdict.valid:
        findings.append(RowFinding(row, "basic_code", document.basic_code, verdict.reason, is_refused=True))
        return None
    if document.basic_code in seen:
        findings.append(
            RowFinding(row, "basic_code", document.basic_code, "同一文件中重复的编码", is_refused=True)
        )
        return None
    seen.add(document.basic_code)
    if document.department not in directory.department_names([document.department]):
        findings.append(
            RowFinding(row, "department", document.department, "机构目录里没有这个部门", is_refused=True)
        )
        return None
    return document


def _gate(row: int, document: GuideDocument, background: Background) -> Iterator[RowFinding]:
    for finding in rules.check_guide(document, background):
        yield RowFinding(
            row, finding.rule, finding.text, finding.sentence, is_refused=finding.severity == rules.HARD
        )


def _write(document: GuideDocument, department: Department, actor: Actor, at: datetime) -> str:
    """Answers `created`, `changed` or `unchanged`."""
    substance = {name: getattr(document, name) for name in SubstanceDocument.__dataclass_fields__}
    written = rules.write_document(SubstanceDocument(**substance))
    procedure = rules.write_document(document.procedure)
    power, is_new = models.Power.objects.get_or_create(
        region=settings.CATALOGUE_REGION,
        basic_code=document.basic_code,
        defaults={"code_scheme": ItemCodeScheme.BASIC, "department_id": document.department},
    )
    bodies = _bodies(document, department)
    substance_changed = _renew(power.versions, {"power": power}, written, document, actor, at)
    procedures_changed = False
    for body in bodies:
        implementation, _ = models.Implementation.objects.get_or_create(
            power=power,
            division=body.division,
            defaults={
                "department_id": body.code,
                "code": compose_implementation_code(
                    body.uscc, document.procedure.level.value, document.basic_code
                ),
            },
        )
        # A district's own procedure, once edited there, is not overwritten by the template of the list.
        if not implementation.versions.exists():
            _renew(
                implementation.versions, {"implementation": implementation}, procedure, document, actor, at
            )
            procedures_changed = True
    if substance_changed is not None:
        derive(substance_changed, SubstanceDocument(**substance))
        first = (
            models.ImplementationVersion.objects.filter(implementation__power=power)
            .select_related("implementation")
            .first()
        )
        assert first is not None, "an item has at least one implementing body"
        index_guide(assemble(substance_changed, first), power.region)
    if is_new:
        return "created"
    return "changed" if substance_changed is not None or procedures_changed else "unchanged"


def _renew(
    versions: Any,
    owner: Mapping[str, Any],
    document: Mapping[str, Any],
    guide: GuideDocument,
    actor: Actor,
    at: datetime,
) -> Any | None:
    """Publish `document` as the next version unless the latest is equal; the one before ends where it begins."""
    latest = versions.order_by("-number").first()
    if latest is not None and latest.document == document:
        return None
    if latest is not None:
        versions.filter(status="PUBLISHED", effective_from__gte=guide.effective_from).update(
            status=VersionStatus.RETIRED
        )
        versions.filter(status="PUBLISHED", effective_to__isnull=True).update(
            effective_to=guide.effective_from
        )
    return versions.create(
        **owner,
        number=latest.number + 1 if latest else 1,
        status=VersionStatus.PUBLISHED,
        document=document,
        effective_from=guide.effective_from,
        effective_to=guide.effective_to,
        drafted_by=actor.account_id,
        published_at=at,
    )


def _bodies(document: GuideDocument, department: Department) -> Sequence[Department]:
    if document.procedure.implemented_by is ImplementedBy.CITY:
        return [department]
    return directory.list_offices(department.code) or [department]
