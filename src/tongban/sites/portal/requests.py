"""Small forms of my space, read from a POST and shown again with what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from tongban.domains.identity.types import MandateKind
from tongban.kernel.identifiers import validate_resident_id
from tongban.sites.shared.fields import FieldView, Problem, field_id

OFFERED = (MandateKind.AGENT, MandateKind.SPOUSE_AUTHORISATION)


@dataclass(frozen=True, slots=True)
class IdentityRequest:
    """Who the account's owner says she is."""

    name: str = ""
    number: str = ""

    @classmethod
    def read(cls, posted: QueryDict) -> "IdentityRequest":
        return cls(posted.get("name", "").strip(), normalised(posted.get("number", "")))

    def problems(self, *, today: date) -> dict[str, str]:
        return _person_problems(self.name, self.number, today)

    def fields(self, problems: Mapping[str, str]) -> tuple[FieldView, ...]:
        return (
            _field("name", _("姓名"), self.name, problems, autocomplete="name"),
            _field(
                "number", _("公民身份号码"), self.number, problems, hint=_("18 位，最后一位可能是字母 X。")
            ),
        )


@dataclass(frozen=True, slots=True)
class MandateRequest:
    """Whom one lets act in one's name, for what and until when."""

    kind: str = MandateKind.AGENT.value
    name: str = ""
    number: str = ""
    scope: str = ""
    until: date | None = None
    until_typed: str = ""

    @classmethod
    def read(cls, posted: QueryDict) -> "MandateRequest":
        typed = posted.get("until", "").strip()
        return cls(
            kind=posted.get("kind", ""),
            name=posted.get("name", "").strip(),
            number=normalised(posted.get("number", "")),
            scope=posted.get("scope", ""),
            until=_date_or_none(typed),
            until_typed=typed,
        )

    def problems(self, *, today: date) -> dict[str, str]:
        problems = _person_problems(self.name, self.number, today)
        if self.kind not in [kind.value for kind in OFFERED]:
            problems["kind"] = _("请选择授权的种类。")
        if self.until is None or self.until < today:
            problems["until"] = _("请选择授权到哪一天为止，要在今天以后。")
        return problems

    def fields(self, packages: Mapping[str, str], problems: Mapping[str, str]) -> tuple[FieldView, ...]:
        kinds = {
            MandateKind.AGENT.value: _("请对方替我办事"),
            MandateKind.SPOUSE_AUTHORISATION.value: _("同意宝宝的另一位家长办理新生儿的事"),
        }
        scopes = {"": _("所有事项"), **packages}
        return (
            FieldView(
                id=field_id("kind"),
                name="kind",
                label=_("授权什么"),
                widget="radios",
                error=problems.get("kind", ""),
                items=tuple(
                    {"value": key, "text": words, "checked": key == self.kind} for key, words in kinds.items()
                ),
            ),
            _field("name", _("对方姓名"), self.name, problems),
            _field("number", _("对方公民身份号码"), self.number, problems),
            FieldView(
                id=field_id("scope"),
                name="scope",
                label=_("可以办哪些事"),
                widget="select",
                items=tuple(
                    {"value": key, "text": words, "selected": key == self.scope}
                    for key, words in scopes.items()
                ),
            ),
            FieldView(
                id=field_id("until"),
                name="until",
                label=_("授权到哪一天"),
                value=self.until.isoformat() if self.until else self.until_typed,
                error=problems.get("until", ""),
                input_type="date",
                classes="govuk-input--width-20",
            ),
        )


def summary(problems: Mapping[str, str]) -> tuple[Problem, ...]:
    """The error summary's lines for problems by field name."""
    return tuple({"text": sentence, "href": f"#{field_id(name)}"} for name, sentence in problems.items())


def normalised(number: str) -> str:
    """Without blanks and in upper case, as people copy numbers from anywhere."""
    return "".join(number.split()).upper()


def uuid_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _person_problems(name: str, number: str, today: date) -> dict[str, str]:
    problems = {}
    if not name:
        problems["name"] = _("请填写姓名。")
    verdict = validate_resident_id(number, today=today)
    if not verdict.valid:
        problems["number"] = verdict.reason
    return problems


def _field(
    name: str,
    label: str,
    value: str,
    problems: Mapping[str, str],
    *,
    hint: str = "",
    autocomplete: str | None = None,
) -> FieldView:
    return FieldView(
        id=field_id(name),
        name=name,
        label=label,
        value=value,
        hint=hint,
        error=problems.get(name, ""),
        autocomplete=autocomplete,
    )


def _date_or_none(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
