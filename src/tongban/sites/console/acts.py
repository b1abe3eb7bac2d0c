"""What an officer can do to a case: one form an act, with what it causes said before it is done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.domains.cases import services as cases
from tongban.domains.cases.rules.results import fields_from_answers
from tongban.domains.cases.types import (
    Action,
    ActReceipt,
    Dossier,
    ServiceMethod,
    SupplementItem,
)
from tongban.domains.catalogue.types import Guide
from tongban.domains.eforms.rules import element_of, role_title
from tongban.domains.eforms.types import SubjectRole, slot_key
from tongban.domains.identity import selectors as identity
from tongban.domains.licences import selectors as licences
from tongban.domains.standards import rules as standard_rules
from tongban.domains.standards import selectors as standards
from tongban.domains.standards.types import ElementType
from tongban.kernel.actors import Actor
from tongban.kernel.clock import PauseReason
from tongban.kernel.instants import shanghai_date
from tongban.sites.console.words import value_words

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LONGEST_TEXT = 2_000
LONGEST_LINE = 200
LONGEST_PAUSE = 366
YES_AND_NO = {"是": True, "否": False, "yes": True, "no": False}

REFUSALS = (
    cases.AcceptedBySilence,
    cases.ClockRunsOn,
    cases.ConflictOfInterest,
    cases.ExtensionRefused,
    cases.LengthNotAnnounced,
    cases.MaterialOutstanding,
    cases.NotAColleague,
    cases.NotASpecialProcedure,
    cases.NotDeferrable,
    cases.NothingToCorrect,
    cases.NothingToSupplement,
    cases.PointsFailed,
    cases.PointsOpen,
    cases.ProofMissing,
    cases.ReasonMissing,
    cases.RefusalWithoutBasis,
    cases.RefusalWithoutPoint,
    cases.SecondPersonNeeded,
    cases.AnswerDayPast,
    cases.SupplementAlreadyRequested,
    cases.SupplementStillOpen,
    cases.WhereToGoMissing,
)
"""What the law or the manual may object to a well-filled form."""

Choices = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Matter:
    """The case an act is about, with the version of the guide it is handled under."""

    dossier: Dossier
    guide: Guide


@dataclass(frozen=True, slots=True)
class Doing:
    """Who acts on which case as she saw it, and when."""

    number: str
    revision: int
    actor: Actor
    at: datetime


def _words(label: "_StrPromise", *, is_long: bool = True, is_required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=is_required,
        max_length=LONGEST_TEXT if is_long else LONGEST_LINE,
        widget=forms.Textarea if is_long else forms.TextInput,
        error_messages={"required": gettext_lazy("请填写这一项。")},
    )


def _days(label: "_StrPromise") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=LONGEST_PAUSE,
        error_messages={
            "required": gettext_lazy("请填写工作日数。"),
            "invalid": gettext_lazy("请填写整数。"),
            "min_value": gettext_lazy("至少 1 个工作日。"),
        },
    )


class ActForm(forms.Form):
    """One act. Fields differ; what is common is what it leads to and the revision it rests on."""

    slug: ClassVar[str]
    action: ClassVar[Action]
    title: ClassVar[Promise]
    effect: ClassVar[Promise]
    is_grave: ClassVar[bool] = False
    """It ends the case, or denies something."""
    is_direct: ClassVar[bool] = False
    """Nothing to fill in: one button of the dossier does it."""

    def __init__(self, data: Any = None, *, matter: Matter) -> None:  # Any: Django's own type of form data
        super().__init__(data)
        self.matter = matter
        self.prepare(matter)

    def prepare(self, matter: Matter) -> None:
        """Offer what this case lets one choose."""

    def perform(self, doing: Doing) -> ActReceipt:
        """Do it; raises what ``cases.services`` raises."""
        raise NotImplementedError

    def said(self, name: str) -> str:
        return str(self.cleaned_data[name])

    def chosen(self, name: str) -> list[str]:
        return [str(one) for one in self.cleaned_data[name]]


class Accept(ActForm):
    slug = "accept"
    action = Action.ACCEPT
    title = gettext_lazy("受理")
    effect = gettext_lazy("发出受理通知书，办理期限开始计算；申请人收到通知。")
    is_direct = True

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.accept_case(
            case_number=doing.number, revision=doing.revision, actor=doing.actor, at=doing.at
        )


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be sent back: a field of the form or a paper."""

    key: str
    label: str
    value: str
    group: str
    remedy: str


class RequestSupplement(ActForm):
    slug = "supplement"
    action = Action.REQUEST_SUPPLEMENT
    title = gettext_lazy("要求补正")
    effect = gettext_lazy(
        "发出补正告知书，只开放写了问题的几项给申请人修改；补齐后重新计算五个工作日。只能告知这一次，请写全。"
    )
    answer_by = forms.DateField(
        label=gettext_lazy("请在哪天前补齐（不填就是三十天内）"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("请按“2026-03-09”的样子填写日期。")},
    )

    def prepare(self, matter: Matter) -> None:
        self.targets = targets_of(matter)
        for target in self.targets:
            self.fields[f"problem:{target.key}"] = _words(
                gettext_lazy("有什么问题"), is_long=False, is_required=False
            )
            remedy = _words(gettext_lazy("怎样补正"), is_long=False, is_required=False)
            remedy.initial = target.remedy
            self.fields[f"remedy:{target.key}"] = remedy

    def clean(self) -> dict[str, Any]:  # Any: Django's own type of cleaned data
        for target in self.targets:
            told, cure = f"problem:{target.key}", f"remedy:{target.key}"
            if self.cleaned_data.get(told) and not self.cleaned_data.get(cure):
                self.add_error(cure, _("请写明“%(label)s”怎样补正。") % {"label": target.label})
        return self.cleaned_data

    def perform(self, doing: Doing) -> ActReceipt:
        items = [
            SupplementItem(
                target.key,
                target.label,
                self.said(f"problem:{target.key}"),
                self.said(f"remedy:{target.key}"),
            )
            for target in self.targets
            if self.said(f"problem:{target.key}")
        ]
        answer_by: date | None = self.cleaned_data["answer_by"]
        return cases.request_supplement(
            case_number=doing.number,
            revision=doing.revision,
            items=items,
            answer_by=answer_by,
            actor=doing.actor,
            at=doing.at,
        )


class RefuseAcceptance(ActForm):
    slug = "refuse-acceptance"
    action = Action.REFUSE_ACCEPTANCE
    title = gettext_lazy("不予受理")
    effect = gettext_lazy(
        "发出不予受理决定书并写明应向哪个机关申请；这一件就此结束，申请人可以复议或者诉讼。"
    )
    is_grave = True
    reason = _words(gettext_lazy("为什么不予受理"))
    where_to_go = _words(gettext_lazy("应当向哪个行政机关申请"), is_long=False)

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.refuse_acceptance(
            case_number=doing.number,
            revision=doing.revision,
            reason=self.said("reason"),
            where_to_go=self.said("where_to_go"),
            actor=doing.actor,
            at=doing.at,
        )


class FinishExamination(ActForm):
    slug = "finish"
    action = Action.FINISH_EXAMINATION
    title = gettext_lazy("完成审查")
    effect = gettext_lazy("交给有决定权的同事；每个审查要点都要先有结论。时钟不停。")
    is_direct = True

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.finish_examination(
            case_number=doing.number, revision=doing.revision, actor=doing.actor, at=doing.at
        )


class Return(ActForm):
    slug = "return"
    action = Action.RETURN_TO_EXAMINATION
    title = gettext_lazy("退回审查")
    effect = gettext_lazy("退给审查人再看；时钟不停。")
    reason = _words(gettext_lazy("还要看什么"))

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.return_to_examination(
            case_number=doing.number,
            revision=doing.revision,
            reason=self.said("reason"),
            actor=doing.actor,
            at=doing.at,
        )


class Suspend(ActForm):
    slug = "suspend"
    action = Action.SUSPEND
    title = gettext_lazy("启动特别程序")
    effect = gettext_lazy(
        "发出特别程序告知书，告知所需时间；这段时间不计入办理期限（行政许可法第四十五条）。现场核查不停止计时。"
    )
    procedure = forms.ChoiceField(
        label=gettext_lazy("哪一项特别程序"),
        error_messages={"required": gettext_lazy("请选择特别程序。")},
    )
    days = _days(gettext_lazy("所需工作日"))

    def prepare(self, matter: Matter) -> None:
        own = [(one.code, one.name) for one in matter.guide.substance.special_procedures]
        named = {one.pause for one in matter.guide.substance.special_procedures}
        law = [(one.value, one.label) for one in PauseReason if one.value not in named]
        _choose(self, "procedure", [("", _("请选择")), *own, *law])

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.suspend(
            case_number=doing.number,
            revision=doing.revision,
            procedure=self.said("procedure"),
            days=int(self.cleaned_data["days"]),
            actor=doing.actor,
            at=doing.at,
        )


class Resume(ActForm):
    slug = "resume"
    action = Action.RESUME
    title = gettext_lazy("恢复计时")
    effect = gettext_lazy("特别程序已有结果，从下一个工作日起继续计时，回到审查。")
    is_direct = True

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.resume(case_number=doing.number, revision=doing.revision, actor=doing.actor, at=doing.at)


class Extend(ActForm):
    slug = "extend"
    action = Action.EXTEND
    title = gettext_lazy("延长期限")
    effect = gettext_lazy("发出延期告知书，告知理由；只能延长一次，须经负责人批准（行政许可法第四十二条）。")
    days = _days(gettext_lazy("延长几个工作日"))
    approved_by = _words(gettext_lazy("批准的负责人"), is_long=False)
    reason = _words(gettext_lazy("延期理由"))

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.extend(
            case_number=doing.number,
            revision=doing.revision,
            days=int(self.cleaned_data["days"]),
            approved_by=self.said("approved_by"),
            reason=self.said("reason"),
            actor=doing.actor,
            at=doing.at,
        )


class Grant(ActForm):
    slug = "grant"
    action = Action.GRANT
    title = gettext_lazy("准予")
    effect = gettext_lazy("发出准予决定书，证照即时签发并进入申请人的证照库；等这个结果的事项自动开始。")

    def prepare(self, matter: Matter) -> None:
        self.result_fields: list[str] = []
        for result in matter.guide.substance.results:
            if result.licence_type is None:
                continue
            licence_type = licences.get_type(result.licence_type)
            filled = fields_from_answers(licence_type.fields, matter.dossier.answers)
            for name in licence_type.fields:
                if f"result:{name}" not in self.fields:
                    self._offer(name, result_label(name, licence_type.holder_kind), filled.get(name, ""))
        if any(tick.passed is False for tick in matter.dossier.ticks):
            override = _words(gettext_lazy("推翻审查结论的理由"), is_required=False)
            override.help_text = gettext_lazy(
                "有要点不符合。只有审查人以外的第二人写明理由才能准予，并会被统计。"
            )
            self.fields["override_reason"] = override

    def _offer(self, name: str, label: str, filled: str) -> None:
        field = forms.CharField(label=label, required=False, max_length=LONGEST_TEXT)
        field.initial = filled
        self.result_fields.append(name)
        self.fields[f"result:{name}"] = field

    def perform(self, doing: Doing) -> ActReceipt:
        told = {name: self.said(f"result:{name}") for name in self.result_fields}
        return cases.grant(
            case_number=doing.number,
            revision=doing.revision,
            result_fields={name: value for name, value in told.items() if value},
            override_reason=self.cleaned_data.get("override_reason", ""),
            actor=doing.actor,
            at=doing.at,
        )


class Refuse(ActForm):
    slug = "refuse"
    action = Action.REFUSE
    title = gettext_lazy("不予许可")
    effect = gettext_lazy(
        "发出不予许可决定书，写明不符合的要点、依据和理由，以及六十日内复议、六个月内诉讼的机关和地址。"
    )
    is_grave = True
    failed_points = forms.MultipleChoiceField(
        label=gettext_lazy("不符合的审查要点"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请选择不符合的审查要点；没有不符合的要点，不能不予许可。")},
    )
    legal_basis = forms.MultipleChoiceField(
        label=gettext_lazy("法律依据"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请选择本事项的法律依据。")},
    )
    reason = _words(gettext_lazy("理由"))

    def prepare(self, matter: Matter) -> None:
        failed = {tick.point for tick in matter.dossier.ticks if tick.passed is False}
        points = [point for point in matter.guide.substance.points if point.code in failed]
        _choose(self, "failed_points", [(point.code, point.text) for point in points])
        if not points:
            self.fields["failed_points"].help_text = gettext_lazy(
                "现在没有不符合的要点，不能不予许可。认为有要点不符合的，请先退回审查。"
            )
        bases = [one for one in matter.guide.substance.legal_basis if not one.is_repealed]
        _choose(self, "legal_basis", [(one.id, f"《{one.law}》{one.article}") for one in bases])
        self.initial["failed_points"] = [point.code for point in points]
        self.initial["legal_basis"] = sorted({basis for point in points for basis in point.basis})

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.refuse(
            case_number=doing.number,
            revision=doing.revision,
            failed_points=self.chosen("failed_points"),
            legal_basis=self.chosen("legal_basis"),
            reason=self.said("reason"),
            actor=doing.actor,
            at=doing.at,
        )


class Terminate(ActForm):
    slug = "terminate"
    action = Action.TERMINATE
    title = gettext_lazy("终止办理")
    effect = gettext_lazy("受理后无法再作出决定时用；这一件就此结束，理由告知申请人。")
    is_grave = True
    reason = _words(gettext_lazy("终止的理由"))

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.terminate(
            case_number=doing.number,
            revision=doing.revision,
            reason=self.said("reason"),
            actor=doing.actor,
            at=doing.at,
        )


class Serve(ActForm):
    slug = "serve"
    action = Action.SERVE
    title = gettext_lazy("记录送达")
    effect = gettext_lazy("记下决定怎样送到申请人；没有待办的核查任务时，这一件办结。")
    method = forms.ChoiceField(
        label=gettext_lazy("送达方式"),
        widget=forms.RadioSelect,
        choices=[
            (ServiceMethod.ELECTRONIC.value, gettext_lazy("电子送达")),
            (ServiceMethod.IN_PERSON.value, gettext_lazy("直接送达")),
            (ServiceMethod.MAIL.value, gettext_lazy("邮寄送达")),
            (ServiceMethod.PUBLIC_NOTICE.value, gettext_lazy("公告送达")),
        ],
        error_messages={"required": gettext_lazy("请选择送达方式。")},
    )
    proof = _words(gettext_lazy("送达凭证（签收人、邮件号码或电子送达回执）"), is_long=False)

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.serve(
            case_number=doing.number,
            revision=doing.revision,
            method=ServiceMethod(self.said("method")),
            proof=self.said("proof"),
            actor=doing.actor,
            at=doing.at,
        )


class Correct(ActForm):
    slug = "correct"
    action = Action.CORRECT
    title = gettext_lazy("更正")
    effect = gettext_lazy("改正申请表中的一处笔误；原来的内容、理由和更正人都留痕，申请人看得到。")
    key = forms.ChoiceField(
        label=gettext_lazy("哪一项"), error_messages={"required": gettext_lazy("请选择要更正的一项。")}
    )
    value = _words(gettext_lazy("正确的内容"), is_long=False)
    reason = _words(gettext_lazy("为什么更正"))

    def prepare(self, matter: Matter) -> None:
        fields = [one for one in targets_of(matter) if one.key in matter.dossier.answers]
        offered = [(one.key, f"{one.group} · {one.label}：{one.value}") for one in fields]
        _choose(self, "key", [("", _("请选择")), *offered])

    def clean(self) -> dict[str, Any]:  # Any: Django's own type of cleaned data
        key, raw = self.cleaned_data.get("key"), self.cleaned_data.get("value")
        if key and raw:
            try:
                self.cleaned_data["value"] = typed_value(str(key), str(raw), self.matter.dossier.received_at)
            except ValidationError as faulty:
                self.add_error("value", faulty)
        return self.cleaned_data

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.correct(
            case_number=doing.number,
            revision=doing.revision,
            key=self.said("key"),
            value=self.cleaned_data["value"],
            reason=self.said("reason"),
            actor=doing.actor,
            at=doing.at,
        )


class HandOver(ActForm):
    slug = "hand-over"
    action = Action.HAND_OVER
    title = gettext_lazy("移交")
    effect = gettext_lazy("换一位同事承办；期限照走，申请人看不到。")
    to = forms.ChoiceField(
        label=gettext_lazy("移交给谁"), error_messages={"required": gettext_lazy("请选择一位同事。")}
    )

    def prepare(self, matter: Matter) -> None:
        officers = identity.list_officers(matter.dossier.department)
        names = [
            (str(one.account_id), f"{one.name}（{one.post}）")
            for one in officers
            if one.account_id != matter.dossier.assignee_id
        ]
        _choose(self, "to", [("", _("请选择")), *names])

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.hand_over(
            case_number=doing.number,
            revision=doing.revision,
            to=UUID(self.said("to")),
            actor=doing.actor,
            at=doing.at,
        )


class StepAside(ActForm):
    slug = "step-aside"
    action = Action.STEP_ASIDE
    title = gettext_lazy("申请回避")
    effect = gettext_lazy("您与本办件有利害关系时用；此后您不能再办理，办件等其他同事接手。")
    reason = _words(gettext_lazy("回避的理由"))

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.step_aside(
            case_number=doing.number,
            revision=doing.revision,
            reason=self.said("reason"),
            actor=doing.actor,
            at=doing.at,
        )


ACTS: tuple[type[ActForm], ...] = (
    Accept,
    RequestSupplement,
    RefuseAcceptance,
    FinishExamination,
    Grant,
    Refuse,
    Return,
    Suspend,
    Resume,
    Extend,
    Serve,
    Terminate,
    Correct,
    HandOver,
    StepAside,
)
BY_SLUG: Mapping[str, type[ActForm]] = {act.slug: act for act in ACTS}


def acts_for(dossier: Dossier) -> tuple[type[ActForm], ...]:
    """What the officer may do to the case now, the usual way first."""
    return tuple(act for act in ACTS if act.action in dossier.allowed_actions)


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


def result_label(name: str, holder_kind: str) -> str:
    """A licence's field in words: those of the holder's data element, else of any element of that name."""
    elements = standards.elements()
    own = elements.get(f"{holder_kind.lower()}.{name}")
    if own is not None:
        return own.label
    for code, element in elements.items():
        if code.rpartition(".")[2] == name or code.replace(".", "_") == name:
            return element.label
    return name


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


def _choose(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
