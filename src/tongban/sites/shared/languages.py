"""Chinese on an English page is said to be Chinese, so that it is read aloud as such (WCAG 2.2, 3.1.2).

Names of items, departments and people, and what the law says, stay in Chinese in every language.
"""

import re
from typing import Any

from django.utils.translation import get_language
from jinja2 import Template

# Comments, elements whose text takes no element inside, and tags: everything between is text.
_NO_TEXT = r"<!--.*?-->|<(script|style|title|textarea|option|svg)\b.*?</\2>|<[^>]*>"
_PARTS = re.compile(rf"({_NO_TEXT})", re.DOTALL)
_HAN = r"\u3400-\u9fff"
_RUN = re.compile(rf"[《“（]?[{_HAN}](?:[{_HAN}0-9\u2009·、，。：；！？（）《》“”]*[{_HAN}。；！？）》”])?")


class PageTemplate(Template):
    """A template whose page marks what is not in the page's own language."""

    def render(self, *args: Any, **kwargs: Any) -> str:  # Any: as jinja2 declares them
        """The page; in Chinese exactly what the template says."""
        page = super().render(*args, **kwargs)
        is_english = (get_language() or "").startswith("en")
        return mark_chinese(page) if is_english and (self.name or "").endswith(".html") else page


def mark_chinese(page: str) -> str:
    """The page with every run of Chinese in its text inside an element that says so."""
    marked: list[str] = []
    end = 0
    for part in _PARTS.finditer(page):
        marked += (_marked(page[end : part.start()]), part[0])
        end = part.end()
    return "".join(marked) + _marked(page[end:])


def _marked(text: str) -> str:
    return _RUN.sub(r'<span lang="zh">\g<0></span>', text)
