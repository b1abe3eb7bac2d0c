"""Records as the registering departments keep them; each call replaces the record it names."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from tongban.domains.identity import selectors as identity
from tongban.domains.registers import models
from tongban.domains.registers.types import (
    BirthRecord,
    EntityRecord,
    PersonRecord,
    PremisesRecord,
    RelationKind,
)
from tongban.foundation.audit import services as audit
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError


class FaultyRelation(TongbanError):
    """A relation the register can't hold: to oneself, or a second spouse or legal representative."""

    code: ClassVar[str] = "FAULTY_RELATION"
    default_sentence: ClassVar[str] = gettext_noop("关系没有登记。请先核对是否已有未结束的同类关系。")


@transaction.atomic
def save_person(record: PersonRecord, *, actor: Actor, at: datetime) -> None:
    """Write a person's record, her household and insurance with it.

    Raises `identity.selectors.SubjectNotFound`.
    """
    identity.get_subject(record.subject_id)
    _save_household(record)
    models.Person.objects.update_or_create(
        subject_id=record.subject_id,
        defaults={
            "sex": record.sex,
            "birth_date": record.birth_date,
            "ethnicity": record.ethnicity,
            "household_id": record.household_number or None,
            "household_address": record.household_address,
            "updated_at": at,
        },
    )
    if record.is_employee_insured is not None:
        models.Insurance.objects.update_or_create(
            subject_id=record.subject_id,
            defaults={
                "is_employee_insured": record.is_employee_insured,
                "insured_division": record.insured_division or "",
                "updated_at": at,
            },
        )
    _record(actor, "SAVE_PERSON", at, "registers.Person", record.subject_id)


@transaction.atomic
def save_entity(record: EntityRecord, *, actor: Actor, at: datetime) -> None:
    """Write an entity's record and its standing; raises `identity.selectors.SubjectNotFound`."""
    identity.get_subject(record.subject_id)
    models.Entity.objects.update_or_create(
        subject_id=record.subject_id,
        defaults={
            "entity_kind": record.entity_kind,
            "address": record.address,
            "business_scope": record.business_scope,
            "scope_has_catering": record.scope_has_catering,
            "industry": record.industry,
            "registered_capital_fen": record.registered_capital_fen,
            "founded_date": record.founded_date,
            "status": record.status,
            "updated_at": at,
        },
    )
    models.Standing.objects.update_or_create(
        subject_id=record.subject_id,
        defaults={
            "taxpayer_kind": record.taxpayer_kind,
            "has_unpaid_tax": record.has_unpaid_tax,
            "has_unused_invoices": record.has_unused_invoices,
            "has_social_arrears": record.has_social_arrears,
            "has_insured_staff": record.has_insured_staff,
            "is_customs_registered": record.is_customs_registered,
            "has_open_customs_matters": record.has_open_customs_matters,
            "is_dishonest": record.is_dishonest,
            "in_abnormal_list": record.in_abnormal_list,
            "updated_at": at,
        },
    )
    _record(actor, "SAVE_ENTITY", at, "registers.Entity", record.subject_id)


@transaction.atomic
def save_birth(record: BirthRecord, *, actor: Actor, at: datetime) -> None:
    """Write a birth as the hospital reported it; raises `identity.selectors.SubjectNotFound`."""
    identity.get_subject(record.mother_id)
    models.Birth.objects.update_or_create(
        record_number=record.record_number,
        defaults={
            "mother_id": record.mother_id,
            "birth_hospital": record.birth_hospital,
            "birth_date": record.birth_date,
            "birth_weight_g": record.birth_weight_g,
            "is_born_in_city": record.is_born_in_city,
        },
    )
    _record(actor, "SAVE_BIRTH", at, "registers.Birth", record.mother_id)


@transaction.atomic
def save_premises(record: PremisesRecord, *, actor: Actor, at: datetime) -> None:
    """Write the premises a subject uses; raises `identity.selectors.SubjectNotFound`."""
    identity.get_subject(record.subject_id)
    models.Premises.objects.update_or_create(
        subject_id=record.subject_id,
        address=record.address,
        defaults={"area_m2": record.area_m2, "use": record.use, "updated_at": at},
    )
    _record(actor, "SAVE_PREMISES", at, "registers.Premises", record.subject_id)


@transaction.atomic
def relate(
    *,
    kind: RelationKind,
    subject_id: UUID,
    other_id: UUID,
    since_date: date,
    actor: Actor,
    at: datetime,
    reference: str = "",
) -> None:
    """Record that the first stands in a relation to the second; an open one of the pair is kept as it is.

    Raises `FaultyRelation`, `identity.selectors.SubjectNotFound`.
    """
    identity.get_subjects({subject_id, other_id})
    if kind is RelationKind.SPOUSE:
        # One order for both ways, so that the same marriage can't be recorded twice.
        subject_id, other_id = sorted((subject_id, other_id))
    pair = models.Relation.objects.filter(kind=kind, until_date__isnull=True)
    if pair.filter(subject_id=subject_id, other_id=other_id).exists():
        return
    if kind is RelationKind.SPOUSE and _is_married(pair, subject_id, other_id):
        raise FaultyRelation(f"{kind} of {subject_id} or {other_id} is open already")
    try:
        with transaction.atomic():
            models.Relation.objects.create(
                kind=kind,
                subject_id=subject_id,
                other_id=other_id,
                reference=reference,
                since_date=since_date,
            )
    except IntegrityError as error:
        raise FaultyRelation(f"{kind} of {subject_id} to {other_id}") from error
    _record(actor, "RELATE", at, "registers.Relation", other_id)


@transaction.atomic
def end_relation(
    *, kind: RelationKind, subject_id: UUID, other_id: UUID, until_date: date, actor: Actor, at: datetime
) -> None:
    """Close an open relation on a day; raises `FaultyRelation` when there is none."""
    if kind is RelationKind.SPOUSE:
        subject_id, other_id = sorted((subject_id, other_id))
    rows = models.Relation.objects.filter(
        kind=kind, subject_id=subject_id, other_id=other_id, until_date__isnull=True
    )
    if not rows.update(until_date=until_date):
        raise FaultyRelation(f"no open {kind} of {subject_id} to {other_id}")
    _record(actor, "END_RELATION", at, "registers.Relation", other_id)


def _is_married(marriages: QuerySet[models.Relation], subject_id: UUID, other_id: UUID) -> bool:
    both = [subject_id, other_id]
    return marriages.filter(subject_id__in=both).exists() or marriages.filter(other_id__in=both).exists()


def _save_household(record: PersonRecord) -> None:
    if not record.household_number:
        return
    household, _created = models.Household.objects.get_or_create(
        number=record.household_number, defaults={"address": record.household_address}
    )
    if record.is_household_head:
        household.head_id = record.subject_id
        household.address = record.household_address
        household.save(update_fields=["head", "address"])


def _record(actor: Actor, action: str, at: datetime, object_type: str, subject_id: UUID) -> None:
    audit.record(
        actor=actor,
        action=action,
        at=at,
        object_type=object_type,
        object_id=str(subject_id),
        subject_id=subject_id,
    )
