"""One form out of the wishes of several items, and what is wrong with its answers."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.domains.eforms.types import (
    Answer,
    Attachment,
    AttachmentStatus,
    FieldGroup,
    FieldProblem,
    FieldRequest,
    FormField,
    FormSpec,
    MaterialRequest,
    MaterialSlot,
    SubjectRole,
    field_key,
)
from tongban.domains.standards.rules import check_value
from tongban.domains.standards.types import ElementType

# What `foundation.storage.uploads` takes in.
ACCEPTED_FILES = (".pdf", ".jpg", ".jpeg", ".png")

# The order in which a person thinks of it: who, for whom, where, what, and who runs the errands.
_ORDER = (
    SubjectRole.APPLICANT,
    SubjectRole.ENTERPRISE,
    SubjectRole.FOUNDED,
    SubjectRole.LEGAL_REPRESENTATIVE,
    SubjectRole.CHILD,
    SubjectRole.MOTHER,
    SubjectRole.FATHER,
    SubjectRole.LIQUIDATION,
    SubjectRole.PREMISES,
    SubjectRole.MATTER,
    SubjectRole.HANDLER,
)
_TITLES = {
    SubjectRole.APPLICANT: gettext_noop("申请人"),
    SubjectRole.LEGAL_REPRESENTATIVE: gettext_noop("法定代表人（负责人）"),
    SubjectRole.HANDLER: gettext_noop("经办人"),
    SubjectRole.ENTERPRISE: gettext_noop("单位"),
    SubjectRole.PREMISES: gettext_noop("经营场所"),
    SubjectRole.CHILD: gettext_noop("宝宝"),
    SubjectRole.MOTHER: gettext_noop("母亲"),
    SubjectRole.FATHER: gettext_noop("父亲"),
    SubjectRole.LIQUIDATION: gettext_noop("清算组"),
    SubjectRole.FOUNDED: gettext_noop("新设的单位"),
    SubjectRole.MATTER: gettext_noop("这次要办的事"),
}
_CHOSEN = frozenset({ElementType.BOOL, ElementType.CODE, ElementType.LIST})


def build_form(title: str, requests: Iterable[FieldRequest | MaterialRequest]) -> FormSpec:
    """The one form: every element of a role asked once, every paper of a holder handed in once.

    Required as soon as one item requires it; a paper may follow later only if every item lets it.
    """
    fields: dict[str, FormField] = {}
    slots: dict[str, MaterialSlot] = {}
    for request in requests:
        if isinstance(request, FieldRequest):
            key = field_key(request.role, request.element.code)
            fields[key] = _with_field(fields.get(key), key, request)
        else:
            slots[request.slot] = _with_slot(slots.get(request.slot), request)
    groups = []
    for role in _ORDER:
        of_role = tuple(one for one in fields.values() if one.role is role)
        if of_role:
            groups.append(FieldGroup(role=role, title=role_title(role), fields=of_role))
    return FormSpec(title=title, groups=tuple(groups), materials=tuple(slots.values()))


def role_title(role: SubjectRole) -> str:
    """The heading of a role's group, in the reader's language."""
    return _(_TITLES[role])


def validate(spec: FormSpec, answers: Mapping[str, Answer], *, today: date) -> tuple[FieldProblem, ...]:
    """What is wrong with the answers, in the order of the form; empty when it may be handed in."""
    problems = []
    for group in spec.groups:
        for field in group.fields:
            answer = answers.get(field.key)
            sentence = _field_problem(field, answer.value if answer else None, today)
            if sentence:
                problems.append(FieldProblem(field.key, sentence))
    return tuple(problems)


def missing_materials(spec: FormSpec, attachments: Iterable[Attachment]) -> tuple[FieldProblem, ...]:
    """Papers that must be there now and are not; what the scanner has not seen yet counts as there."""
    have = {one.slot for one in attachments if one.status is not AttachmentStatus.REFUSED}
    return tuple(
        FieldProblem(slot.key, _("请上传“%(name)s”。") % {"name": slot.name})
        for slot in spec.materials
        if slot.is_required and not slot.may_follow_later and slot.key not in have
    )


def _field_problem(field: FormField, raw: object, today: date) -> str:
    element = field.element
    value, problem = check_value(element, raw, today=today)
    if problem:
        return _("%(label)s：%(problem)s") % {"label": element.label, "problem": problem}
    if field.is_required and value in (None, "", ()):
        words = _("请选择“%(label)s”。") if element.element_type in _CHOSEN else _("请填写“%(label)s”。")
        return words % {"label": element.label}
    return ""


def _with_field(before: FormField | None, key: str, request: FieldRequest) -> FormField:
    if before is None:
        return FormField(key, request.role, request.element, request.is_required, (request.asked_by,))
    return FormField(
        key=key,
        role=request.role,
        element=request.element,
        is_required=before.is_required or request.is_required,
        asked_by=_joined(before.asked_by, request.asked_by),
    )


def _with_slot(before: MaterialSlot | None, request: MaterialRequest) -> MaterialSlot:
    if before is None:
        return MaterialSlot(
            key=request.slot,
            material_type=request.material_type,
            name=request.name,
            is_required=request.is_required,
            may_follow_later=request.may_follow_later,
            accept=ACCEPTED_FILES,
            asked_by=(request.asked_by,),
            sample=request.sample,
        )
    return MaterialSlot(
        key=before.key,
        material_type=before.material_type,
        name=before.name,
        is_required=before.is_required or request.is_required,
        may_follow_later=before.may_follow_later and request.may_follow_later,
        accept=before.accept,
        asked_by=_joined(before.asked_by, request.asked_by),
        sample=before.sample or request.sample,
    )


def _joined(before: tuple[str, ...], one: str) -> tuple[str, ...]:
    return before if one in before else (*before, one)
