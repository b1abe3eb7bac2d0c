"""What a licence says, taken from the answers the applicant gave: nothing is keyed in twice."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from tongban.domains.eforms.types import Answer, SubjectRole
from tongban.domains.licences.types import LicenceField
from tongban.domains.standards.types import DataElement, ElementType

# In whose answers a bare field such as 「address」 is looked for after the holder's own.
_BESIDE_THE_HOLDER = (SubjectRole.MATTER.value, SubjectRole.PREMISES.value)


def fields_from_answers(
    fields: Sequence[str],
    answers: Mapping[str, Answer],
    elements: Mapping[str, DataElement],
    *,
    holder_role: str,
) -> dict[str, str]:
    """Values for the fields of a licence type that the answers hold; the others are left out.

    A field is matched by name: `premises_address` is the address of PREMISES, `legal_representative` the name
    of LEGAL_REPRESENTATIVE, `uscc` the holder's own. What is applied for goes before what the applicant has: the
    name of a company to be founded is its `proposed_name`, not the founder's.
    """
    found: dict[str, str] = {}
    for field in fields:
        key = _key_of(field, answers, holder_role)
        value = _said(key, answers, elements) if key else ""
        if value:
            found[field] = value
    return found


def changes_from_answers(
    contents: Sequence[LicenceField], answers: Mapping[str, Answer], elements: Mapping[str, DataElement]
) -> dict[str, str]:
    """New values for the fields whose change (变更) was applied for; the others stay as the licence has them."""
    found: dict[str, str] = {}
    for field in contents:
        for key in answers:
            value = _said(key, answers, elements) if key.partition(".")[2] == field.changed_by else ""
            if value:
                found[field.name] = value
    return found


def _key_of(field: str, answers: Mapping[str, Answer], holder_role: str) -> str:
    for key in answers:
        if key.rpartition(".")[2] == f"proposed_{field}":
            return key
    for key in answers:
        role, _dot, element = key.partition(".")
        attribute = element.rpartition(".")[2]
        if f"{role.lower()}_{attribute}" == field or (role.lower() == field and attribute == "name"):
            return key
    for role in (holder_role, *_BESIDE_THE_HOLDER):
        for key in answers:
            if key.startswith(f"{role}.") and _names(key, field):
                return key
    return ""


def _said(key: str, answers: Mapping[str, Answer], elements: Mapping[str, DataElement]) -> str:
    """An answer as a licence says it: a code by its label, money in yuan."""
    value, element = answers[key].value, elements.get(key.partition(".")[2])
    if element is not None and element.element_type is ElementType.MONEY and isinstance(value, int):
        return f"{Decimal(value) / 100:.2f}元"
    labels = {} if element is None else {option.value: option.label for option in element.options}
    if isinstance(value, list | tuple):
        return "、".join(labels.get(str(one), _text(one)) for one in value)
    return labels.get(str(value), _text(value))


def _names(key: str, field: str) -> bool:
    element = key.partition(".")[2]
    return field in (element.rpartition(".")[2], element.replace(".", "_"))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "、".join(_text(one) for one in value)
    return "" if value is None else str(value)
