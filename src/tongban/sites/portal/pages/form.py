"""The one form, its uploads, and the page on which everything is checked before it goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.directory.types import Division
from tongban.domains.eforms.types import (
    Answer,
    Attachment,
    AttachmentStatus,
    Draft,
    FieldProblem,
    FormField,
    FormSpec,
    MaterialSlot,
    Origin,
)
from tongban.domains.licences.types import Licence
from tongban.domains.lifeevents.types import Plan
from tongban.domains.standards.types import Option
from tongban.sites.portal.consents import ConsentText
from tongban.sites.portal.pages.events import value_words
from tongban.sites.portal.pages.plan import MaterialRow, spared_rows
from tongban.sites.portal.pages.words import State, lapsed_words, masked
from tongban.sites.shared.fields import FieldView, Problem, field_id, from_element
from tongban.sites.shared.formats import file_size, moment, plain_day

STATIC = "static"
STREET = "premises.street"
RESIDENT_ID = "resident_id"


@dataclass(frozen=True, slots=True)
class GroupView:
    id: str
    title: str
    fields: tuple[FieldView, ...]
    filled: str


@dataclass(frozen=True, slots=True)
class FormPage:
    title: str
    steps: tuple[str, ...]
    groups: tuple[GroupView, ...]
    problems: tuple[Problem, ...]
    prefilled_sentence: str
    saved: str
    kept_until: str
    revision: int
    action: str
    autosave_action: str


@dataclass(frozen=True, slots=True)
class UploadView:
    id: str
    filename: str
    text: str
    state: State | None
    thumbnail_address: str
    remove_action: str


@dataclass(frozen=True, slots=True)
class SlotView:
    key: str
    id: str
    name: str
    remark: str
    lapsed: str
    """That the library had the paper, until when."""
    sample: str
    wanted_by: str
    accept: str
    uploads: tuple[UploadView, ...]
    error: str


@dataclass(frozen=True, slots=True)
class MaterialsPage:
    title: str
    steps: tuple[str, ...]
    slots: tuple[SlotView, ...]
    spared: tuple[MaterialRow, ...]
    """What she need not upload, and why."""
    problems: tuple[Problem, ...]
    upload_action: str
    back_address: str
    next_address: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    label: str
    value: str
    source: str
    address: str


@dataclass(frozen=True, slots=True)
class CheckGroup:
    title: str
    rows: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True)
class CheckPage:
    title: str
    steps: tuple[str, ...]
    groups: tuple[CheckGroup, ...]
    materials: tuple[CheckRow, ...]
    items: tuple[tuple[str, str], ...]
    authorisations: tuple[tuple[str, str], ...]
    is_trusted: bool
    consents: tuple[ConsentText, ...]
    problems: tuple[Problem, ...]
    action: str
    back_address: str


def step_titles() -> tuple[str, ...]:
    return (_("填表"), _("上传材料"), _("核对并提交"))


def build_form(
    title: str,
    spec: FormSpec,
    draft: Draft,
    streets: Sequence[Division],
    *,
    problems: Sequence[FieldProblem] = (),
    notice: str = "",
) -> FormPage:
    """The form with what is saved, faulty values included; `notice` says on top why nothing was saved just now."""
    errors = {problem.key: problem.sentence for problem in problems}
    groups = tuple(
        _group(group.role.value, group.title, group.fields, draft, streets, errors) for group in spec.groups
    )
    prefilled = sum(answer.origin is not Origin.TYPED for answer in draft.answers.values())
    total = sum(len(group.fields) for group in spec.groups)
    return FormPage(
        title=title,
        steps=step_titles(),
        groups=groups,
        problems=_form_problems(problems, notice),
        prefilled_sentence=_("一共 %(total)d 项，已替您填好 %(prefilled)d 项。请核对，有误的直接改。")
        % {"total": total, "prefilled": prefilled}
        if prefilled
        else "",
        saved=saved_sentence(draft),
        kept_until=plain_day(draft.expires_at),
        revision=draft.revision,
        action=reverse("portal:draft", args=[draft.id]),
        autosave_action=reverse("portal:autosave", args=[draft.id]),
    )


def saved_sentence(draft: Draft) -> str:
    return _("已保存 %(moment)s") % {"moment": moment(draft.saved_at)}


def changed_labels(spec: FormSpec, before: Draft, now: Draft) -> tuple[str, ...]:
    """The fields whose value is another than before."""
    return tuple(
        field.element.label
        for group in spec.groups
        for field in group.fields
        if field.key in before.answers and before.answers[field.key].value != now.answers[field.key].value
    )


def build_materials(
    plan: Plan,
    draft: Draft,
    names: Mapping[str, str],
    errors: Mapping[str, str],
    lapsed: Mapping[str, Licence],
) -> MaterialsPage:
    """The papers to bring; `errors` are sentences by slot, `lapsed` licences that ran out by the same."""
    slots = tuple(
        _slot(slot, draft, names, errors.get(slot.key, ""), lapsed.get(slot.key))
        for slot in plan.form.materials
    )
    return MaterialsPage(
        title=plan.package.title,
        steps=step_titles(),
        slots=slots,
        spared=spared_rows(plan),
        problems=tuple({"text": slot.error, "href": f"#{slot.id}"} for slot in slots if slot.error),
        upload_action=reverse("portal:upload", args=[draft.id]),
        back_address=reverse("portal:draft", args=[draft.id]),
        next_address=reverse("portal:check", args=[draft.id]),
    )


def build_check(
    plan: Plan,
    draft: Draft,
    consents: Sequence[ConsentText],
    streets: Sequence[Division],
    problems: Sequence[Problem] = (),
) -> CheckPage:
    names = {street.code: street.name for street in streets}
    form_address = reverse("portal:draft", args=[draft.id])
    groups = tuple(
        CheckGroup(
            group.title, tuple(_check_row(field, draft, form_address, names) for field in group.fields)
        )
        for group in plan.form.groups
    )
    return CheckPage(
        title=plan.package.title,
        steps=step_titles(),
        groups=groups,
        materials=tuple(_material_row(slot, draft) for slot in plan.form.materials),
        items=tuple(
            (item.guide.title, item.guide.procedure.department.name)
            for item in plan.items
            if not item.package_item.guidance_only
        ),
        authorisations=tuple((one.title, one.text) for one in plan.missing_authorisations),
        is_trusted=plan.is_trusted,
        consents=tuple(consents),
        problems=tuple(problems),
        action=reverse("portal:check", args=[draft.id]),
        back_address=reverse("portal:materials", args=[draft.id]),
    )


def address_of(draft: Draft, spec: FormSpec, key: str) -> str:
    """Where a field or an upload of the draft can be put right."""
    route = "portal:materials" if any(slot.key == key for slot in spec.materials) else "portal:draft"
    return f"{reverse(route, args=[draft.id])}#{field_id(key)}"


def _form_problems(problems: Sequence[FieldProblem], notice: str) -> tuple[Problem, ...]:
    lines: list[Problem] = [{"text": notice}] if notice else []
    lines += [{"text": problem.sentence, "href": f"#{field_id(problem.key)}"} for problem in problems]
    return tuple(lines)


def _group(
    role: str,
    title: str,
    fields: Sequence[FormField],
    draft: Draft,
    streets: Sequence[Division],
    errors: Mapping[str, str],
) -> GroupView:
    views = tuple(_field(field, draft, streets, errors.get(field.key, "")) for field in fields)
    filled = sum(bool(view.value) or any(item.get("checked") for item in view.items) for view in views)
    return GroupView(
        id=f"g-{role.lower()}",
        title=title,
        fields=views,
        filled=_("%(filled)d / %(total)d") % {"filled": filled, "total": len(views)},
    )


def _field(
    field: FormField,
    draft: Draft,
    streets: Sequence[Division],
    error: str,
) -> FieldView:
    answer = draft.answers.get(field.key)
    value = answer.value if answer else None
    view = from_element(
        field.element,
        name=field.key,
        value=value,
        error=error,
        source=_source(field, answer),
        is_required=field.is_required,
        options=_options(field, streets),
    )
    if is_fixed(field, answer):
        return replace(view, widget=STATIC, value=masked(str(value)))
    return view


def is_fixed(field: FormField, answer: Answer | None) -> bool:
    """A personal number from a register is shown masked and is not typed again; errors in it are the register's."""
    is_number = field.element.validator == RESIDENT_ID
    return is_number and answer is not None and answer.origin is Origin.PREFILLED


def _options(field: FormField, streets: Sequence[Division]) -> Sequence[Option] | None:
    if field.element.code != STREET:
        return None
    return [Option(street.code, street.name) for street in streets]


def _source(field: FormField, answer: Answer | None) -> str:
    if answer is None or answer.origin is Origin.TYPED or not answer.source:
        return ""
    if answer.origin is Origin.CORRECTED:
        return _("登记的是“%(value)s”（%(source)s），您改过了，工作人员两个都看得到。") % {
            "value": value_words(field.element, answer.prefilled_value),
            "source": answer.source,
        }
    if answer.as_of is None:
        return _("来自%(source)s") % {"source": answer.source}
    return _("来自%(source)s，%(day)s") % {"source": answer.source, "day": plain_day(answer.as_of)}


def _slot(
    slot: MaterialSlot, draft: Draft, names: Mapping[str, str], error: str, lapsed: Licence | None
) -> SlotView:
    remark = _("必须上传")
    if slot.may_follow_later:
        remark = _("可以以后补交：现在不传，就是承诺受理后按期补交")
    elif not slot.is_required:
        remark = _("有就传，没有可以不传")
    return SlotView(
        key=slot.key,
        id=field_id(slot.key),
        name=slot.name,
        remark=remark,
        lapsed=lapsed_words(lapsed) if lapsed is not None else "",
        sample=slot.sample,
        wanted_by=_("、").join(names.get(code, code) for code in slot.asked_by),
        accept=",".join(slot.accept),
        uploads=tuple(upload_view(one, draft) for one in draft.attachments if one.slot == slot.key),
        error=error,
    )


def upload_view(upload: Attachment, draft: Draft) -> UploadView:
    state = None
    if upload.status is AttachmentStatus.HELD:
        state = State(_("正在查毒，不影响继续填"), "asked", "hourglass")
    if upload.status is AttachmentStatus.REFUSED:
        state = State(_("没有通过查毒，请换一个文件"), "bad", "circle-x")
    address = reverse("portal:thumbnail", args=[draft.id, upload.id]) if upload.has_thumbnail else ""
    return UploadView(
        id=str(upload.id),
        filename=upload.filename,
        text=_("%(size)s · %(moment)s 上传")
        % {"size": file_size(upload.size), "moment": moment(upload.uploaded_at)},
        state=state,
        thumbnail_address=address,
        remove_action=reverse("portal:remove_upload", args=[draft.id, upload.id]),
    )


def _check_row(field: FormField, draft: Draft, form_address: str, streets: Mapping[str, str]) -> CheckRow:
    answer = draft.answers.get(field.key)
    value = answer.value if answer else None
    words = value_words(field.element, value) if value is not None else _("没有填")
    if field.element.code == STREET:
        words = streets.get(str(value), words)
    if is_fixed(field, answer):
        words = masked(str(value))
    return CheckRow(
        label=field.element.label,
        value=words,
        source=_source(field, answer),
        address=f"{form_address}#{field_id(field.key)}",
    )


def _material_row(slot: MaterialSlot, draft: Draft) -> CheckRow:
    uploads = [upload.filename for upload in draft.attachments if upload.slot == slot.key]
    missing = _("受理后按期补交") if slot.may_follow_later else _("没有上传")
    return CheckRow(
        label=slot.name,
        value=_("、").join(uploads) or missing,
        source="",
        address=f"{reverse('portal:materials', args=[draft.id])}#{field_id(slot.key)}",
    )
