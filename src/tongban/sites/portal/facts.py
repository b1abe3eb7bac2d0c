"""Facts of a situation in an address: `?division=310115&shop.area_m2=320&food.cold_dishes=unknown`.

A question's address therefore holds every answer so far: it can be shared, gone back to and reloaded, and no
answer of a visitor is kept on the server. Facts are about situations, never about persons.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from tongban.domains.lifeevents.types import Facts
from tongban.domains.standards import rules
from tongban.domains.standards.types import DataElement, ElementType
from tongban.sites.shared.fields import as_text

UNKNOWN = "unknown"
YES_AND_NO = {"yes": True, "no": False}
NAMES_OF_THE_ADDRESS = frozenset({"division", "item"})


def read_facts(query: QueryDict, elements: Mapping[str, DataElement], *, today: date) -> dict[str, object]:
    """The facts an address holds, in its order; what is no fact or no valid value is left out."""
    facts: dict[str, object] = {}
    for code in query:
        if code in NAMES_OF_THE_ADDRESS or code not in elements:
            continue
        value, problem = read_answer(elements[code], query.getlist(code), today=today)
        if not problem:
            facts[code] = value
    return facts


def read_answer(element: DataElement, given: Sequence[str], *, today: date) -> tuple[object, str]:
    """The value of an answer, None for „不清楚", and a sentence when it will not do."""
    words = [word.strip() for word in given if word.strip()]
    if not words:
        return None, _("请回答这个问题；不知道的话，可以选“不清楚”。")
    if words == [UNKNOWN]:
        return None, ""
    raw: object = words if element.element_type is ElementType.LIST else words[-1]
    if element.element_type is ElementType.BOOL:
        raw = YES_AND_NO.get(words[-1])
        if raw is None:
            return None, _("请选“是”“否”或“不清楚”。")
    value, problem = rules.check_value(element, raw, today=today)
    return value, problem or ""


def to_query(
    division: str, facts: Facts, elements: Mapping[str, DataElement], optional_items: Sequence[str] = ()
) -> str:
    """The query of an address that holds these facts."""
    pairs: list[tuple[str, str]] = [("division", division)]
    for code, value in facts.items():
        if value is None:
            pairs.append((code, UNKNOWN))
        elif isinstance(value, (list, tuple, frozenset, set)):
            pairs += [(code, as_text(one, elements.get(code))) for one in value]
        else:
            pairs.append((code, as_text(value, elements.get(code))))
    pairs += [("item", code) for code in optional_items]
    return urlencode(pairs)
