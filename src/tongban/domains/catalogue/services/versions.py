"""Draft, edit, submit and publish: substance by the city department, procedure by the implementing body, in one lifecycle.

Two persons publish: who submits never publishes. The gate refuses what breaks a hard rule. Publishing a version ends the one before
on the day the new one takes effect; cases accepted before finish under theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_noop

from tongban.domains.catalogue import models, rules
from tongban.domains.catalogue.events import GuidePublished
from tongban.domains.catalogue.models import Version
from tongban.domains.catalogue.rules.checks import Background
from tongban.domains.catalogue.selectors.drafts import whole_documents
from tongban.domains.catalogue.selectors.guides import ItemNotFound, assemble
from tongban.domains.catalogue.selectors.sources import published_sources
from tongban.domains.catalogue.services.indexing import ITEM, index_guides
from tongban.domains.catalogue.states import FROZEN, Move, next_status
from tongban.domains.catalogue.types import (
    Finding,
    GuideDocument,
    Part,
    ProcedureDocument,
    SubstanceDocument,
    VersionStatus,
)
from tongban.domains.directory import selectors as directory
from tongban.domains.directory.types import Department
from tongban.domains.licences import selectors as licences
from tongban.domains.standards import selectors as standards
from tongban.foundation.audit import services as audit
from tongban.foundation.outbox import services as outbox
from tongban.kernel.actors import Actor, ActorKind, Role
from tongban.kernel.errors import TongbanError
from tongban.kernel.identifiers import ItemCodeScheme, compose_implementation_code
from tongban.kernel.instants import shanghai_date

_WANTS_A_RESULT = (
    "jsonb_path_exists(catalogue_powerversion.document, '$.materials[*].produced_by ? (@ != null)')"
)
_SUBSTANCE_OWNED = ("basic_code", "code_scheme", "kind", "department")
"""What never changes between versions of one power."""


class NotYours(TongbanError):
    """The officer's department does not keep this part of the item."""

    code: ClassVar[str] = "NOT_YOUR_PART"
    default_sentence: ClassVar[str] = gettext_noop(
        "实体性内容由市级部门维护，程序性内容由实施部门维护；这一部分不归您的部门。"
    )


class StaleVersion(TongbanError):
    """Somebody else saved in between."""

    code: ClassVar[str] = "STALE_VERSION"
    default_sentence: ClassVar[str] = gettext_noop(
        "别人刚刚保存过这个草稿。请刷新后再改，您填的内容没有覆盖对方的。"
    )


class Frozen(TongbanError):
    """A published version is never edited."""

    code: ClassVar[str] = "VERSION_FROZEN"
    default_sentence: ClassVar[str] = gettext_noop("已发布的版本不能修改，请新建一个版本。")


class UnderReview(Frozen):
    """A submitted version waits for the second person; she must publish what was submitted."""

    code: ClassVar[str] = "VERSION_UNDER_REVIEW"
    default_sentence: ClassVar[str] = gettext_noop(
        "这个版本已经提交审核，不能再改。要修改，请审核人员先退回。"
    )


class TooEarly(TongbanError):
    """A version cannot take effect on a day that is over: which guide was in force then is history."""

    code: ClassVar[str] = "EFFECT_TOO_EARLY"
    default_sentence: ClassVar[str] = gettext_noop("生效日期不能早于今天。请改为今天或者以后的日期。")


class GateClosed(TongbanError):
    """Hard findings stand in the way of publication; `findings` names them."""

    code: ClassVar[str] = "PUBLISH_GATE_CLOSED"
    default_sentence: ClassVar[str] = gettext_noop("还有必须改正的问题，不能发布。")

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(f"{finding.rule}: {finding.text}" for finding in findings))
        self.findings = findings


class ReasonMissing(TongbanError):
    """A draft is given back with the reason its editors read."""

    code: ClassVar[str] = "REASON_MISSING"
    default_sentence: ClassVar[str] = gettext_noop("请写明为什么退回，起草的人要照着改。")


class SamePerson(TongbanError):
    code: ClassVar[str] = "SAME_PERSON"
    default_sentence: ClassVar[str] = gettext_noop("提交的人不能自己发布，请由另一位发布审核人员发布。")


def check_background() -> Background:
    """What guides are checked against just now; six queries."""
    return Background(
        fields=standards.condition_fields(),
        elements=frozenset(standards.elements()),
        options={
            code: tuple(option.value for option in one.options)
            for code, one in standards.elements().items()
            if one.options and one.scheme is None
        },
        materials={
            code: rules.MaterialName(one.name, one.aliases, one.licence_type)
            for code, one in standards.material_types().items()
        },
        licence_types=frozenset(licences.licence_types()),
        sources=published_sources(),
        basic_codes=frozenset(models.Power.objects.values_list("basic_code", flat=True)),
        needs=_needs(),
    )


def _needs() -> dict[str, frozenset[str]]:
    """By basic code, the items whose results the substance in force wants as materials."""
    # The text is constant.
    wants = RawSQL(_WANTS_A_RESULT, [], output_field=BooleanField())  # noqa: S611  # nosec B611
    rows = models.PowerVersion.objects.filter(wants, status=VersionStatus.PUBLISHED)
    found = rows.order_by("number").values_list("power__basic_code", "document__materials")
    return {
        code: frozenset(one["produced_by"] for one in materials if one["produced_by"])
        for code, materials in found
    }


@transaction.atomic
def draft_version(*, part: Part, owner_id: UUID, actor: Actor, at: datetime) -> UUID:
    """The open draft of a power's substance or an implementation's procedure, made from its latest version; raises NotYours."""
    owner = _owner(part, owner_id)
    _require(owner.department_id, actor, Role.EDITOR)
    latest = owner.versions.order_by("-number").first()
    assert latest is not None, "an owner is created with its first version"
    if latest.status in (VersionStatus.DRAFT, VersionStatus.IN_REVIEW):
        return latest.pk
    draft = owner.versions.create(
        number=latest.number + 1,
        status=VersionStatus.DRAFT,
        document=latest.document,
        effective_from=latest.effective_from,
        drafted_by=actor.account_id,
    )
    _record(actor, f"DRAFT_{part}", at, draft.pk, {"number": draft.number})
    return draft.pk


@transaction.atomic
def edit_version(
    *,
    part: Part,
    version_id: UUID,
    revision: int,
    document: Mapping[str, Any],  # Any: parsed JSON
    actor: Actor,
    at: datetime,
) -> tuple[Finding, ...]:
    """Save a draft and answer what the checker says; raises NotYours, StaleVersion, Frozen, DocumentRefused.

    What never changes in a substance, and any key of the substance in a procedure, is refused as NotYours.
    """
    row = _version(part, version_id)
    _require(row.owner.department_id, actor, Role.EDITOR)
    _require_editable(row, revision)
    if isinstance(row, models.PowerVersion):
        _write_substance(row, _read_own_substance(row, document))
    else:
        row.document = rules.write_document(_read_own_procedure(document))
    row.revision += 1
    row.save(update_fields=["document", "effective_from", "effective_to", "revision"])
    _record(actor, f"EDIT_{part}", at, row.pk, {"revision": row.revision})
    return rules.check_guides(_whole_documents(row), check_background())


@transaction.atomic
def add_alias(*, power_id: UUID, alias: str, actor: Actor, at: datetime) -> UUID:
    """Write a word that people search for into the open draft of an item, and answer the draft; raises NotYours, UnderReview."""
    version_id = draft_version(part=Part.SUBSTANCE, owner_id=power_id, actor=actor, at=at)
    row = _version(Part.SUBSTANCE, version_id)
    aliases = row.document["aliases"]
    if alias not in aliases:
        edit_version(
            part=Part.SUBSTANCE,
            version_id=version_id,
            revision=row.revision,
            document={**row.document, "aliases": [*aliases, alias]},
            actor=actor,
            at=at,
        )
    return version_id


@transaction.atomic
def submit_version(*, part: Part, version_id: UUID, actor: Actor, at: datetime) -> None:
    """Hand a draft to a second person; raises GateClosed, NotYours, IllegalMove."""
    row = _version(part, version_id)
    _require(row.owner.department_id, actor, Role.EDITOR)
    _require_open_gate(row)
    _move(row, Move.SUBMIT, actor, at)
    row.submitted_by, row.return_reason = actor.account_id, ""
    row.save(update_fields=["status", "submitted_by", "return_reason"])


@transaction.atomic
def return_version(*, part: Part, version_id: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Give a submitted draft back to its editors, who read why; raises ReasonMissing, NotYours, IllegalMove."""
    row = _version(part, version_id)
    _require(row.owner.department_id, actor, Role.PUBLISHER)
    if not reason.strip():
        raise ReasonMissing(f"version {row.pk}")
    _move(row, Move.RETURN, actor, at, reason=reason.strip())
    row.submitted_by, row.return_reason = None, reason.strip()
    row.save(update_fields=["status", "submitted_by", "return_reason"])


@transaction.atomic
def publish_version(
    *, part: Part, version_id: UUID, effective_from: date, actor: Actor, at: datetime
) -> None:
    """Freeze a submitted version and let it take effect; raises SamePerson, TooEarly, GateClosed, NotYours, IllegalMove."""
    row = _version(part, version_id)
    _require(row.owner.department_id, actor, Role.PUBLISHER)
    if actor.account_id is not None and actor.account_id == row.submitted_by:
        raise SamePerson(f"version {row.pk}")
    _require_day(effective_from, at)
    row.effective_from = effective_from
    if isinstance(row, models.PowerVersion):
        substance = rules.read_substance(row.document)
        _write_substance(row, replace(substance, effective_from=effective_from))
    _require_open_gate(row)
    _move(row, Move.PUBLISH, actor, at)
    end_former(row.owner.versions.exclude(pk=row.pk), effective_from)
    row.published_by, row.published_at = actor.account_id, at
    row.save()
    if isinstance(row, models.PowerVersion):
        _spread_substance(row, at)


@transaction.atomic
def end_item(*, power_id: UUID, effective_to: date, actor: Actor, at: datetime) -> None:
    """From `effective_to` on the item is no longer offered; cases accepted before finish. Raises NotYours, TooEarly."""
    power = models.Power.objects.select_for_update().filter(pk=power_id).first()
    if power is None:
        raise ItemNotFound(f"power {power_id}")
    _require(power.department_id, actor, Role.PUBLISHER)
    _require_day(effective_to, at)
    end_former(power.versions.all(), effective_to)
    models.SearchEntry.objects.filter(region=power.region, kind=ITEM, code=power.basic_code).delete()
    _record(actor, "END_ITEM", at, power.pk, {"effective_to": effective_to.isoformat()})


@transaction.atomic
def add_implementation(*, power_id: UUID, department: str, actor: Actor, at: datetime) -> UUID:
    """Let another body, of whatever level, carry a power out, by the procedure that is usual so far.

    Raises NotYours, ItemNotFound, and the directory's ``DepartmentNotFound``.
    """
    power = models.Power.objects.select_for_update().filter(pk=power_id).first()
    if power is None:
        raise ItemNotFound(f"power {power_id}")
    _require(power.department_id, actor, Role.EDITOR)
    usual = (
        models.ImplementationVersion.objects.filter(
            implementation__power=power, status=VersionStatus.PUBLISHED
        )
        .order_by("implementation__division", "-number")
        .first()
    )
    if usual is None:
        raise ItemNotFound(f"power {power_id} has no procedure to begin with")
    body = directory.get_department(department)
    implementation, is_new = models.Implementation.objects.get_or_create(
        power=power,
        division=body.division,
        defaults={
            "department_id": body.code,
            "code": implementation_code(body, power.basic_code, power.code_scheme),
        },
    )
    if is_new:
        implementation.versions.create(
            number=1,
            status=VersionStatus.PUBLISHED,
            document={**usual.document, "level": body.level.value},
            effective_from=shanghai_date(at),
            drafted_by=actor.account_id,
            published_at=at,
        )
        _record(actor, "ADD_IMPLEMENTATION", at, implementation.pk, {"division": body.division})
    return implementation.pk


def implementation_code(body: Department, basic_code: str, scheme: str) -> str:
    """实施编码 under which a body carries a power out; where the list has a scheme of its own, the body's code and the item's."""
    if scheme == ItemCodeScheme.BASIC:
        return compose_implementation_code(body.uscc, body.level.value, basic_code)
    return f"{body.code}-{basic_code}"


def derive(published: Sequence[tuple[models.PowerVersion, SubstanceDocument]]) -> None:
    """Write the tables that are searched and joined from versions and their documents."""
    models.MaterialUse.objects.bulk_create(
        models.MaterialUse(
            version=row,
            code=material.code,
            name=material.name,
            material_type=material.material_type,
            licence_type=material.licence_type or "",
            resource=material.resource or "",
            necessity=material.necessity,
        )
        for row, document in published
        for material in document.materials
    )
    models.ElementUse.objects.bulk_create(
        models.ElementUse(version=row, element=element, role=role)
        for row, document in published
        for element, role in sorted({(entry.element, entry.role) for entry in document.form})
    )
    models.BasisUse.objects.bulk_create(
        models.BasisUse(version=row, law=basis.law, article=basis.article)
        for row, document in published
        for basis in document.legal_basis
    )


def _owner(part: Part, owner_id: UUID) -> models.Power | models.Implementation:
    owners = {Part.SUBSTANCE: models.Power.objects, Part.PROCEDURE: models.Implementation.objects}
    owner = owners[part].select_for_update().filter(pk=owner_id).first()
    if owner is None:
        raise ItemNotFound(f"owner {owner_id} of a {part}")
    assert isinstance(owner, models.Power | models.Implementation)
    return owner


def _version(part: Part, version_id: UUID) -> Version:
    row: Version | None
    if part is Part.SUBSTANCE:
        substances = models.PowerVersion.objects.select_for_update(of=("self",)).select_related("power")
        row = substances.filter(pk=version_id).first()
    else:
        procedures = models.ImplementationVersion.objects.select_for_update(of=("self",))
        row = procedures.select_related("implementation__power").filter(pk=version_id).first()
    if row is None:
        raise ItemNotFound(f"{part} version {version_id}")
    return row


def _read_own_substance(row: models.PowerVersion, document: Mapping[str, Any]) -> SubstanceDocument:
    read = rules.read_substance(document)
    kept = rules.read_substance(row.document)
    for name in _SUBSTANCE_OWNED:
        if getattr(read, name) != getattr(kept, name):
            raise NotYours(f"{name} of {kept.basic_code} does not change between versions")
    return read


def _read_own_procedure(document: Mapping[str, Any]) -> ProcedureDocument:
    foreign = set(document) & set(SubstanceDocument.__dataclass_fields__)
    if foreign:
        raise NotYours(f"{', '.join(sorted(foreign))} belong to the substance")
    return rules.read_procedure(document)


def _write_substance(row: models.PowerVersion, document: SubstanceDocument) -> None:
    row.document = rules.write_document(document)
    row.effective_from, row.effective_to = document.effective_from, document.effective_to


def _spread_substance(row: models.PowerVersion, at: datetime) -> None:
    """Derive what is searched and joined from a newly published substance, and announce it."""
    derive([(row, rules.read_substance(row.document))])
    procedures = models.ImplementationVersion.objects.select_related("implementation")
    procedure = procedures.filter(implementation__power=row.power, status=VersionStatus.PUBLISHED).first()
    if procedure is not None:
        index_guides([assemble(row, procedure)], row.power.region, at=at)
    outbox.publish(
        GuidePublished(row.power_id, row.pk, row.power.basic_code, row.power.department_id, at),
        queue=row.power.department_id,
    )


def _whole_documents(row: Version) -> tuple[GuideDocument, ...]:
    """What the gate looks at; raises GateClosed for a procedure whose power has no substance in force."""
    try:
        return whole_documents(row)
    except ItemNotFound:
        raise GateClosed(()) from None


def _require_open_gate(row: Version) -> None:
    hard = rules.hard_findings(rules.check_guides(_whole_documents(row), check_background()))
    if hard:
        raise GateClosed(hard)


def _require_day(effective: date, at: datetime) -> None:
    if effective < shanghai_date(at):
        raise TooEarly(f"{effective} is before {shanghai_date(at)}")


def _require_editable(row: Version, revision: int) -> None:
    if VersionStatus(row.status) in FROZEN:
        raise Frozen(f"version {row.pk} is {row.status}")
    if row.status == VersionStatus.IN_REVIEW:
        raise UnderReview(f"version {row.pk}")
    if row.revision != revision:
        raise StaleVersion(f"version {row.pk} is at revision {row.revision}, the page showed {revision}")


def _require(department: str, actor: Actor, role: Role) -> None:
    if actor.kind is ActorKind.PLATFORM:
        return
    if not actor.has_role(role) or department not in actor.departments | {actor.department}:
        raise NotYours(f"{role} of {department} is needed")


def _move(row: Version, move: Move, actor: Actor, at: datetime, **detail: str) -> None:
    row.status = next_status(VersionStatus(row.status), move)
    _record(actor, f"{move}_VERSION", at, row.pk, {"number": row.number, **detail})


def end_former(
    versions: QuerySet[models.PowerVersion] | QuerySet[models.ImplementationVersion], effective_from: date
) -> None:
    """Let what is in force end where a new version begins; what had not begun by then never takes effect."""
    published = versions.filter(status=VersionStatus.PUBLISHED)
    published.filter(effective_from__gte=effective_from).update(status=VersionStatus.RETIRED)
    published.filter(Q(effective_to__isnull=True) | Q(effective_to__gt=effective_from)).update(
        effective_to=effective_from
    )


def _record(actor: Actor, action: str, at: datetime, object_id: UUID, detail: Mapping[str, object]) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type="catalogue.Version",
        object_id=str(object_id),
        detail=detail,
    )
