"""证照免带: one field for the shown code, the item, and what then still has to be brought."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.domains.catalogue.types import CounterLine, CounterPull, ItemEntry
from tongban.domains.licences import rules
from tongban.domains.licences.types import LicenceType
from tongban.kernel.workdays import ONE_DAY
from tongban.sites.console.words import State
from tongban.sites.shared.fields import FieldView, Problem, field_id
from tongban.sites.shared.formats import plain_day
from tongban.sites.shared.guide_words import rule_words


@dataclass(frozen=True, slots=True)
class PulledLine:
    name: str
    state: State
    note: str
    facts: tuple[tuple[str, str], ...]
    contents: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CounterPage:
    fields: tuple[FieldView, ...]
    problems: tuple[Problem, ...]
    action: str
    office: str
    headline: str
    """Whose licences were pulled for what; empty before."""
    to_bring: str
    lines: tuple[PulledLine, ...]


def build(
    items: Sequence[ItemEntry],
    *,
    office: str,
    item: str = "",
    errors: dict[str, str] | None = None,
    pull: CounterPull | None = None,
    types: dict[str, LicenceType] | None = None,
) -> CounterPage:
    found = errors or {}
    lines = tuple(_line(one, types or {}) for one in pull.lines) if pull else ()
    missing = [one for one in pull.lines if one.verdict.must_ask] if pull else []
    names = "、".join(one.verdict.material.name for one in missing)
    return CounterPage(
        fields=_fields(items, item, found),
        problems=tuple({"text": text, "href": f"#{field_id(name)}"} for name, text in found.items()),
        action=reverse("console:counter"),
        office=office,
        headline=_("%(holder)s凭%(shown)s办理：%(item)s")
        % {"holder": pull.holder_name, "shown": pull.shown_name, "item": pull.item_name}
        if pull
        else "",
        to_bring=""
        if pull is None
        else _("材料齐了，不用再带。")
        if not missing
        else ngettext("还要带 %(count)d 样：%(names)s。", "还要带 %(count)d 样：%(names)s。", len(missing))
        % {"count": len(missing), "names": names},
        lines=lines,
    )


def _fields(items: Sequence[ItemEntry], item: str, errors: dict[str, str]) -> tuple[FieldView, ...]:
    return (
        FieldView(
            id=field_id("code"),
            name="code",
            label=_("对方手机上的 8 位码"),
            hint=_("60 秒内有效，只能用一次。"),
            error=errors.get("code", ""),
            inputmode="numeric",
            autocomplete="off",
            classes="govuk-input--width-10",
        ),
        FieldView(
            id=field_id("item"),
            name="item",
            label=_("办理事项"),
            widget="select",
            hint=_("只调取这个事项材料清单里的证照。"),
            error=errors.get("item", ""),
            items=tuple(
                {"value": one.basic_code, "text": one.name, "selected": one.basic_code == item}
                for one in items
            ),
        ),
    )


def _line(line: CounterLine, types: dict[str, LicenceType]) -> PulledLine:
    name = line.verdict.material.name
    if line.licence is not None:
        end = _("长期") if line.licence.valid_to is None else plain_day(line.licence.valid_to - ONE_DAY)
        kind = types[line.licence.licence_type]
        return PulledLine(
            name,
            State(_("已调取，和原件效力相同"), "done", "circle-check"),
            "",
            (
                (_("颁发"), line.licence.issuer_name),
                (_("电子证照标识"), line.licence.number),
                (_("有效到"), end),
            ),
            tuple((rules.caption(kind, field), text) for field, text in line.licence.fields.items()),
        )
    if not line.verdict.must_ask:
        return PulledLine(name, State(_("不用交"), "done", "circle-check"), rule_words(line.verdict), (), ())
    if line.is_others:
        state = State(_("是另一位的证照"), "asked", "users")
        return PulledLine(name, state, _("请对方本人亮证，或者带原件。"), (), ())
    if line.verdict.licence_type is not None:
        state = State(_("库里没有"), "asked", "file-up")
        return PulledLine(name, state, _("电子证照库没有有效的这种证照，请带原件。"), (), ())
    return PulledLine(name, State(_("要带"), "asked", "file-up"), "", (), ())
