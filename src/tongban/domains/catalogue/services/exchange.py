"""Guides in and out in our own JSON format (JSON Schema: `tongban catalogue schema`)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from tongban.domains.catalogue import models, rules
from tongban.domains.catalogue.rules.checks import Background
from tongban.domains.catalogue.selectors.guides import assemble_all
from tongban.domains.catalogue.services.indexing import index_guides
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
    counts = Counter(created=0, changed=0, unchanged=0)
    rows = 0
    try:
        with transaction.atomic():
            documents: list[tuple[int, GuideDocument]] = []
            departments = {one.code for one in directory.list_departments()}
            seen: set[str] = set()
            for row, entry in enumerate(raw):
                rows += 1
                document = _read(row, entry, departments, seen, findings)
                if document is not None:
                    documents.append((row, document))
            background = rules.with_guides(check_background(), (document for _, document in documents))
            for row, document in documents:
                findings.extend(_gate(row, document, background))
            if not any(finding.is_refused for finding in findings):
                counts = _write([document for _, document in documents], actor, at)
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


def _read(
    row: int, entry: object, departments: set[str], seen: set[str], findings: list[RowFinding]
) -> GuideDocument | None:
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
    if document.department not in departments:
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


def _write(documents: Sequence[GuideDocument], actor: Actor, at: datetime) -> Counter[str]:
    """How many items were `created`, `changed` and `unchanged`; about thirty statements, however many there are."""
    powers, created = _register(documents)
    given = [(powers[document.basic_code], document) for document in documents]
    substances = [(power, rules.part_substance(document)) for power, document in given]
    renewed = _renew_substances(substances, actor, at)
    derive(renewed)
    changed = {row.power_id for row, _ in renewed} | _renew_procedures(given, actor, at)
    _index(changed, at)
    made = len(created)
    return Counter(
        created=made, changed=len(changed - created), unchanged=len(given) - made - len(changed - created)
    )


def _register(documents: Sequence[GuideDocument]) -> tuple[dict[str, models.Power], set[UUID]]:
    """The powers by basic code, each under the department that its document names, and which of them are new."""
    region = settings.CATALOGUE_REGION
    codes = [document.basic_code for document in documents]
    powers = {row.basic_code: row for row in models.Power.objects.filter(region=region, basic_code__in=codes)}
    new, moved = [], []
    for document in documents:
        power = powers.get(document.basic_code)
        if power is None:
            power = models.Power(
                region=region, basic_code=document.basic_code, code_scheme=document.code_scheme
            )
            new.append(power)
        elif power.department_id != document.department:
            moved.append(power)
        power.department_id = document.department
    models.Power.objects.bulk_create(new)
    models.Power.objects.bulk_update(moved, ["department"])
    return powers | {power.basic_code: power for power in new}, {power.pk for power in new}


def _renew_substances(
    given: Sequence[tuple[models.Power, SubstanceDocument]], actor: Actor, at: datetime
) -> list[tuple[models.PowerVersion, SubstanceDocument]]:
    """Publish each substance that differs from what is in force as the next version."""
    versions = models.PowerVersion.objects.filter(power__in=[power for power, _ in given])
    in_force: dict[UUID, list[SubstanceDocument]] = {}
    published = versions.filter(status=VersionStatus.PUBLISHED)
    for power_id, document in published.values_list("power", "document"):
        in_force.setdefault(power_id, []).append(rules.read_substance(document))
    last = dict(versions.values_list("power").annotate(last=Max("number")))
    stale = [(power, substance) for power, substance in given if substance not in in_force.get(power.pk, ())]
    for day, powers in _by_day((substance.effective_from, power.pk) for power, substance in stale):
        end_former(versions.filter(power__in=powers & last.keys()), day)
    rows = models.PowerVersion.objects.bulk_create(
        models.PowerVersion(
            power=power,
            number=last.get(power.pk, 0) + 1,
            status=VersionStatus.PUBLISHED,
            document=rules.write_document(substance),
            effective_from=substance.effective_from,
            effective_to=substance.effective_to,
            drafted_by=actor.account_id,
            published_at=at,
        )
        for power, substance in stale
    )
    return [(row, substance) for row, (_, substance) in zip(rows, stale, strict=True)]


def _renew_procedures(
    given: Sequence[tuple[models.Power, GuideDocument]], actor: Actor, at: datetime
) -> set[UUID]:
    """Give every implementing body the procedure of the list, but for those that have edited their own; the powers changed."""
    implementations = _implementations(given)
    versions = models.ImplementationVersion.objects.filter(
        implementation__power__in=[power for power, _ in given]
    )
    latest = {row.implementation_id: row for row in versions.order_by("number")}
    stale: list[models.ImplementationVersion] = []
    for power, document in given:
        written = rules.write_document(document.procedure)
        stale += (
            models.ImplementationVersion(
                implementation=one,
                number=latest[one.pk].number + 1 if one.pk in latest else 1,
                status=VersionStatus.PUBLISHED,
                document=written,
                effective_from=document.effective_from,
                drafted_by=actor.account_id,
                published_at=at,
            )
            for one in implementations[power.pk]
            if one.pk not in latest or _is_former_of_list(latest[one.pk], written)
        )
    for day, owners in _by_day((row.effective_from, row.implementation_id) for row in stale):
        end_former(versions.filter(implementation__in=owners & latest.keys()), day)
    models.ImplementationVersion.objects.bulk_create(stale)
    return {row.implementation.power_id for row in stale}


def _is_former_of_list(row: models.ImplementationVersion, written: Mapping[str, Any]) -> bool:
    """Whether a body's latest version is of an earlier list, and not of its own editors."""
    is_own = row.submitted_by is not None or row.status != VersionStatus.PUBLISHED
    return not is_own and row.document != written


def _by_day(pairs: Iterable[tuple[date, UUID]]) -> Iterable[tuple[date, set[UUID]]]:
    found: dict[date, set[UUID]] = {}
    for day, owner in pairs:
        found.setdefault(day, set()).add(owner)
    return found.items()


def _implementations(
    given: Sequence[tuple[models.Power, GuideDocument]],
) -> dict[UUID, list[models.Implementation]]:
    """By power, the implementation of each body that carries it out, registered when it is new."""
    known: dict[UUID, dict[str, models.Implementation]] = {power.pk: {} for power, _ in given}
    for row in models.Implementation.objects.filter(power__in=known).select_related("power"):
        known[row.power_id][row.division] = row
    names = {document.department for _, document in given}
    departments, offices = directory.get_departments(names), directory.offices_of(names)
    new = [
        models.Implementation(
            power=power,
            division=body.division,
            department_id=body.code,
            code=implementation_code(body, document.basic_code, document.code_scheme),
        )
        for power, document in given
        for body in _bodies(document, departments[document.department], offices)
        if body.division not in known[power.pk]
    ]
    for row in models.Implementation.objects.bulk_create(new):
        known[row.power_id][row.division] = row
    return {power: list(bodies.values()) for power, bodies in known.items()}


def _bodies(
    document: GuideDocument, department: Department, offices: Mapping[str, Sequence[Department]]
) -> Sequence[Department]:
    if document.procedure.implemented_by is ImplementedBy.CITY:
        return [department]
    return offices.get(department.code) or [department]


def _index(powers: set[UUID], at: datetime) -> None:
    substances = models.PowerVersion.objects.filter(power__in=powers, status=VersionStatus.PUBLISHED)
    latest = substances.order_by("power", "-number").distinct("power").select_related("power")
    procedures = (
        models.ImplementationVersion.objects.filter(
            implementation__power__in=powers, status=VersionStatus.PUBLISHED
        )
        .order_by("implementation__power", "-number")
        .distinct("implementation__power")
        .select_related("implementation")
    )
    by_power = {row.implementation.power_id: row for row in procedures}
    guides = assemble_all([(row, by_power[row.power_id]) for row in latest])
    index_guides(guides, settings.CATALOGUE_REGION, at=at)
