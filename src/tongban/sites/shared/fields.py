"""One form control as the components draw it, made from a data element or from a Django form's field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.forms import BoundField, CheckboxInput, Form, PasswordInput, RadioSelect, Select
from django.utils.translation import gettext as _

from tongban.domains.standards.types import DataElement, ElementType, Option
from tongban.sites.shared.formats import typed_yuan, yuan

MANY_OPTIONS = 7
"""From so many options on a list to choose from replaces radio buttons."""
LONG_TEXT = 200

Item = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FieldView:
    id: str
    name: str
    label: str
    widget: str = "input"
    value: str = ""
    hint: str = ""
    error: str = ""
    source: str = ""
    """Where a prefilled value comes from, as a sentence; empty when typed."""
    unit: str = ""
    items: tuple[Item, ...] = ()
    input_type: str = "text"
    inputmode: str | None = None
    autocomplete: str | None = None
    classes: str = ""


Problem = Mapping[str, str]


def field_id(name: str) -> str:
    """An id that a style sheet and a link can name: element codes hold dots and colons."""
    return "f-" + name.replace(".", "-").replace(":", "-")


def from_element(
    element: DataElement,
    *,
    name: str,
    label: str | None = None,
    value: object = None,
    error: str = "",
    source: str = "",
    is_required: bool = True,
    options: Sequence[Option] | None = None,
) -> FieldView:
    """The control for a data element; `options` replace the element's own, e.g. the streets of one district."""
    words = label or element.label
    choices = tuple(element.options if options is None else options)
    widget = _widget(element, choices)
    text = as_text(value, element)
    return FieldView(
        id=field_id(name),
        name=name,
        label=words if is_required else _("%(label)s（选填）") % {"label": words},
        widget=widget,
        value=text,
        hint=element.help,
        error=error,
        source=source,
        unit=_("元") if element.element_type is ElementType.MONEY else element.unit or "",
        items=_items(element, choices, value, widget, is_required),
        input_type="date" if element.element_type is ElementType.DATE else "text",
        inputmode=_inputmode(element),
        autocomplete=_autocomplete(element.code),
        classes=_width(element, widget),
    )


def as_text(value: object, element: DataElement | None) -> str:
    """A value as a control shows it and as it is read back; money is kept in fen and typed in yuan."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and element is not None and element.element_type is ElementType.MONEY:
        return typed_yuan(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def in_words(element: DataElement, value: object) -> str:
    """One value as people read it: an amount in yuan, an option by its label, a number with its unit."""
    if isinstance(value, int) and element.element_type is ElementType.MONEY:
        return yuan(value)
    labels = {option.value: option.label for option in element.options}
    words = labels.get(str(value), str(value))
    return f"{words} {element.unit}" if element.unit else words


def from_form(form: Form) -> tuple[FieldView, ...]:
    """The visible controls of a Django form in their order."""
    return tuple(from_bound(bound) for bound in form.visible_fields())


def from_bound(bound: BoundField) -> FieldView:
    widget = bound.field.widget
    value = bound.value()
    kind, items = "input", _form_items(bound, value)
    if isinstance(widget, PasswordInput):
        kind = "password"
    elif isinstance(widget, CheckboxInput):
        kind = "checkboxes"
    elif isinstance(widget, RadioSelect):
        kind = "radios"
    elif isinstance(widget, Select):
        kind = "select"
    return FieldView(
        id=bound.id_for_label or field_id(bound.html_name),
        name=bound.html_name,
        label="" if kind == "checkboxes" else own_label(bound),
        widget=kind,
        value="" if value is None or kind == "password" else str(value),
        hint=_plain_hint(bound),
        error=" ".join(str(error) for error in bound.errors),
        items=items,
        input_type=getattr(widget, "input_type", "text"),
        autocomplete=widget.attrs.get("autocomplete"),
    )


def own_label(bound: BoundField) -> str:
    """Plainer words than allauth's for the fields everybody meets."""
    words = {
        "login": _("用户名或邮箱"),
        "remember": _("在这台设备上保持登录"),
        "passwordless": _("以后不用密码，直接用它登录"),
    }
    return words.get(bound.name, str(bound.label))


def form_problems(form: Form) -> tuple[Problem, ...]:
    """The error summary's lines: each leads to its field."""
    lines = [{"text": str(error)} for error in form.non_field_errors()]
    for bound in form.visible_fields():
        lines += [{"text": str(error), "href": f"#{bound.id_for_label}"} for error in bound.errors]
    return tuple(lines)


def _widget(element: DataElement, options: Sequence[Option]) -> str:
    match element.element_type:
        case ElementType.BOOL:
            return "radios"
        case ElementType.CODE if options:
            return "select" if len(options) >= MANY_OPTIONS else "radios"
        case ElementType.LIST:
            return "checkboxes"
        case ElementType.TEXT if (element.max_length or 0) > LONG_TEXT:
            return "textarea"
        case _:
            return "input"


def _items(
    element: DataElement, options: Sequence[Option], value: object, widget: str, is_required: bool
) -> tuple[Item, ...]:
    if element.element_type is ElementType.BOOL:
        options = (Option("yes", _("是")), Option("no", _("否")))
    several = value if isinstance(value, (list, tuple)) else [value]
    chosen = [as_text(one, element) for one in several]
    mark = "selected" if widget == "select" else "checked"
    items: list[Item] = [
        {
            "value": option.value,
            "text": option.label,
            "hint": {"text": option.help} if option.help else None,
            mark: option.value in chosen,
        }
        for option in options
    ]
    if widget == "select":
        first = _("请选择") if is_required else _("不填")
        items.insert(0, {"value": "", "text": first, "selected": chosen == [""]})
    return tuple(items)


def _inputmode(element: DataElement) -> str | None:
    if element.element_type is ElementType.INT:
        return "numeric"
    if element.element_type is ElementType.MONEY:
        return "decimal"
    return "tel" if element.validator == "phone" else None


def _autocomplete(code: str) -> str | None:
    return {"person.phone": "tel", "person.email": "email"}.get(code)


def _width(element: DataElement, widget: str) -> str:
    if widget != "input":
        return ""
    if element.element_type in (ElementType.INT, ElementType.MONEY):
        return "govuk-input--width-10"
    return "govuk-input--width-20" if element.element_type is ElementType.DATE else ""


def _form_items(bound: BoundField, value: object) -> tuple[Item, ...]:
    if isinstance(bound.field.widget, CheckboxInput):
        return ({"value": "on", "text": own_label(bound), "checked": bool(value)},)
    choices = getattr(bound.field, "choices", ())
    mark = "selected" if isinstance(bound.field.widget, Select) else "checked"
    return tuple(
        {"value": str(key), "text": str(text), mark: str(key) == str(value)} for key, text in choices
    )


def _plain_hint(bound: BoundField) -> str:
    """Help texts may hold markup meant for another layout (password rules): those are said elsewhere."""
    text = str(bound.help_text)
    return "" if "<" in text else text
