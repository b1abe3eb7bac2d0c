"""The papers of a case: what was uploaded, by material, and what the office issued."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases.types import Dossier
from tongban.domains.catalogue.types import Guide
from tongban.domains.eforms.types import Attachment, AttachmentStatus, slot_key
from tongban.sites.console.words import State
from tongban.sites.shared.formats import file_size, plain_day


@dataclass(frozen=True, slots=True)
class FileLink:
    address: str
    title: str
    note: str
    state: State | None


@dataclass(frozen=True, slots=True)
class MaterialGroup:
    name: str
    note: str
    files: tuple[FileLink, ...]


def materials_of(dossier: Dossier, guide: Guide) -> tuple[MaterialGroup, ...]:
    by_slot: dict[str, list[Attachment]] = {}
    for one in dossier.attachments:
        by_slot.setdefault(one.slot, []).append(one)
    groups: dict[str, MaterialGroup] = {}
    for material in guide.substance.materials:
        slot = slot_key(material.material_type, material.licence_holder)
        files = tuple(_file(dossier, one) for one in by_slot.pop(slot, []))
        later = material.code in dossier.deferred_materials
        if files or later:
            note = _("容缺，待补交") if later and not files else ""
            groups[slot] = MaterialGroup(material.name, note, files)
    for slot, others in by_slot.items():
        groups[slot] = MaterialGroup(_("其他附件"), "", tuple(_file(dossier, one) for one in others))
    return tuple(groups.values())


def _file(dossier: Dossier, one: Attachment) -> FileLink:
    is_clean = one.status is AttachmentStatus.CLEAN
    address = reverse("console:attachment", args=[dossier.number, one.id]) if is_clean else ""
    state = None
    if one.status is AttachmentStatus.HELD:
        state = State(_("正在查毒，暂不能打开"), "going", "hourglass")
    elif one.status is AttachmentStatus.REFUSED:
        state = State(_("没有通过查毒"), "bad", "circle-x")
    return FileLink(address, one.filename, file_size(one.size), state)


def first_file(materials: Sequence[MaterialGroup], papers: Sequence[FileLink]) -> str:
    files = [file for group in materials for file in group.files if file.address]
    return next((file.address for file in [*files, *papers]), "")


def papers_of(dossier: Dossier) -> tuple[FileLink, ...]:
    return tuple(
        FileLink(
            reverse("console:paper", args=[paper.id]),
            paper.title,
            f"{paper.number} · {plain_day(paper.issued_at)}",
            None,
        )
        for paper in dossier.papers
    )
