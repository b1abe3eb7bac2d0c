"""What of an application an act can name: a field of the form, a paper, a field of the result."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tongban.domains.eforms.rules import element_of, role_title
from tongban.domains.eforms.types import SubjectRole, slot_key
from tongban.domains.standards import rules as standard_rules
from tongban.domains.standards import selectors as standards
from tongban.domains.standards.types import ElementType
from tongban.kernel.instants import shanghai_date
from tongban.sites.console.acts.form import Matter
from tongban.sites.console.words import value_words

YES_AND_NO = {"是": True, "否": False, "yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be sent back: a field of the form or a paper."""

    key: str
    label: str
    value: str
    group: str
    remedy: str


def targets_of(matter: Matter) -> tuple[Target, ...]:
    """Every field of the form and every paper that can be sent back, in the order of the dossier."""
    elements = standards.elements()
    found = [
        _field_target(key, value_words(element_of(key, elements), answer.value))
        for key, answer in matter.dossier.answers.items()
    ]
    slots: set[str] = set()
    for material in matter.guide.substance.materials:
        slot = slot_key(material.material_type, material.licence_holder)
        if slot not in slots:
            slots.add(slot)
            uploads = [one.filename for one in matter.dossier.attachments if one.slot == slot]
            value = _("、").join(uploads) or _("没有上传")
            found.append(Target(slot, material.name, value, _("材料"), _("请重新上传清晰、完整的文件。")))
    return tuple(found)


def _field_target(key: str, value: str) -> Target:
    return Target(key, field_label(key), value, group_words(key), _("请核对后重新填写。"))


def field_label(key: str) -> str:
    element = element_of(key, standards.elements())
    return element.label if element is not None else key


def group_words(key: str) -> str:
    role = key.partition(".")[0]
    return role_title(SubjectRole(role)) if role in SubjectRole.__members__ else _("其他")


def typed_value(key: str, raw: str, at: datetime) -> object:
    """What was typed as a value of its data element; raises ValidationError with the standard's sentence."""
    element = element_of(key, standards.elements())
    if element is None:
        return raw
    value: object = YES_AND_NO.get(raw) if element.element_type is ElementType.BOOL else raw
    checked, problem = standard_rules.check_value(element, value, today=shanghai_date(at))
    if problem or checked is None:
        raise ValidationError(problem or _("请重新填写。"))
    return checked
