"""What was typed into the form, read from a POST into raw values by field key."""

from collections.abc import Mapping

from django.http import QueryDict

from tongban.domains.eforms.types import Answer, FormSpec
from tongban.domains.standards.types import ElementType
from tongban.sites.portal.facts import YES_AND_NO
from tongban.sites.portal.pages.form import is_fixed


def read_form(posted: QueryDict, spec: FormSpec, saved: Mapping[str, Answer]) -> dict[str, object]:
    """Raw values of the fields that were on the page; fields shown as fixed are never taken from a POST."""
    values: dict[str, object] = {}
    for group in spec.groups:
        for field in group.fields:
            if is_fixed(field, saved.get(field.key)):
                continue
            if field.element.element_type is ElementType.LIST:
                values[field.key] = posted.getlist(field.key)
            elif field.key in posted:
                values[field.key] = _typed(field.element.element_type, str(posted[field.key]).strip())
    return values


def _typed(kind: ElementType, raw: str) -> object:
    if kind is ElementType.BOOL:
        return YES_AND_NO.get(raw, raw or None)
    return raw or None
