"""What can be done to the catalogue."""

from tongban.domains.catalogue.services.exchange import ImportReport, RowFinding, export_guides, import_guides
from tongban.domains.catalogue.services.indexing import index_entry, note_zero_hit
from tongban.domains.catalogue.services.sichuan import import_sichuan
from tongban.domains.catalogue.services.versions import (
    GateClosed,
    NotYours,
    StaleVersion,
    check_background,
    draft_procedure,
    draft_substance,
    edit_procedure,
    edit_substance,
    publish_procedure,
    publish_substance,
    return_substance,
    submit_procedure,
    submit_substance,
)

__all__ = [
    "GateClosed",
    "ImportReport",
    "NotYours",
    "RowFinding",
    "StaleVersion",
    "check_background",
    "draft_procedure",
    "draft_substance",
    "edit_procedure",
    "edit_substance",
    "export_guides",
    "import_guides",
    "import_sichuan",
    "index_entry",
    "note_zero_hit",
    "publish_procedure",
    "publish_substance",
    "return_substance",
    "submit_procedure",
    "submit_substance",
]
