"""What a licence type asks of a licence: its contents, its term, what tells two of one holder apart."""

from collections.abc import Mapping
from datetime import date

from tongban.domains.licences.rules.library import caption, end_of_term
from tongban.domains.licences.rules.presenting import born_on
from tongban.domains.licences.types import LicenceType, LicenceTypeDocument, Validity, ValidityKind
from tongban.kernel.workdays import ONE_DAY


def unknown_fields(licence_type: LicenceType, fields: Mapping[str, str]) -> list[str]:
    return sorted(set(fields) - set(licence_type.fields))


def missing_fields(licence_type: LicenceType, fields: Mapping[str, str]) -> list[str]:
    """Names of the required fields that have no value."""
    return [one.name for one in licence_type.contents if one.is_required and not fields.get(one.name)]


def captions(licence_type: LicenceType, names: list[str]) -> list[str]:
    """What the type calls these fields; a name it does not know stays as it is."""
    return [caption(licence_type, name) for name in names]


def end_by(
    validity: Validity, valid_from: date, decided_years: int | None, fields: Mapping[str, str]
) -> date | None:
    """The first day on which a licence no longer holds; None for one without an end.

    Where the holder's age decides and nothing says how old she is, the decision's years hold.
    """
    if validity.kind is ValidityKind.FIXED_END and validity.ends_on is not None:
        return validity.ends_on + ONE_DAY
    birthday = born_on(fields)
    if validity.kind is ValidityKind.UNTIL_AGE and birthday is not None:
        return end_of_term(birthday, validity.age)
    if validity.kind is ValidityKind.BY_AGE and birthday is not None:
        age = age_on(birthday, valid_from)
        for band in validity.bands:
            if band.under_age is None or age < band.under_age:
                return end_of_term(valid_from, band.years)
    if validity.kind is ValidityKind.YEARS and decided_years is None:
        return end_of_term(valid_from, validity.years)
    return None if validity.kind is ValidityKind.NONE else end_of_term(valid_from, decided_years)


def age_on(born_on: date, on: date) -> int:
    """Full years (周岁)."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def slot_text(licence_type: LicenceType, fields: Mapping[str, str]) -> str | None:
    """What tells this licence from others of its holder; None when any number may hold or a value to tell by is missing."""
    if licence_type.told_apart_by is None:
        return None
    values = [fields.get(name, "").strip() for name in licence_type.told_apart_by]
    return "\x1f".join(values) if all(values) else None


def type_faults(document: LicenceTypeDocument) -> list[str]:
    """What is wrong with a licence type beyond its format."""
    names = [one.name for one in document.contents]
    faults = [f"field {name} twice" for name in sorted({name for name in names if names.count(name) > 1})]
    faults += [
        f"told apart by {name}, no field" for name in document.told_apart_by or () if name not in names
    ]
    if bool(document.type_code) == bool(document.serial):
        faults.append("needs type_code or serial, one of them")
    if document.code in document.depends_on:
        faults.append("depends on itself")
    return faults + _validity_faults(document.validity)


def _validity_faults(validity: Validity) -> list[str]:
    wanted = {
        ValidityKind.YEARS: validity.years,
        ValidityKind.FIXED_END: validity.ends_on,
        ValidityKind.UNTIL_AGE: validity.age,
        ValidityKind.BY_AGE: validity.bands or None,
    }
    if validity.kind in wanted and wanted[validity.kind] is None:
        return [f"validity {validity.kind} without its value"]
    return []
