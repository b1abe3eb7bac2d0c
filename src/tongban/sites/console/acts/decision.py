"""Acts that end a case, and its service."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.domains.cases import services as cases
from tongban.domains.cases.rules.examination import failed_findings
from tongban.domains.cases.rules.results import fields_from_answers
from tongban.domains.cases.types import Action, ActReceipt, ServiceMethod
from tongban.domains.catalogue.types import ResultEffect
from tongban.domains.licences import selectors as licences
from tongban.domains.standards import selectors as standards
from tongban.sites.console.acts.form import LONGEST_TEXT, ActForm, Doing, Matter, words_field

# What is changed stands in the form already, what is cancelled says nothing new.
_NOT_FILLED_IN = frozenset({ResultEffect.CHANGE, ResultEffect.CANCEL})


class Grant(ActForm):
    slug = "grant"
    action = Action.GRANT
    title = gettext_lazy("准予")
    effect = gettext_lazy("发出准予决定书，证照即时签发并进入申请人的证照库；等这个结果的事项自动开始。")

    def prepare(self, matter: Matter) -> None:
        self.result_fields: list[str] = []
        for result in matter.guide.substance.results:
            if result.licence_type is None or result.effect in _NOT_FILLED_IN:
                continue
            licence_type = licences.get_type(result.licence_type)
            filled = fields_from_answers(
                licence_type.fields,
                matter.dossier.answers,
                standards.elements(),
                holder_role=result.holder_role,
            )
            for one in licence_type.contents:
                if f"result:{one.name}" not in self.fields:
                    self._offer(one.name, one.caption, filled.get(one.name, ""))
        if matter.dossier.flags:
            answer = words_field(gettext_lazy("证照状态有变，仍然准予的理由"), is_required=True)
            answer.help_text = _("；").join(matter.dossier.flags)
            self.fields["flag_reason"] = answer
        ticks = {tick.point: tick.passed for tick in matter.dossier.ticks}
        if failed_findings(
            matter.guide.substance, matter.dossier.answers, ticks, standards.condition_fields()
        ):
            override = words_field(gettext_lazy("推翻审查结论的理由"), is_required=False)
            override.help_text = gettext_lazy(
                "有要点不符合，或者与系统核对的结果不符。只有审查人以外的第二人写明理由才能准予，并会被统计。"
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
            **doing,
            result_fields={name: value for name, value in told.items() if value},
            override_reason=self.cleaned_data.get("override_reason", ""),
            flag_reason=self.cleaned_data.get("flag_reason", ""),
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
    reason = words_field(gettext_lazy("理由"))

    def prepare(self, matter: Matter) -> None:
        failed = {tick.point for tick in matter.dossier.ticks if tick.passed is False}
        points = [point for point in matter.guide.substance.points if point.code in failed]
        self.offer("failed_points", [(point.code, point.text) for point in points])
        if not points:
            self.fields["failed_points"].help_text = gettext_lazy(
                "现在没有不符合的要点，不能不予许可。认为有要点不符合的，请先退回审查。"
            )
        bases = [one for one in matter.guide.substance.legal_basis if not one.is_repealed]
        self.offer("legal_basis", [(one.id, f"《{one.law}》{one.article}") for one in bases])
        self.initial["failed_points"] = [point.code for point in points]
        self.initial["legal_basis"] = sorted({basis for point in points for basis in point.basis})

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.refuse(
            **doing,
            failed_points=self.chosen("failed_points"),
            legal_basis=self.chosen("legal_basis"),
            reason=self.said("reason"),
        )


class Terminate(ActForm):
    slug = "terminate"
    action = Action.TERMINATE
    title = gettext_lazy("终止办理")
    effect = gettext_lazy("受理后无法再作出决定时用；这一件就此结束，理由告知申请人。")
    is_grave = True
    reason = words_field(gettext_lazy("终止的理由"))

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.terminate(**doing, reason=self.said("reason"))


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
    proof = words_field(gettext_lazy("送达凭证（签收人、邮件号码或电子送达回执）"), is_long=False)

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.serve(**doing, method=ServiceMethod(self.said("method")), proof=self.said("proof"))
