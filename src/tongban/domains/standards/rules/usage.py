"""Which data elements a document of our own formats names."""

import re
from collections.abc import Iterator
from typing import Any

_ROLE = re.compile(r"[A-Z_]+\.")
"""A check may say whose element it means: `ENTERPRISE.entity.name`."""


def mentioned(document: Any) -> frozenset[str]:  # Any: plain JSON values
    """The codes that stand as a form's `element` or as a condition's `field`, however deep."""
    return frozenset(_mentions(document))


def _mentions(document: Any) -> Iterator[str]:
    if isinstance(document, list | tuple):
        for part in document:
            yield from _mentions(part)
    elif isinstance(document, dict):
        for key, value in document.items():
            if key in ("element", "field") and isinstance(value, str):
                yield _ROLE.sub("", value, count=1) if _ROLE.match(value) else value
            else:
                yield from _mentions(value)
