"""Acts on what another department should have: ask it, or ask the applicant only once nobody has it (三个一律)."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.domains.cases import services as cases
from tongban.domains.cases.types import Action, ActReceipt, Dossier, WaivedState
from tongban.domains.directory import selectors as directory
from tongban.domains.exchange import selectors as exchange
from tongban.sites.console.acts.form import ActForm, Doing, Matter, words_field

_OPEN = (WaivedState.WAITING, WaivedState.NOT_FOUND)


class RequestAssistance(ActForm):
    slug = "assist"
    action = Action.REQUEST_ASSISTANCE
    title = gettext_lazy("请其他部门协助")
    effect = gettext_lazy(
        "对方部门在总操作台收到请求，到期没有答复的，双方的负责人看得到；申请人看到正在核实，不用做什么；办理期限照走。"
    )
    material = forms.ChoiceField(label=gettext_lazy("为哪份材料"), required=False)
    to_department = forms.ChoiceField(
        label=gettext_lazy("请哪个部门"), error_messages={"required": gettext_lazy("请选择部门。")}
    )
    what = words_field(gettext_lazy("请对方核实或提供什么"))
    days = forms.IntegerField(
        label=gettext_lazy("几个工作日内答复"),
        min_value=1,
        max_value=cases.LONGEST_ASSIST_DAYS,
        initial=cases.ASSIST_DAYS,
        error_messages={
            "required": gettext_lazy("请填写工作日数。"),
            "invalid": gettext_lazy("请填写整数。"),
            "min_value": gettext_lazy("至少 1 个工作日。"),
            "max_value": gettext_lazy("最多 10 个工作日。"),
        },
    )

    def prepare(self, matter: Matter) -> None:
        missing = [one for one in matter.dossier.waived if one.state in _OPEN]
        wanted = [(one.code, one.name) for one in missing]
        self.offer("material", [("", _("与材料清单无关")), *wanted])
        own = directory.get_department(matter.dossier.department)
        # The city's departments, and the offices next door.
        others = [
            one
            for one in directory.list_departments()
            if one.code != own.code and (one.guided_by is None or one.division == own.division)
        ]
        self.offer("to_department", [("", _("请选择")), *((one.code, one.name) for one in others)])
        if missing and not self.is_bound:
            first = missing[0]
            self.initial["material"] = first.code
            self.initial["what"] = _("请核实并提供%(applicant)s的%(name)s。") % {
                "applicant": matter.dossier.applicant_name,
                "name": first.name,
            }
            if first.resource:
                self.initial["to_department"] = exchange.get_resource(first.resource).provider

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.request_assistance(
            **doing,
            to_department=self.said("to_department"),
            what=self.said("what"),
            material=self.said("material"),
            days=int(self.cleaned_data["days"]),
        )


class AskForMissing(ActForm):
    slug = "ask-missing"
    action = Action.ASK_FOR_MISSING
    title = gettext_lazy("请申请人补交没有查到的材料")
    effect = gettext_lazy(
        "向申请人致歉并请她补交；不算补正，不停期限，不记入信用。只有提供部门没有记录的材料才能这样要。"
    )
    material = forms.ChoiceField(
        label=gettext_lazy("哪份材料"), error_messages={"required": gettext_lazy("请选择材料。")}
    )

    @classmethod
    def is_offered(cls, dossier: Dossier) -> bool:
        has_any = any(one.state is WaivedState.NOT_FOUND for one in dossier.waived)
        return has_any and super().is_offered(dossier)

    def prepare(self, matter: Matter) -> None:
        missing = [one for one in matter.dossier.waived if one.state is WaivedState.NOT_FOUND]
        self.offer("material", [(one.code, one.name) for one in missing])

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.ask_for_missing(**doing, material=self.said("material"))
