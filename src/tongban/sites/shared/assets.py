"""Addresses of the built front end: names carry a hash of their content, so browsers may keep them for ever."""

import json
from functools import cache
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from markupsafe import Markup

DIST = Path(__file__).parent / "static" / "dist"
SPRITE = "frontend/icons/icons.json"


@cache
def manifest() -> dict[str, str]:
    """Built file by source name; raises ImproperlyConfigured when the front end was not built."""
    path = DIST / "manifest.json"
    if not path.exists():
        raise ImproperlyConfigured("the front end is not built: run `npm ci && npm run build`")
    return {source: entry["file"] for source, entry in json.loads(path.read_text("utf-8")).items()}


@cache
def asset(source: str) -> str:
    """Address of the file built from a source, e.g. `frontend/scripts/site.js`."""
    return static(f"dist/{manifest()[source]}")


@cache
def icon(name: str) -> Markup:
    """An icon of the sprite. It is decoration: the words beside it carry the meaning."""
    drawing = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    return Markup(drawing).format(asset(SPRITE), name)  # noqa: S704 # nosec B704 - the markup is constant, values are escaped
