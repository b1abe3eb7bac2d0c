"""数据标准: the elements, one element with its versions, its names elsewhere and who uses it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.exchange.types import Claim
from tongban.domains.standards.types import DataElement, ElementVersion, Mapped, Usage
from tongban.kernel.actors import Actor
from tongban.sites.console.pages.data import Tab, tabs
from tongban.sites.console.pages.resources import type_words
from tongban.sites.console.words import UNKNOWN, State
from tongban.sites.shared.formats import moment, plain_day


@dataclass(frozen=True, slots=True)
class ElementLine:
    code: str
    name: str
    address: str
    kind: str
    source: str
    state: State


@dataclass(frozen=True, slots=True)
class ElementsPage:
    tabs: tuple[Tab, ...]
    text: str
    count: str
    lines: tuple[ElementLine, ...]


@dataclass(frozen=True, slots=True)
class ClaimLine:
    resource: str
    address: str
    provider: str
    field: str
    is_source: bool
    value: str
    """What the form sends to name it."""


@dataclass(frozen=True, slots=True)
class VersionLine:
    number: str
    since: str
    made: str
    changes: tuple[str, ...]
    state: State


@dataclass(frozen=True, slots=True)
class ElementPage:
    tabs: tuple[Tab, ...]
    title: str
    code: str
    state: State
    pairs: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]
    claims: tuple[ClaimLine, ...]
    source_action: str
    """Empty for whoever may not name the source."""
    usage: tuple[tuple[str, tuple[str, ...]], ...]
    usage_sentence: str
    mappings: tuple[tuple[str, str, str], ...]
    versions: tuple[VersionLine, ...]
    end_action: str


def build_list(
    elements: Mapping[str, DataElement], ended: Mapping[str, date], *, text: str, actor: Actor
) -> ElementsPage:
    """`text` is looked for in code and name."""
    wanted = text.lower()
    found = [one for code, one in sorted(elements.items()) if wanted in f"{code} {one.name}".lower()]
    return ElementsPage(
        tabs=tabs(actor, "console:data_elements"),
        text=text,
        count=_("共 %(count)d 个数据元") % {"count": len(found)},
        lines=tuple(
            ElementLine(
                code=one.code,
                name=one.name,
                address=reverse("console:data_element", args=[one.code]),
                kind=type_words()[one.element_type],
                source=one.resource or UNKNOWN,
                state=_state(ended.get(one.code)),
            )
            for one in found
        ),
    )


def _state(ended_on: date | None) -> State:
    if ended_on is None:
        return State(_("在用"), "done", "circle-check")
    return State(_("%(day)s 起停止使用") % {"day": plain_day(ended_on)}, "ended", "ban")


def build(
    element: DataElement,
    versions: Sequence[ElementVersion],
    mappings: Sequence[Mapped],
    claims: Sequence[Claim],
    usage: Sequence[Usage],
    ended_on: date | None,
    *,
    actor: Actor,
    is_bureau: bool,
) -> ElementPage:
    may_name = is_bureau and bool(claims)
    return ElementPage(
        tabs=tabs(actor, "console:data_elements"),
        title=element.name,
        code=element.code,
        state=_state(ended_on),
        pairs=_pairs(element),
        options=tuple((one.value, one.label) for one in element.options),
        claims=tuple(_claim(one) for one in claims),
        source_action=reverse("console:data_name_source", args=[element.code]) if may_name else "",
        usage=_by_kind(usage),
        usage_sentence=_("%(count)d 处在用。用着的数据元不能删除，只能停止使用。") % {"count": len(usage)}
        if usage
        else _("没有地方在用。"),
        mappings=tuple((one.standard, one.value or _("数据元本身"), _named(one)) for one in mappings),
        versions=tuple(_version(one) for one in versions),
        end_action=reverse("console:data_end_element", args=[element.code])
        if is_bureau and ended_on is None
        else "",
    )


def _claim(one: Claim) -> ClaimLine:
    return ClaimLine(
        resource=one.resource_name,
        address=reverse("console:data_resource", args=[one.resource]),
        provider=one.provider_name,
        field=one.field,
        is_source=one.is_source,
        value=f"{one.resource}:{one.field}",
    )


def _named(one: Mapped) -> str:
    return f"{one.code} {one.name}".strip()


def _pairs(element: DataElement) -> tuple[tuple[str, str], ...]:
    given = (
        (_("类型"), type_words()[element.element_type]),
        (_("表单上的叫法"), element.label),
        (_("问法"), element.question),
        (_("提示"), element.help),
        (_("单位"), element.unit or ""),
        (_("代码标准"), element.scheme or ""),
        (_("最大长度"), str(element.max_length or "")),
        (_("敏感"), _("是") if element.is_sensitive else _("否")),
    )
    return tuple((term, words) for term, words in given if words)


def _by_kind(usage: Sequence[Usage]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    kinds = {
        "RESOURCE": _("信息资源"),
        "GUIDE": _("事项的表单和条件"),
        "PACKAGE": _("一件事"),
        "LICENCE_TYPE": _("证照"),
    }
    return tuple(
        (words, tuple(f"{one.name}（{one.code}）" for one in usage if one.kind == kind))
        for kind, words in kinds.items()
        if any(one.kind == kind for one in usage)
    )


def _version(one: ElementVersion) -> VersionLine:
    return VersionLine(
        number=_("第 %(number)d 版") % {"number": one.number},
        since=_("%(day)s 起施行") % {"day": plain_day(one.effective_from)},
        made=_("%(who)s，%(when)s") % {"who": one.made_by, "when": moment(one.made_at)},
        changes=one.changes,
        state=State(_("已生效"), "done", "circle-check")
        if one.applied_at
        else State(_("还没到施行日"), "going", "hourglass"),
    )
