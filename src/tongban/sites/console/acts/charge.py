"""Acts that leave the case where it stands: a slip corrected, another officer in charge."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.domains.cases import services as cases
from tongban.domains.cases.types import Action, ActReceipt
from tongban.domains.identity import selectors as identity
from tongban.sites.console.acts.form import ActForm, Doing, Matter, words_field
from tongban.sites.console.acts.targets import targets_of, typed_value


class Correct(ActForm):
    slug = "correct"
    action = Action.CORRECT
    title = gettext_lazy("更正")
    effect = gettext_lazy("改正申请表中的一处笔误；原来的内容、理由和更正人都留痕，申请人看得到。")
    key = forms.ChoiceField(
        label=gettext_lazy("哪一项"), error_messages={"required": gettext_lazy("请选择要更正的一项。")}
    )
    value = words_field(gettext_lazy("正确的内容"), is_long=False)
    reason = words_field(gettext_lazy("为什么更正"))

    def prepare(self, matter: Matter) -> None:
        fields = [one for one in targets_of(matter) if one.key in matter.dossier.answers]
        offered = [
            (
                one.key,
                _("%(group)s · %(label)s：%(value)s")
                % {"group": one.group, "label": one.label, "value": one.value},
            )
            for one in fields
        ]
        self.offer("key", [("", _("请选择")), *offered])

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
            **doing, key=self.said("key"), value=self.cleaned_data["value"], reason=self.said("reason")
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
        self.offer("to", [("", _("请选择")), *names])

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.hand_over(**doing, to=UUID(self.said("to")))


class StepAside(ActForm):
    slug = "step-aside"
    action = Action.STEP_ASIDE
    title = gettext_lazy("申请回避")
    effect = gettext_lazy("您与本办件有利害关系时用；此后您不能再办理，办件等其他同事接手。")
    reason = words_field(gettext_lazy("回避的理由"))

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.step_aside(**doing, reason=self.said("reason"))
