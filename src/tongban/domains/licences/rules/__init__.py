"""Decisions of the licence domain: values in, values out."""

from tongban.domains.licences.rules.library import (
    CAPTIONS,
    NUMBER_FIELDS,
    OWN_NUMBER,
    PERSON_NAME,
    SAMPLE_STAMP,
    STAMPS,
    STATUS_NAMES,
    chinese_date,
    compose_serial,
    end_of_term,
    face_rows,
    is_in_force,
    missing_fields,
    stamp,
    term_text,
    unknown_fields,
)

__all__ = [
    "CAPTIONS",
    "NUMBER_FIELDS",
    "OWN_NUMBER",
    "PERSON_NAME",
    "SAMPLE_STAMP",
    "STAMPS",
    "STATUS_NAMES",
    "chinese_date",
    "compose_serial",
    "end_of_term",
    "face_rows",
    "is_in_force",
    "missing_fields",
    "stamp",
    "term_text",
    "unknown_fields",
]
