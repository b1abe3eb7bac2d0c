"""Guides in and out in our own JSON format (JSON Schema: `tongban catalogue schema`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from tongban.domains.catalogue import models, rules
from tongban.domains.catalogue.rules.checks import Background
from tongban.domains.catalogue.selectors.guides import assemble
from tongban.domains.catalogue.services.indexing import index_guide
from tongban.domains.catalogue.services.versions import (
    check_background,
    derive,
    end_former,
    implementation_code,
)
from tongban.domains.catalogue.types import GuideDocument, ImplementedBy, SubstanceDocument, VersionStatus
from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Department
from tongban.foundation.audit import services as audit
from tongban.foundation.imports import REPEATED, ImportReport, RowFinding
from tongban.kernel.actors import Actor
from tongban.kernel.identifiers import ItemCodeScheme, validate_item_code

_LONGEST_OWN_CODE = 31
"""A code of the department, at most 32 characters, and a hyphen go before it in an implementation's code of 64."""


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
            background = rules.with_guides(check_background(), (document for _, document in documents))
            for row, document in documents:
                findings.extend(_gate(row, document, background))
            if not any(finding.is_refused for finding in findings):
                departments = directory.get_departments({document.department for _, document in documents})
                for _, document in documents:
                    counts[_write(document, departments[document.department], actor, at)] += 1
            if dry_run or any(finding.is_refused for finding in findings):
                raise _Undo  # noqa: TRY301 - the way to roll a transaction back
            if counts["created"] or counts["changed"]:
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
    """Every published item as parsed JSON of the exchange format, by basic code; its procedure is the newest list's or body's."""
    for substance, procedures in _published(region or settings.CATALOGUE_REGION):
        yield {**substance, "procedure": procedures[0]}


def published_documents(region: str | None = None) -> Iterator[GuideDocument]:
    """Every published item once for each different procedure in force, for the checker."""
    for substance, procedures in _published(region or settings.CATALOGUE_REGION):
        for procedure in procedures:
            yield rules.read_guide({**substance, "procedure": procedure})


def _published(region: str) -> Iterator[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """By basic code, the latest substance of each item and its procedures, the one most bodies share first."""
    rows = models.PowerVersion.objects.filter(power__region=region, status=VersionStatus.PUBLISHED)
    substances = {row.power_id: row for row in rows.select_related("power").order_by("number")}
    procedures: dict[UUID, list[Mapping[str, Any]]] = {}
    latest = (
        models.ImplementationVersion.objects.filter(
            implementation__power__region=region, status=VersionStatus.PUBLISHED
        )
        .order_by("implementation", "-number")
        .distinct("implementation")
        .values_list("implementation__power", "document")
    )
    for power, document in latest:
        procedures.setdefault(power, []).append(document)
    for row in sorted(substances.values(), key=lambda one: one.power.basic_code):
        found = procedures.get(row.power_id)
        if found:
            yield row.document, _different(found)


def _different(documents: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    counted: list[Mapping[str, Any]] = []
    for document in sorted(documents, key=documents.count, reverse=True):
        if document not in counted:
            counted.append(document)
    return counted


def _read(row: int, entry: object, seen: set[str], findings: list[RowFinding]) -> GuideDocument | None:
    try:
        document = rules.read_guide(entry)
    except rules.DocumentRefused as error:
        findings.extend(
            RowFinding(row, fault.place, fault.value, fault.reason, is_refused=True) for fault in error.faults
        )
        return None
    verdict = validate_item_code(document.basic_code, document.code_scheme)
    if not verdict.valid:
        findings.append(RowFinding(row, "basic_code", document.basic_code, verdict.reason, is_refused=True))
        return None
    if document.basic_code in seen:
        findings.append(RowFinding(row, "basic_code", document.basic_code, REPEATED, is_refused=True))
        return None
    seen.add(document.basic_code)
    if document.department not in directory.department_names([document.department]):
        findings.append(
            RowFinding(row, "department", document.department, "机构目录里没有这个部门", is_refused=True)
        )
        return None
    if document.code_scheme is ItemCodeScheme.LOCAL and len(document.basic_code) > _LONGEST_OWN_CODE:
        reason = f"自定编码最多{_LONGEST_OWN_CODE}个字符，前面还要加上实施部门的代码"
        findings.append(RowFinding(row, "basic_code", document.basic_code, reason, is_refused=True))
        return None
    return document


def _gate(row: int, document: GuideDocument, background: Background) -> Iterator[RowFinding]:
    for finding in rules.check_guide(document, background):
        yield RowFinding(
            row, finding.rule, finding.text, finding.sentence, is_refused=finding.severity == rules.HARD
        )


def _write(document: GuideDocument, department: Department, actor: Actor, at: datetime) -> str:
    """Answers `created`, `changed` or `unchanged`."""
    substance = rules.part_substance(document)
    power, is_new = models.Power.objects.get_or_create(
        region=settings.CATALOGUE_REGION,
        basic_code=document.basic_code,
        defaults={"code_scheme": document.code_scheme, "department_id": document.department},
    )
    if power.department_id != document.department:
        models.Power.objects.filter(pk=power.pk).update(department_id=document.department)
    renewed = _renew_substance(power, substance, actor, at)
    has_new_procedures = _renew_procedures(power, document, department, actor, at)
    if renewed is not None:
        derive(renewed, substance)
    if renewed is not None or has_new_procedures:
        _index(power)
    if is_new:
        return "created"
    return "changed" if renewed is not None or has_new_procedures else "unchanged"


def _renew_substance(
    power: models.Power, substance: SubstanceDocument, actor: Actor, at: datetime
) -> models.PowerVersion | None:
    """Publish the substance as the next version; None when the one in force is equal."""
    in_force = power.versions.filter(status=VersionStatus.PUBLISHED).values_list("document", flat=True)
    if any(rules.read_substance(document) == substance for document in in_force):
        return None
    end_former(power.versions.all(), substance.effective_from)
    return models.PowerVersion.objects.create(
        power=power,
        number=(power.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        status=VersionStatus.PUBLISHED,
        document=rules.write_document(substance),
        effective_from=substance.effective_from,
        effective_to=substance.effective_to,
        drafted_by=actor.account_id,
        published_at=at,
    )


def _renew_procedures(
    power: models.Power, document: GuideDocument, department: Department, actor: Actor, at: datetime
) -> bool:
    """Give every implementing body the procedure of the list, but for those that have edited their own."""
    written = rules.write_document(document.procedure)
    implementations = _implementations(power, document, department)
    latest: dict[UUID, models.ImplementationVersion] = {}
    for row in models.ImplementationVersion.objects.filter(implementation__power=power).order_by("number"):
        latest[row.implementation_id] = row
    stale = [
        one
        for one in implementations
        if one.pk not in latest
        or (
            (latest[one.pk].submitted_by is None and latest[one.pk].status == VersionStatus.PUBLISHED)
            and latest[one.pk].document != written
        )
    ]
    former = models.ImplementationVersion.objects.filter(implementation__in=stale)
    end_former(former, document.effective_from)
    models.ImplementationVersion.objects.bulk_create(
        models.ImplementationVersion(
            implementation=one,
            number=latest[one.pk].number + 1 if one.pk in latest else 1,
            status=VersionStatus.PUBLISHED,
            document=written,
            effective_from=document.effective_from,
            drafted_by=actor.account_id,
            published_at=at,
        )
        for one in stale
    )
    return bool(stale)


def _implementations(
    power: models.Power, document: GuideDocument, department: Department
) -> list[models.Implementation]:
    """The implementation of each body that carries the power out, registered when it is new."""
    known = {row.division: row for row in power.implementations.all()}
    new = [
        models.Implementation(
            power=power,
            division=body.division,
            department_id=body.code,
            code=implementation_code(body, document.basic_code, document.code_scheme),
        )
        for body in _bodies(document, department)
        if body.division not in known
    ]
    models.Implementation.objects.bulk_create(new)
    return [*known.values(), *new]


def _index(power: models.Power) -> None:
    substance = power.versions.filter(status=VersionStatus.PUBLISHED).select_related("power").latest("number")
    procedure = (
        models.ImplementationVersion.objects.filter(
            implementation__power=power, status=VersionStatus.PUBLISHED
        )
        .select_related("implementation")
        .latest("number")
    )
    index_guide(assemble(substance, procedure), power.region)


def _bodies(document: GuideDocument, department: Department) -> Sequence[Department]:
    if document.procedure.implemented_by is ImplementedBy.CITY:
        return [department]
    return directory.list_offices(department.code) or [department]
