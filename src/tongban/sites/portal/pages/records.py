"""我的信息: what the registers hold of a subject, and what she says is wrong with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.registers.services.objections import ANSWER_DAYS
from tongban.domains.registers.types import HeldValue, Holding, Objection, ObjectionStatus
from tongban.domains.standards.types import DataElement
from tongban.sites.portal.pages.events import value_words
from tongban.sites.portal.pages.words import State
from tongban.sites.shared.fields import FieldView, field_id
from tongban.sites.shared.formats import plain_day

Elements = Mapping[str, DataElement]


@dataclass(frozen=True, slots=True)
class ValueLine:
    label: str
    words: str
    source: str
    is_disputed: bool
    address: str
    """Where she says that it is wrong; empty while that is being looked into."""


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    name: str
    provider: str
    lines: tuple[ValueLine, ...]


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    title: str
    facts: tuple[tuple[str, str], ...]
    state: State


@dataclass(frozen=True, slots=True)
class RecordsPage:
    name: str
    groups: tuple[Group, ...]
    silent: str
    """Which registers did not answer, as a sentence; empty when all did."""
    objections: tuple[ObjectionLine, ...]


@dataclass(frozen=True, slots=True)
class ObjectPage:
    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    resource: str
    field: str
    fields: tuple[FieldView, ...]


def build(
    name: str,
    holdings: Sequence[Holding],
    objections: Sequence[Objection],
    disputed: Collection[tuple[str, str]],
    elements: Elements,
    *,
    today: date,
) -> RecordsPage:
    silent = [one.name for one in holdings if not one.is_known]
    sentence = _("%(names)s现在没有应答，不知道有没有登记。请过一会儿再看。")
    return RecordsPage(
        name=name,
        groups=tuple(_group(one, disputed, elements) for one in holdings if one.values),
        silent=sentence % {"names": _("、").join(silent)} if silent else "",
        objections=tuple(_objection_line(one, elements, today) for one in objections),
    )


def build_form(
    holding: Holding,
    field: str,
    label: str,
    *,
    elements: Elements,
    typed: Mapping[str, str],
    problems: Mapping[str, str],
) -> ObjectPage:
    lead = _("您的异议会送到%(provider)s，%(days)d个工作日内核实并答复。核实期间，这一项会标明“有异议”。")
    facts = [(_("在哪项信息里"), holding.name)]
    for value in holding.values:
        facts += [
            (_("现在登记的"), words(elements.get(value.element), value.value)),
            (_("来源"), _source(value)),
        ]
    return ObjectPage(
        title=_("“%(label)s”登记有误") % {"label": label},
        lead=lead % {"provider": holding.provider_name, "days": ANSWER_DAYS},
        facts=tuple(facts),
        resource=holding.resource,
        field=field,
        fields=(
            _field("claimed", _("正确的应该是什么"), "", typed, problems),
            _field("reason", _("为什么说登记有误"), "", typed, problems),
            _field(
                "evidence",
                _("有什么可以证明（没有可以不填）"),
                _("写明证明的名称、编号和出具单位，核实时会去查。"),
                typed,
                problems,
            ),
        ),
    )


def words(element: DataElement | None, value: object) -> str:
    """A value as people read it; what a register writes against its own standard is shown as it is."""
    if value is None or value == "":
        return _("没有登记")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, (list, tuple)):
        return _("、").join(words(element, one) for one in value)
    if isinstance(value, Mapping):
        return _("，").join(words(None, one) for one in value.values())
    if element is None:
        return str(value)
    try:
        return value_words(element, value)
    except ValueError:
        return str(value)


def _group(holding: Holding, disputed: Collection[tuple[str, str]], elements: Elements) -> Group:
    return Group(
        id=f"resource-{holding.resource.lower()}",
        name=holding.name,
        provider=holding.provider_name,
        lines=tuple(
            _value_line(holding, one, (holding.resource, one.field) in disputed, elements)
            for one in holding.values
        ),
    )


def _value_line(holding: Holding, value: HeldValue, is_disputed: bool, elements: Elements) -> ValueLine:
    query = urlencode({"resource": holding.resource, "field": value.field})
    return ValueLine(
        label=value.label,
        words=words(elements.get(value.element), value.value),
        source=_source(value),
        is_disputed=is_disputed,
        address="" if is_disputed else f"{reverse('portal:object_to_record')}?{query}",
    )


def _source(value: HeldValue) -> str:
    return _("%(source)s，%(day)s") % {"source": value.source, "day": plain_day(value.as_of)}


def _objection_line(one: Objection, elements: Elements, today: date) -> ObjectionLine:
    element = elements.get(one.element)
    facts = [
        (_("当时登记的"), words(element, one.held)),
        (_("您说应该是"), one.claimed),
        (_("提出"), _("%(name)s，%(day)s") % {"name": one.raised_by_name, "day": plain_day(one.raised_at)}),
    ]
    if one.decided_at is None:
        facts.append((_("最晚答复"), plain_day(one.due_on)))
    else:
        answered = _("%(provider)s，%(day)s：%(answer)s")
        told = {"provider": one.provider_name, "day": plain_day(one.decided_at), "answer": one.answer}
        facts.append((_("答复"), answered % told))
    title = _("%(resource)s：%(label)s") % {"resource": one.resource_name, "label": one.label}
    return ObjectionLine(title, tuple(facts), _state(one, today))


def _state(one: Objection, today: date) -> State:
    if one.status is ObjectionStatus.CORRECTED:
        return State(_("已更正"), "done", "circle-check")
    if one.status is ObjectionStatus.UPHELD_AS_IS:
        return State(_("核实无误，没有更正"), "ended", "ban")
    if one.due_on < today:
        return State(_("答复已经超期"), "bad", "circle-alert")
    return State(_("核实中"), "going", "hourglass")


def _field(
    name: str, label: str, hint: str, typed: Mapping[str, str], problems: Mapping[str, str]
) -> FieldView:
    return FieldView(
        id=field_id(name),
        name=name,
        label=label,
        widget="textarea",
        hint=hint,
        value=typed.get(name, ""),
        error=problems.get(name, ""),
    )
