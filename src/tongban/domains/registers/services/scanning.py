"""All rows that are held here under a resource, for its quality rules; a fixed number of queries, however many rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

from tongban.domains.identity import selectors as identity
from tongban.domains.registers import models
from tongban.domains.registers.services.deposits import scan_deposits

Rows = Sequence[Mapping[str, object]]


def scan_rows(*, resource: str, fields: Sequence[str]) -> Rows | None:
    """Rows with these fields as text or plain values; None when nothing is held under the resource."""
    scan = _SCANS.get(resource)
    found = scan_deposits(resource) if scan is None else scan()
    return [{name: row.get(name) for name in fields} for row in found] or None


def _persons() -> Rows:
    rows = models.Person.objects.values("subject_id", "sex", "birth_date", "ethnicity", "household_address")
    return _with_names(((row["subject_id"], row) for row in rows), "resident_id")


def _entities() -> Rows:
    columns = (
        "entity_kind",
        "address",
        "business_scope",
        "scope_has_catering",
        "industry",
        "registered_capital_fen",
        "founded_date",
        "status",
    )
    rows = models.Entity.objects.values("subject_id", *columns)
    return _with_names(((row["subject_id"], row) for row in rows), "uscc")


def _births() -> Rows:
    rows = models.Birth.objects.values(
        "birth_hospital", "birth_date", "birth_weight_g", "record_number", "is_born_in_city"
    )
    return [{**row, "birth_record_number": row["record_number"]} for row in rows]


def _premises() -> Rows:
    rows = models.Premises.objects.values("address", "area_m2", "use")
    return [
        {
            "premises_address": row["address"],
            "premises_area_m2": row["area_m2"],
            "premises_use": row["use"],
        }
        for row in rows
    ]


def _insurances() -> Rows:
    return list(models.Insurance.objects.values("is_employee_insured", "insured_division"))


def _standings() -> Rows:
    return list(models.Standing.objects.values())


def _with_names(rows: Iterable[tuple[UUID, Mapping[str, object]]], number_field: str) -> Rows:
    found = dict(rows)
    subjects, numbers = identity.get_subjects(found), identity.get_numbers(found)
    return [
        {**row, "name": subjects[subject].name, number_field: numbers[subject]}
        for subject, row in found.items()
    ]


_SCANS: Mapping[str, Callable[[], Rows]] = {
    "RK-PERSON": _persons,
    "RK-BIRTH": _births,
    "RK-INSURANCE": _insurances,
    "FR-ENTITY": _entities,
    "FR-TAX": _standings,
    "FR-SOCIAL": _standings,
    "FR-CUSTOMS": _standings,
    "FR-CREDIT": _standings,
    "BDC-PREMISES": _premises,
}
