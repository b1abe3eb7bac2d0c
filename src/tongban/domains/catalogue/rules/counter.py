"""Whose licences a shown code stands for, by the roles of an item's material list."""

from tongban.domains.identity.types import SubjectKind

# GB/T 2261.1 and how a licence says it.
_PARENT_ROLES = {"1": "FATHER", "男": "FATHER", "2": "MOTHER", "女": "MOTHER"}


def roles_of_holder(kind: SubjectKind, sex: str) -> frozenset[str]:
    """The roles in which whoever stands at the window brings papers of her own; others' are not hers to show."""
    if kind is SubjectKind.ENTITY:
        return frozenset({"APPLICANT", "ENTERPRISE", "PREMISES", "LIQUIDATION"})
    parent = _PARENT_ROLES.get(sex)
    return frozenset({"APPLICANT", "HANDLER", *([parent] if parent else [])})
