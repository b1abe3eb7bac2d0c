"""A whole catalogue in one file: departments, dictionaries, licence types, resources and guides, to fill an empty installation."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext_noop

from tongban.domains.catalogue.services.exchange import export_guides, import_guides
from tongban.domains.directory import selectors as directory_selectors
from tongban.domains.directory import services as directory
from tongban.domains.exchange import services as exchange
from tongban.domains.licences import selectors as licences_selectors
from tongban.domains.licences import services as licences
from tongban.domains.standards import selectors as standards_selectors
from tongban.domains.standards import services as standards
from tongban.foundation.imports import ImportReport, Tally
from tongban.kernel.actors import Actor
from tongban.kernel.errors import TongbanError

PARTS = ("departments", "elements", "material_types", "licence_types", "systems", "resources", "guides")
"""In the order in which they rest on each other; each a list, each may be left out."""
_LOADERS: Mapping[str, Callable[..., object]] = {
    "elements": standards.load_dictionary,
    "material_types": standards.load_material_types,
    "licence_types": licences.load_licence_types,
    "systems": exchange.load_systems,
    "resources": exchange.load_resources,
}

Whole = Mapping[str, Any]
"""Parsed JSON: the lists by name of their part."""


class FaultyCatalogue(TongbanError):
    """The file has a part that is not known or not a list; nothing was imported."""

    code: ClassVar[str] = "FAULTY_CATALOGUE"
    default_sentence: ClassVar[str] = gettext_noop("文件的内容不完整或者格式不对，没有导入任何内容。")


def import_catalogue(raw: Whole, *, actor: Actor, at: datetime, dry_run: bool = False) -> ImportReport:
    """Write every part of the file, or nothing when one is faulty or a row is refused; the report is of the guides,
    or of the departments when one of them is refused.

    Divisions of the nation are loaded when there are none yet. Raises FaultyCatalogue and what the dictionaries' own domains refuse.
    """
    wrong = [name for name, part in raw.items() if name not in PARTS or not isinstance(part, list)]
    if wrong:
        raise FaultyCatalogue(f"no part of a catalogue, or no list: {', '.join(wrong)}")
    for name in _LOADERS:
        for row, entry in enumerate(raw.get(name, ())):
            if not isinstance(entry, dict):
                raise FaultyCatalogue(f"{name}.{row}: no object")
    tally = Tally()
    try:
        with transaction.atomic():
            directory.load_directory(
                {"departments": raw.get("departments", [])}, tally=tally, actor=actor, at=at
            )
            if tally.refused:
                transaction.set_rollback(True)
                return tally.report(is_dry_run=dry_run)
            for name, load in _LOADERS.items():
                if raw.get(name):
                    load(raw[name], actor=actor, at=at)
            report = import_guides(raw.get("guides", []), actor=actor, at=at)
            if dry_run or report.refused:
                transaction.set_rollback(True)
    finally:
        standards_selectors.forget_dictionary()
    return replace(report, is_dry_run=dry_run)


def export_catalogue() -> Whole:
    """The file from which `import_catalogue` makes the same catalogue."""
    return {
        "departments": [asdict(one) for one in directory_selectors.list_departments()],
        "elements": _by_code(standards_selectors.elements()),
        "material_types": _by_code(standards_selectors.material_types()),
        "licence_types": licences_selectors.type_documents(),
        "systems": exchange.export_systems(),
        "resources": exchange.export_resources(),
        "guides": list(export_guides()),
    }


def _by_code(entries: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [asdict(entries[code]) for code in sorted(entries)]
