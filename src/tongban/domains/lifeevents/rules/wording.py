"""Facts and reasons in words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from tongban.domains.standards.types import DataElement
from tongban.kernel.conditions import (
    Condition,
    Explanation,
    Facts,
    FieldDictionary,
    LeafExplanation,
    explain,
)


def show_value(element: DataElement, value: object) -> str:
    """A fact's value as people read it."""
    if value is None:
        return _("不清楚")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list | tuple):
        return _("、").join(show_value(element, one) for one in value)
    labels = {option.value: option.label for option in element.options}
    words = labels.get(str(value), str(value))
    return f"{words}{element.unit}" if element.unit else words


def because(
    condition: Condition, facts: Facts, fields: FieldDictionary, elements: Mapping[str, DataElement]
) -> str:
    """Why the condition holds, fails or is open: the comparisons that decide it, each in words."""
    return reasons(explain(condition, facts, fields, say=_), elements)


def reasons(explanation: Explanation, elements: Mapping[str, DataElement]) -> str:
    """The comparisons that decided, or that are open, each in words."""
    deciding = [
        node.leaf
        for node in explanation.root.leaves()
        if node.leaf is not None and (explanation.verdict is not None or node.verdict is None)
    ]
    phrases = dict.fromkeys(_phrase(leaf, elements) for leaf in deciding)
    return _("；").join(phrases)


def _phrase(leaf: LeafExplanation, elements: Mapping[str, DataElement]) -> str:
    element = elements[leaf.field]
    if leaf.actual is None:
        return _("%(label)s：还不清楚") % {"label": leaf.label}
    shown = show_value(element, leaf.actual)
    if isinstance(leaf.actual, bool) or element.options:
        return _("%(label)s：%(value)s") % {"label": leaf.label, "value": shown}
    unit = element.unit or ""
    return _("%(label)s：%(value)s（规定的界线是%(expected)s%(unit)s）") % {
        "label": leaf.label,
        "value": shown,
        "expected": leaf.expected,
        "unit": unit,
    }
