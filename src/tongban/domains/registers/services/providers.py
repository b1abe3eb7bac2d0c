"""Providers: one for each resource, answering `exchange` from the tables here.

Dates leave as ISO text, so that a value can be kept in an answer sheet as it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.domains.exchange.types import Provider
from tongban.domains.identity import selectors as identity
from tongban.domains.registers import models
from tongban.domains.registers.types import RelationKind
from tongban.foundation.prepared import prepared

Values = Mapping[str, object]
Read = Callable[[UUID], Values | None]


@dataclass(frozen=True, slots=True)
class LocalProvider:
    """A register in this database; `read` gives every field, the request says which ones leave."""

    read: Read

    def fetch(self, *, subject_id: UUID, fields: tuple[str, ...]) -> Values | None:
        found = self.read(subject_id)
        if found is None:
            return None
        # A record without any of the values asked for is no record for this request.
        return {field: found[field] for field in fields if field in found} or None


def read_person(subject_id: UUID) -> Values | None:
    row = next(iter(_persons(subject_id)), None)
    if row is None:
        return None
    subject, number = identity.get_with_number(subject_id)
    return {
        "name": subject.name,
        "resident_id": number,
        "sex": row.sex,
        "birth_date": row.birth_date.isoformat(),
        "ethnicity": row.ethnicity,
        "household_address": row.household_address,
    }


@prepared
def _persons(subject_id: UUID) -> QuerySet[models.Person]:
    return models.Person.objects.filter(pk=subject_id)


def read_household(subject_id: UUID) -> Values | None:
    row = models.Person.objects.select_related("household").filter(pk=subject_id).first()
    if row is None or row.household is None:
        return None
    household = row.household
    members = list(household.members.order_by("birth_date", "pk").values_list("pk", flat=True))
    names = identity.get_subjects({*members, *([household.head_id] if household.head_id else [])})
    return {
        "household_number": household.number,
        "head_name": names[household.head_id].name if household.head_id else None,
        "household_address": household.address,
        "members": tuple(names[member].name for member in members),
    }


def read_marriage(subject_id: UUID) -> Values | None:
    """Known to the population register but without a marriage is an answer: not married."""
    row = (
        models.Relation.objects.filter(kind=RelationKind.SPOUSE, until_date__isnull=True)
        .filter(Q(subject_id=subject_id) | Q(other_id=subject_id))
        .first()
    )
    if row is None:
        return {"is_married": False} if models.Person.objects.filter(pk=subject_id).exists() else None
    spouse = row.other_id if row.subject_id == subject_id else row.subject_id
    return {
        "is_married": True,
        "spouse_name": identity.get_subject(spouse).name,
        "spouse_resident_id": identity.get_number(spouse),
        "marriage_certificate_number": row.reference,
    }


def read_birth(subject_id: UUID) -> Values | None:
    """The mother's latest birth."""
    row = models.Birth.objects.filter(mother_id=subject_id).order_by("-birth_date").first()
    if row is None:
        return None
    return {
        "birth_hospital": row.birth_hospital,
        "birth_date": row.birth_date.isoformat(),
        "birth_weight_g": row.birth_weight_g,
        "birth_record_number": row.record_number,
        "is_born_in_city": row.is_born_in_city,
    }


def read_insurance(subject_id: UUID) -> Values | None:
    row = models.Insurance.objects.filter(pk=subject_id).first()
    if row is None:
        return None
    return {"is_employee_insured": row.is_employee_insured, "insured_division": row.insured_division or None}


def read_entity(subject_id: UUID) -> Values | None:
    row = models.Entity.objects.filter(pk=subject_id).first()
    if row is None:
        return None
    subject, number = identity.get_with_number(subject_id)
    legal = (
        models.Relation.objects.filter(
            kind=RelationKind.LEGAL_REPRESENTATIVE, other_id=subject_id, until_date__isnull=True
        )
        .values_list("subject_id", flat=True)
        .first()
    )
    return {
        "name": subject.name,
        "uscc": number,
        "entity_kind": row.entity_kind,
        "legal_representative": identity.get_subject(legal).name if legal else None,
        "legal_representative_id": identity.get_number(legal) if legal else None,
        "address": row.address,
        "business_scope": row.business_scope,
        "scope_has_catering": row.scope_has_catering,
        "industry": row.industry,
        "registered_capital_fen": row.registered_capital_fen,
        "founded_date": row.founded_date.isoformat(),
        "status": row.status,
    }


def read_standing(subject_id: UUID) -> Values | None:
    """What the authorities beside the register hold; null there is no record and is left out."""
    row = models.Standing.objects.filter(pk=subject_id).values().first()
    if row is None:
        return None
    return {name: value for name, value in row.items() if value is not None}


def read_premises(subject_id: UUID) -> Values | None:
    row = models.Premises.objects.filter(subject_id=subject_id).order_by("-updated_at", "id").first()
    if row is None:
        return None
    return {"premises_address": row.address, "premises_area_m2": row.area_m2, "premises_use": row.use}


PROVIDERS: Mapping[str, Provider] = {
    "RK-PERSON": LocalProvider(read_person),
    "RK-HOUSEHOLD": LocalProvider(read_household),
    "RK-MARRIAGE": LocalProvider(read_marriage),
    "RK-BIRTH": LocalProvider(read_birth),
    "RK-INSURANCE": LocalProvider(read_insurance),
    "FR-ENTITY": LocalProvider(read_entity),
    "FR-TAX": LocalProvider(read_standing),
    "FR-SOCIAL": LocalProvider(read_standing),
    "FR-CUSTOMS": LocalProvider(read_standing),
    "FR-CREDIT": LocalProvider(read_standing),
    "BDC-PREMISES": LocalProvider(read_premises),
}
