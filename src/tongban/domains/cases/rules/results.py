"""What a licence says, taken from the answers the applicant gave: nothing is keyed in twice."""

from collections.abc import Mapping, Sequence
from datetime import date

from tongban.domains.eforms.types import Answer, SubjectRole

# In whose answers a bare field such as 「address」 is looked for after the holder's own.
_BESIDE_THE_HOLDER = (SubjectRole.MATTER.value, SubjectRole.PREMISES.value)


def fields_from_answers(
    fields: Sequence[str], answers: Mapping[str, Answer], *, holder_role: str
) -> dict[str, str]:
    """Values for the fields of a licence type that the answers hold; the others are left out.

    A field is matched by name: `premises_address` is the address of PREMISES, `legal_representative` the name
    of LEGAL_REPRESENTATIVE, `uscc` the holder's own. What is applied for goes before what the applicant has: the
    name of a company to be founded is its `proposed_name`, not the founder's.
    """
    found: dict[str, str] = {}
    for field in fields:
        value = _value_of(field, answers, holder_role)
        if value:
            found[field] = value
    return found


def _value_of(field: str, answers: Mapping[str, Answer], holder_role: str) -> str:
    proposed = [answer for key, answer in answers.items() if key.rpartition(".")[2] == f"proposed_{field}"]
    if proposed:
        return _text(proposed[0].value)
    for key, answer in answers.items():
        role, _dot, element = key.partition(".")
        attribute = element.rpartition(".")[2]
        if f"{role.lower()}_{attribute}" == field or (role.lower() == field and attribute == "name"):
            return _text(answer.value)
    for role in (holder_role, *_BESIDE_THE_HOLDER):
        for key, answer in answers.items():
            if key.startswith(f"{role}.") and _names(key, field):
                return _text(answer.value)
    return ""


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
