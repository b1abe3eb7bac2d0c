"""Decisions of the catalogue: values in, values out."""

from tongban.domains.catalogue.rules.audit import audit, of_departments
from tongban.domains.catalogue.rules.checks import (
    HARD,
    RULES,
    Background,
    MaterialName,
    check_guide,
    check_guides,
    check_list,
    hard_findings,
    with_guides,
)
from tongban.domains.catalogue.rules.counter import roles_of_holder
from tongban.domains.catalogue.rules.cpsv import services_as_jsonld
from tongban.domains.catalogue.rules.differences import Difference, differences
from tongban.domains.catalogue.rules.documents import (
    DocumentRefused,
    guide_schema,
    join_guide,
    part_substance,
    read_guide,
    read_procedure,
    read_substance,
    write_document,
)
from tongban.domains.catalogue.rules.materials import (
    HeldLicences,
    breach,
    clauses_in_force,
    every_verdict,
    material_verdict,
    material_verdicts,
)
from tongban.domains.catalogue.rules.one_licence import left_to_bring
from tongban.domains.catalogue.rules.wording import describe_changes

__all__ = [
    "HARD",
    "RULES",
    "Background",
    "Difference",
    "DocumentRefused",
    "HeldLicences",
    "MaterialName",
    "audit",
    "breach",
    "check_guide",
    "check_guides",
    "check_list",
    "clauses_in_force",
    "describe_changes",
    "differences",
    "every_verdict",
    "guide_schema",
    "hard_findings",
    "join_guide",
    "left_to_bring",
    "material_verdict",
    "material_verdicts",
    "of_departments",
    "part_substance",
    "read_guide",
    "read_procedure",
    "read_substance",
    "roles_of_holder",
    "services_as_jsonld",
    "with_guides",
    "write_document",
]
