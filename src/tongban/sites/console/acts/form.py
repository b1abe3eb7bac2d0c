"""What the forms of all acts have in common."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from tongban.domains.cases.types import Action, ActReceipt, Dossier
from tongban.domains.catalogue.types import Guide
from tongban.kernel.actors import Actor

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LONGEST_TEXT = 2_000
LONGEST_LINE = 200
LONGEST_PAUSE = 366


@dataclass(frozen=True, slots=True)
class Matter:
    """The case an act is about, with the version of the guide it is handled under."""

    dossier: Dossier
    guide: Guide


class Doing(TypedDict):
    """Who acts on which case as she saw it, and when: what every service of an act is told."""

    case_number: str
    revision: int
    actor: Actor
    at: datetime


def words_field(label: "_StrPromise", *, is_long: bool = True, is_required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=is_required,
        max_length=LONGEST_TEXT if is_long else LONGEST_LINE,
        widget=forms.Textarea if is_long else forms.TextInput,
        error_messages={"required": gettext_lazy("请填写这一项。")},
    )


def days_field(label: "_StrPromise") -> forms.IntegerField:
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


def day_field(label: "_StrPromise") -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("请填写日期。"),
            "invalid": gettext_lazy("请按“2026-03-09”的样子填写日期。"),
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

    @classmethod
    def is_offered(cls, dossier: Dossier) -> bool:
        """Whether there is anything in the case for it, beyond state and post."""
        return cls.action in dossier.allowed_actions

    def prepare(self, matter: Matter) -> None:
        """Offer what this case lets one choose."""

    def perform(self, doing: Doing) -> ActReceipt:
        """Do it; raises what ``cases.services`` raises."""
        raise NotImplementedError

    def offer(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        """Let one choose among these."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def said(self, name: str) -> str:
        return str(self.cleaned_data[name])

    def chosen(self, name: str) -> list[str]:
        return [str(one) for one in self.cleaned_data[name]]
