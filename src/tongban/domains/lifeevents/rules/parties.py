"""Who stands in which subject role, and whose record answers for a datum."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from tongban.domains.eforms.types import SubjectRole

Role = SubjectRole

BIRTH, HOUSEHOLD, MARRIAGE, ENTITY = "RK-BIRTH", "RK-HOUSEHOLD", "RK-MARRIAGE", "FR-ENTITY"
# GB/T 2261.1.
SEX_ROLES = {"1": Role.FATHER.value, "2": Role.MOTHER.value}
PARENTS = frozenset(SEX_ROLES.values())
HOUSEHOLD_WITH = "child.household_with"

# The role a fact of the questions speaks of, by the first part of its element's code.
_ROLE_OF_FACT = {
    "entity": Role.ENTERPRISE.value,
    "premises": Role.PREMISES.value,
    "mother": Role.MOTHER.value,
    "father": Role.FATHER.value,
    "child": Role.CHILD.value,
}
_OF_THE_ENTITY = frozenset({Role.ENTERPRISE.value, Role.PREMISES.value, Role.LIQUIDATION.value})
# 法定代表人 and the other parent as the register of another subject names them.
_OF_LEGAL_REPRESENTATIVE = {
    "person.name": "legal_representative",
    "person.resident_id": "legal_representative_id",
}
_OF_SPOUSE = {"person.name": "spouse_name", "person.resident_id": "spouse_resident_id"}


@dataclass(frozen=True, slots=True)
class Source:
    """Which field of which resource about whom supplies a datum."""

    resource: str
    subject_id: UUID
    field: str


def role_of_fact(element_code: str) -> str:
    return _ROLE_OF_FACT.get(element_code.partition(".")[0], Role.APPLICANT.value)


def source_of(
    role: str,
    element_code: str,
    resource: str | None,
    resource_field: str | None,
    parties: Mapping[str, UUID],
    facts: Mapping[str, object],
) -> Source | None:
    """Where a datum of a role can be looked up; None when only the applicant knows it."""
    named = _named_elsewhere(role, element_code, parties)
    if named is not None:
        return named
    if resource is None or resource_field is None:
        return None
    subject = subject_of(role, resource, parties, facts)
    return None if subject is None else Source(resource, subject, resource_field)


def _named_elsewhere(role: str, element_code: str, parties: Mapping[str, UUID]) -> Source | None:
    if role == Role.LEGAL_REPRESENTATIVE and element_code in _OF_LEGAL_REPRESENTATIVE:
        entity = parties.get(Role.ENTERPRISE)
        return Source(ENTITY, entity, _OF_LEGAL_REPRESENTATIVE[element_code]) if entity else None
    applicant = parties.get(Role.APPLICANT)
    is_other_parent = role in PARENTS and applicant is not None and parties.get(role) != applicant
    if is_other_parent and element_code in _OF_SPOUSE and applicant in _parents(parties):
        return Source(MARRIAGE, applicant, _OF_SPOUSE[element_code])
    return None


def others(parties: Mapping[str, UUID]) -> frozenset[UUID]:
    """The parents other than the applicant, as far as they are known."""
    return frozenset(_parents(parties) - {parties.get(Role.APPLICANT)})


def _parents(parties: Mapping[str, UUID]) -> set[UUID]:
    return {parties[role] for role in PARENTS if role in parties}


def subject_of(
    role: str, resource: str, parties: Mapping[str, UUID], facts: Mapping[str, object]
) -> UUID | None:
    """Whose record of a resource answers for a role; None when that person or entity is not known."""
    if resource == BIRTH:
        # 出生医学信息 is filed under the mother.
        return parties.get(Role.MOTHER)
    if resource == HOUSEHOLD and role in (Role.CHILD, Role.MATTER):
        # The household a newborn joins is that of the parent she is registered with.
        return parties.get(str(facts.get(HOUSEHOLD_WITH)))
    if role in _OF_THE_ENTITY or resource.startswith("FR-"):
        return parties.get(Role.ENTERPRISE)
    if role == Role.CHILD:
        return None
    if role == Role.MATTER:
        return parties.get(Role.APPLICANT)
    return parties.get(role)
