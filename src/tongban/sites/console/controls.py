"""Controls of the console's forms as the shared components draw them."""

from dataclasses import replace

from django import forms

from tongban.sites.shared import fields
from tongban.sites.shared.fields import FieldView, Problem


def controls(form: forms.Form, *, skip: tuple[str, ...] = ()) -> tuple[FieldView, ...]:
    """The visible controls in their order, without those drawn elsewhere."""
    return tuple(control(form[name]) for name in form.fields if name not in skip)


def control(bound: forms.BoundField) -> FieldView:
    view = replace(fields.from_bound(bound), id=fields.field_id(bound.html_name))
    widget = bound.field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple):
        chosen = [str(one) for one in bound.value() or ()]
        choices = getattr(bound.field, "choices", ())
        items = tuple(
            {"value": str(key), "text": str(text), "checked": str(key) in chosen} for key, text in choices
        )
        return replace(view, widget="checkboxes", label=str(bound.label), value="", items=items)
    if isinstance(widget, forms.Textarea):
        return replace(view, widget="textarea")
    return view


def problems(form: forms.Form) -> tuple[Problem, ...]:
    """The error summary's lines: each leads to its field."""
    lines: list[Problem] = [{"text": str(error)} for error in form.non_field_errors()]
    for bound in form.visible_fields():
        href = f"#{fields.field_id(bound.html_name)}"
        lines += [{"text": str(error), "href": href} for error in bound.errors]
    return tuple(lines)
