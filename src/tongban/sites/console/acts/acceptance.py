"""Acts on what has come in: accept it, have it supplemented, refuse to accept it (行政许可法 §32)."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.domains.cases import selectors as case_reads
from tongban.domains.cases import services as cases
from tongban.domains.cases.types import Action, ActReceipt, SupplementItem
from tongban.foundation import clock
from tongban.sites.console.acts.form import ActForm, Doing, Matter, words_field
from tongban.sites.console.acts.targets import targets_of


class Accept(ActForm):
    slug = "accept"
    action = Action.ACCEPT
    title = gettext_lazy("受理")
    effect = gettext_lazy("发出受理通知书，办理期限开始计算；申请人收到通知。")
    is_direct = True

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.accept_case(**doing)


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
        dossier = matter.dossier
        forbidden = case_reads.forbidden_requests(
            matter.guide,
            case_id=dossier.case_id,
            attachments=tuple(one.id for one in dossier.attachments),
            at=clock.now(),
        )
        self.targets = tuple(one for one in targets_of(matter) if one.key not in forbidden)
        self.not_offered = tuple(one.sentence for one in forbidden.values())
        for target in self.targets:
            self.fields[f"problem:{target.key}"] = words_field(
                gettext_lazy("有什么问题"), is_long=False, is_required=False
            )
            remedy = words_field(gettext_lazy("怎样补正"), is_long=False, is_required=False)
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
        return cases.request_supplement(**doing, items=items, answer_by=answer_by)


class RefuseAcceptance(ActForm):
    slug = "refuse-acceptance"
    action = Action.REFUSE_ACCEPTANCE
    title = gettext_lazy("不予受理")
    effect = gettext_lazy(
        "发出不予受理决定书并写明应向哪个机关申请；这一件就此结束，申请人可以复议或者诉讼。"
    )
    is_grave = True
    reason = words_field(gettext_lazy("为什么不予受理"))
    where_to_go = words_field(gettext_lazy("应当向哪个行政机关申请"), is_long=False)

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.refuse_acceptance(
            **doing, reason=self.said("reason"), where_to_go=self.said("where_to_go")
        )
