"""The version of the guide a case is handled under, from receipt to the end."""

from tongban.domains.cases.models import Case
from tongban.domains.catalogue import selectors as catalogue
from tongban.domains.catalogue.types import Guide


def guide_of(case: Case) -> Guide:
    """The frozen guide of the case's own versions; cached by the catalogue."""
    return catalogue.get_guide_by_versions(case.substance_version_id, case.procedure_version_id)
