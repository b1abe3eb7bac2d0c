"""Filling in templates, and masking addresses."""

import string
from collections.abc import Mapping
from datetime import datetime

from tongban.domains.messaging.types import Template
from tongban.kernel.instants import SHANGHAI

_FORMATTER = string.Formatter()


def placeholders(template: Template) -> frozenset[str]:
    """The names a template wants from its context."""
    text = template.title + template.body + template.next_action
    return frozenset(name for _text, name, _spec, _conversion in _FORMATTER.parse(text) if name)


def missing_names(template: Template, context: Mapping[str, object]) -> list[str]:
    return sorted(placeholders(template) - context.keys())


def fill(text: str, context: Mapping[str, object]) -> str:
    """The text with its values; a value is put in as it is, braces in it mean nothing."""
    return text.format_map({name: str(value) for name, value in context.items()})


def chinese_instant(instant: datetime) -> str:
    local = instant.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"


def term_text(valid_to: datetime | None) -> str:
    """Until when, in words; the end is half-open, so an end at midnight names that midnight."""
    return "长期有效" if valid_to is None else f"有效至{chinese_instant(valid_to)}"


def mask_address(address: str) -> str:
    """An e-mail address with the first character and the domain legible."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"
