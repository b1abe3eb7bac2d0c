"""What can be done to the catalogue."""

from tongban.domains.catalogue.services.audit import record_audit, record_baseline
from tongban.domains.catalogue.services.counter import pull_for_item
from tongban.domains.catalogue.services.exchange import export_guides, import_guides, published_documents
from tongban.domains.catalogue.services.indexing import index_entry, mark_one_licence, note_zero_hit
from tongban.domains.catalogue.services.sichuan import import_sichuan
from tongban.domains.catalogue.services.versions import (
    Frozen,
    GateClosed,
    NotYours,
    ReasonMissing,
    SamePerson,
    StaleVersion,
    TooEarly,
    UnderReview,
    add_alias,
    add_implementation,
    check_background,
    draft_version,
    edit_version,
    end_item,
    publish_version,
    return_version,
    submit_version,
)
from tongban.domains.catalogue.services.whole import FaultyCatalogue, export_catalogue, import_catalogue
from tongban.foundation.imports import ImportReport

__all__ = [
    "FaultyCatalogue",
    "Frozen",
    "GateClosed",
    "ImportReport",
    "NotYours",
    "ReasonMissing",
    "SamePerson",
    "StaleVersion",
    "TooEarly",
    "UnderReview",
    "add_alias",
    "add_implementation",
    "check_background",
    "draft_version",
    "edit_version",
    "end_item",
    "export_catalogue",
    "export_guides",
    "import_catalogue",
    "import_guides",
    "import_sichuan",
    "index_entry",
    "mark_one_licence",
    "note_zero_hit",
    "publish_version",
    "published_documents",
    "pull_for_item",
    "record_audit",
    "record_baseline",
    "return_version",
    "submit_version",
]
