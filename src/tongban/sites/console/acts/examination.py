"""Acts while a case is examined and its clock runs."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.domains.cases import services as cases
from tongban.domains.cases.types import Action, ActReceipt, ProcedureKind
from tongban.kernel.clock import PauseReason
from tongban.sites.console.acts.form import ActForm, Doing, Matter, day_field, days_field, words_field


class FinishExamination(ActForm):
    slug = "finish"
    action = Action.FINISH_EXAMINATION
    title = gettext_lazy("完成审查")
    effect = gettext_lazy("交给有决定权的同事；每个审查要点都要先有结论。时钟不停。")
    is_direct = True

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.finish_examination(**doing)


class Return(ActForm):
    slug = "return"
    action = Action.RETURN_TO_EXAMINATION
    title = gettext_lazy("退回审查")
    effect = gettext_lazy("退给审查人再看；时钟不停。")
    reason = words_field(gettext_lazy("还要看什么"))

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.return_to_examination(**doing, reason=self.said("reason"))


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
    days = days_field(gettext_lazy("所需工作日"))

    def prepare(self, matter: Matter) -> None:
        own = [(one.code, one.name) for one in matter.guide.substance.special_procedures]
        named = {one.pause for one in matter.guide.substance.special_procedures}
        law = [(one.value, _(one.label)) for one in PauseReason if one.value not in named]
        self.offer("procedure", [("", _("请选择")), *own, *law])

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.suspend(**doing, procedure=self.said("procedure"), days=int(self.cleaned_data["days"]))


class Resume(ActForm):
    slug = "resume"
    action = Action.RESUME
    title = gettext_lazy("恢复计时")
    effect = gettext_lazy("特别程序已有结果，从下一个工作日起继续计时，回到审查。")
    is_direct = True

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.resume(**doing)


class Extend(ActForm):
    slug = "extend"
    action = Action.EXTEND
    title = gettext_lazy("延长期限")
    effect = gettext_lazy("发出延期告知书，告知理由；只能延长一次，须经负责人批准（行政许可法第四十二条）。")
    days = days_field(gettext_lazy("延长几个工作日"))
    approved_by = words_field(gettext_lazy("批准的负责人"), is_long=False)
    reason = words_field(gettext_lazy("延期理由"))

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.extend(
            **doing,
            days=int(self.cleaned_data["days"]),
            approved_by=self.said("approved_by"),
            reason=self.said("reason"),
        )


class RecordProcedure(ActForm):
    slug = "procedure"
    action = Action.RECORD_PROCEDURE
    title = gettext_lazy("记录核查或公示")
    effect = gettext_lazy(
        "记下现场核查或公示在哪几天、结果怎样；时钟不停，用掉的日子单独列出，申请人看得到。"
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("做了什么"),
        widget=forms.RadioSelect,
        choices=[
            (ProcedureKind.SITE_CHECK.value, gettext_lazy("现场核查")),
            (ProcedureKind.PUBLIC_NOTICE.value, gettext_lazy("公示")),
        ],
        error_messages={"required": gettext_lazy("请选择做了什么。")},
    )
    began_on = day_field(gettext_lazy("从哪天起"))
    ended_on = day_field(gettext_lazy("到哪天止（含）"))
    officers = words_field(gettext_lazy("核查人员（现场核查须两名以上）"), is_long=False, is_required=False)
    finding = words_field(gettext_lazy("结果"))

    def perform(self, doing: Doing) -> ActReceipt:
        return cases.record_procedure(
            **doing,
            kind=ProcedureKind(self.said("kind")),
            began_on=self.cleaned_data["began_on"],
            ended_on=self.cleaned_data["ended_on"],
            officers=self.said("officers"),
            finding=self.said("finding"),
        )
