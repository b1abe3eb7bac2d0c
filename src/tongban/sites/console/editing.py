"""The editors' forms: parts of a document in, the whole document with that part changed out."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.domains.catalogue.types import Channel, MaterialForm, MaterialSource, Necessity
from tongban.domains.eforms.rules import role_title
from tongban.domains.eforms.types import SubjectRole
from tongban.domains.standards import selectors as standards

Document = Mapping[str, Any]
"""Parsed JSON of a version (`catalogue.rules.write_document`)."""

SPARE_FAQS = 1
_REQUIRED = {"required": gettext_lazy("请填写这一项。")}


class BasicsForm(forms.Form):
    """简介, 俗称, 告知承诺, 法定时限, 常见问题."""

    summary = forms.CharField(
        label=gettext_lazy("一句话简介"), widget=forms.Textarea, max_length=500, error_messages=_REQUIRED
    )
    aliases = forms.CharField(
        label=gettext_lazy("老百姓的叫法（一行一个，搜索用）"), widget=forms.Textarea, required=False
    )
    statutory_days = forms.IntegerField(
        label=gettext_lazy("法定时限（工作日）"), min_value=0, max_value=365, error_messages=_REQUIRED
    )
    allows_promise = forms.BooleanField(label=gettext_lazy("可以告知承诺"), required=False)

    def __init__(
        self, data: Any = None, *, document: Document
    ) -> None:  # Any: Django's own type of form data
        super().__init__(data)
        self.document = document
        self.initial = {
            "summary": document["summary"],
            "aliases": "\n".join(document["aliases"]),
            "statutory_days": document["statutory_days"],
            "allows_promise": document["allows_promise"],
        }
        faqs = list(document["faqs"])
        self.faq_count = len(faqs) + SPARE_FAQS
        for number in range(self.faq_count):
            faq = faqs[number] if number < len(faqs) else {"question": "", "answer": ""}
            place = {"number": number + 1}
            self._line(f"question_{number}", _("常见问题 %(number)d：问") % place, faq["question"])
            self._line(
                f"answer_{number}", _("常见问题 %(number)d：答") % place, faq["answer"], forms.Textarea
            )

    def changed(self) -> dict[str, Any]:  # Any: the document's values
        data = self.cleaned_data
        pairs = [(data[f"question_{n}"], data[f"answer_{n}"]) for n in range(self.faq_count)]
        return {
            **self.document,
            "summary": data["summary"],
            "aliases": [line.strip() for line in data["aliases"].splitlines() if line.strip()],
            "statutory_days": data["statutory_days"],
            "allows_promise": data["allows_promise"],
            "faqs": [{"question": one, "answer": other} for one, other in pairs if one.strip()],
        }

    def _line(self, name: str, label: str, value: str, widget: type[forms.Widget] = forms.TextInput) -> None:
        self.fields[name] = forms.CharField(label=label, required=False, max_length=1_000, widget=widget)
        self.initial[name] = value


class MaterialEntry(forms.Form):
    """One material with its six attributes and its basis."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=200, error_messages=_REQUIRED)
    material_type = forms.ChoiceField(label=gettext_lazy("材料字典里的类型"), error_messages=_REQUIRED)
    source = forms.ChoiceField(
        label=gettext_lazy("来源"),
        choices=[
            (MaterialSource.APPLICANT.value, gettext_lazy("申请人自备")),
            (MaterialSource.GOVERNMENT.value, gettext_lazy("政府部门核发")),
            (MaterialSource.INTERMEDIARY.value, gettext_lazy("中介机构出具")),
        ],
    )
    issuer = forms.CharField(label=gettext_lazy("谁出具"), max_length=100, error_messages=_REQUIRED)
    form = forms.ChoiceField(
        label=gettext_lazy("形式"),
        choices=[
            (MaterialForm.ELECTRONIC.value, gettext_lazy("电子件")),
            (MaterialForm.ORIGINAL.value, gettext_lazy("原件")),
            (MaterialForm.COPY.value, gettext_lazy("复印件")),
            (MaterialForm.FORM.value, gettext_lazy("由表单生成")),
        ],
    )
    copies = forms.IntegerField(
        label=gettext_lazy("份数（电子件填 0）"),
        min_value=0,
        max_value=9,
        initial=0,
        error_messages=_REQUIRED,
    )
    necessity = forms.ChoiceField(
        label=gettext_lazy("必要性"),
        choices=[
            (Necessity.REQUIRED.value, gettext_lazy("必要")),
            (Necessity.DEFERRABLE.value, gettext_lazy("非主要材料，可容缺")),
            (Necessity.CONDITIONAL.value, gettext_lazy("特定情形下必要")),
        ],
    )
    defer_days = forms.IntegerField(
        label=gettext_lazy("容缺的，几个工作日内补交"), min_value=1, max_value=60, required=False
    )
    sample = forms.CharField(
        label=gettext_lazy("示例和填写要求"), widget=forms.Textarea, max_length=500, error_messages=_REQUIRED
    )
    basis = forms.MultipleChoiceField(
        label=gettext_lazy("依据"), widget=forms.CheckboxSelectMultiple, required=False
    )
    situations = forms.MultipleChoiceField(
        label=gettext_lazy("哪些情形要（都不选就是都要）"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    licence_holder = forms.ChoiceField(label=gettext_lazy("是证照的，谁的证照"))

    def __init__(
        self,
        data: Any = None,  # Any: Django's own type of form data
        *,
        document: Document,
        material: Document | None,
    ) -> None:
        super().__init__(data)
        self.document = document
        self.material = material
        types = [(code, one.name) for code, one in standards.material_types().items()]
        _choose(self, "material_type", [("", _("请选择")), *types])
        laws = [(one["id"], f"《{one['law']}》{one['article']}") for one in document["legal_basis"]]
        _choose(self, "basis", laws)
        _choose(self, "situations", [(one["code"], one["name"]) for one in document["situations"]])
        roles = dict.fromkeys(["APPLICANT", *(one["role"] for one in document["form"])])
        if material is not None:
            roles[material["licence_holder"]] = None
        _choose(self, "licence_holder", [(role, role_title(SubjectRole(role))) for role in roles])
        if len(document["situations"]) < 2:
            del self.fields["situations"]
        if material is not None:
            self.initial = {name: material[name] for name in self.fields}

    def changed(self) -> dict[str, Any]:  # Any: the document's values
        materials = list(self.document["materials"])
        entry = dict(self.cleaned_data)
        if self.material is None or self.material["material_type"] != entry["material_type"]:
            # What the dictionary knows as a licence is fetched from the library, whoever writes the entry.
            entry["licence_type"] = standards.material_types()[entry["material_type"]].licence_type
        if self.material is None:
            return {**self.document, "materials": [*materials, {**self._fresh(), **entry}]}
        materials[materials.index(self.material)] = {**self.material, **entry}
        return {**self.document, "materials": materials}

    def _fresh(self) -> dict[str, Any]:  # Any: the document's values
        taken = {one["code"] for one in self.document["materials"]}
        number = len(taken) + 1
        while f"m{number}" in taken:
            number += 1
        return {
            "code": f"m{number}",
            "situations": [],
            "when": None,
            "licence_type": None,
            "licence_holder": "APPLICANT",
            "resource": None,
            "produced_by": None,
        }


class SituationForm(forms.Form):
    """One situation in its words; its condition is kept."""

    name = forms.CharField(label=gettext_lazy("情形的名称"), max_length=100, error_messages=_REQUIRED)
    description = forms.CharField(
        label=gettext_lazy("说明"), widget=forms.Textarea, max_length=1_000, error_messages=_REQUIRED
    )

    def __init__(
        self,
        data: Any = None,  # Any: Django's own type of form data
        *,
        document: Document,
        situation: Document,
    ) -> None:
        super().__init__(data)
        self.document, self.situation = document, situation
        self.initial = {name: situation[name] for name in self.fields}

    def changed(self) -> dict[str, Any]:  # Any: the document's values
        situations = list(self.document["situations"])
        situations[situations.index(self.situation)] = {**self.situation, **self.cleaned_data}
        return {**self.document, "situations": situations}


class ProcedureForm(forms.Form):
    """A district's own part: promise, steps, visits, channels, telephones."""

    promised_days = forms.IntegerField(
        label=gettext_lazy("承诺时限（工作日）"), min_value=0, max_value=365, error_messages=_REQUIRED
    )
    visits = forms.IntegerField(
        label=gettext_lazy("到现场次数"), min_value=0, max_value=9, error_messages=_REQUIRED
    )
    visits_reason = forms.CharField(label=gettext_lazy("为什么要到现场"), required=False, max_length=300)
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("办理方式"),
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (Channel.ONLINE.value, gettext_lazy("网上")),
            (Channel.COUNTER.value, gettext_lazy("窗口")),
            (Channel.MAIL.value, gettext_lazy("邮寄")),
        ],
        error_messages={"required": gettext_lazy("至少选一种办理方式。")},
    )
    enquiry_phone = forms.CharField(
        label=gettext_lazy("咨询电话（空着就用部门的）"), required=False, max_length=40
    )
    complaint_phone = forms.CharField(
        label=gettext_lazy("投诉电话（空着就用部门的）"), required=False, max_length=40
    )

    def __init__(
        self, data: Any = None, *, document: Document
    ) -> None:  # Any: Django's own type of form data
        super().__init__(data)
        self.document = document
        self.initial = {name: document[name] for name in self.fields}
        for number, step in enumerate(document["steps"]):
            label = _("环节“%(name)s”的工作日") % {"name": step["name"]}
            self.fields[f"step_{number}"] = forms.IntegerField(
                label=label, min_value=0, max_value=365, error_messages=_REQUIRED
            )
            self.initial[f"step_{number}"] = step["days"]
        # The steps stand under the promise to which they must add up.
        self.order_fields(["promised_days", *(name for name in self.fields if name.startswith("step_"))])

    def changed(self) -> dict[str, Any]:  # Any: the document's values
        data = dict(self.cleaned_data)
        steps = [
            {**step, "days": data.pop(f"step_{number}")} for number, step in enumerate(self.document["steps"])
        ]
        return {**self.document, **data, "steps": steps}


class PublishForm(forms.Form):
    effective_from = forms.DateField(
        label=gettext_lazy("从哪天起生效"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("请填写生效日期。"),
            "invalid": gettext_lazy("请按“2026-04-01”的样子填写日期。"),
        },
    )


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("为什么退回"),
        widget=forms.Textarea,
        max_length=500,
        error_messages={"required": gettext_lazy("请写明为什么退回，起草的人要照着改。")},
    )


STEP_FORMS: Mapping[str, type[forms.Form]] = {"publish": PublishForm, "return": ReturnForm}
"""What the second person fills in; submitting asks nothing."""


def _choose(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
