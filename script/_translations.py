"""Bring the English catalogue up to date with the source (`update`), or say what it lacks (`check`).

Chinese is the source text, so English is the one catalogue. Babel reads Python and Jinja2 templates.
"""

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "tongban"
CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"

METHODS = [("**/migrations/**.py", "ignore"), ("**.py", "python"), ("**/jinja2/**.html", "jinja2")]
OPTIONS = {"**/jinja2/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def extract() -> Catalog:
    """The sentences of the source with the places where they stand."""
    found = Catalog(project="Tongban", version="", charset="utf-8")
    extracted = extract_from_dir(PACKAGE, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",))
    for filename, line, message, comments, context in extracted:
        place = (str(Path("src/tongban") / filename), line)
        found.add(message, None, [place], auto_comments=comments, context=context)
    return found


def load() -> Catalog:
    """The English catalogue as it is in the tree, or an empty one."""
    if not CATALOGUE.exists():
        return Catalog(locale="en", project="Tongban", charset="utf-8")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def problems() -> list[str]:
    """What keeps the English pages from being complete, a line each."""
    english = load()
    source = extract()
    lines = []
    for message in source:
        if not message.id:
            continue
        place = f"{message.locations[0][0]}:{message.locations[0][1]}"
        translated = english.get(message.id, message.context)
        if translated is None or not _is_whole(translated.string):
            lines.append(f"{place}: not translated: {message.id}")
        elif translated.fuzzy:
            lines.append(f"{place}: translation not confirmed (fuzzy): {message.id}")
        elif not _keeps_placeholders(translated):
            lines.append(f"{place}: placeholders differ: {message.id}")
    lines += [
        f"translated but no longer in the source: {message.id}"
        for message in english
        if message.id and source.get(message.id, message.context) is None
    ]
    return lines


def _is_whole(translation: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(translation) if isinstance(translation, (tuple, list)) else bool(translation)


def _keeps_placeholders(translated: Message) -> bool:
    """Whether the translation fills in the same values; one plural form may leave the number out."""
    source = [translated.id] if isinstance(translated.id, str) else list(translated.id)
    forms = [translated.string] if isinstance(translated.string, str) else list(translated.string or ())
    allowed = _placeholders(" ".join(source))
    used = [_placeholders(form) for form in forms]
    return all(names <= allowed for names in used) and set().union(*used) == allowed


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def update() -> None:
    """Write the catalogue anew: sentences of the source, translations kept, those without use dropped."""
    english = load()
    english.update(extract(), no_fuzzy_matching=True)
    english.obsolete.clear()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, english, width=110, sort_output=True, omit_header=False, include_lineno=False)


def main() -> int:
    """Run `update` or `check`; the latter returns 1 when something is missing."""
    if sys.argv[1:] == ["update"]:
        update()
        return 0
    found = problems()
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
