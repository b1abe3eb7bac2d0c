"""Pure decisions on forms: merging, validation, provenance, the stored sheet."""

from tongban.domains.eforms.rules.forms import build_form, missing_materials, role_title, validate
from tongban.domains.eforms.rules.provenance import element_of, merge_values, refresh_values
from tongban.domains.eforms.rules.sheets import kept, plain, read_answers, write_answers
from tongban.domains.eforms.rules.subjects import Founded, Newborn, Numbered, subject_in, ways_to_name

__all__ = [
    "Founded",
    "Newborn",
    "Numbered",
    "build_form",
    "element_of",
    "kept",
    "merge_values",
    "missing_materials",
    "plain",
    "read_answers",
    "refresh_values",
    "role_title",
    "subject_in",
    "validate",
    "ways_to_name",
    "write_answers",
]
