"""同标准办理: what differs for an applicant between two districts that carry out the same item.

The substance is one for all by construction; windows and telephones are each district's own. Left are limit, visits, ways, steps.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from tongban.domains.catalogue.rules.wording import name_of, shown
from tongban.domains.catalogue.types import Guide, Procedure, Substance

_OWN = frozenset({"power_id", "version_id", "version", "implementation_id", "implementation_code"})
_OF_THE_PLACE = frozenset({"department", "division", "level", "windows", "enquiry_phone", "complaint_phone"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One point in which the same application would be handled otherwise; `field` is empty for an item only one of them has."""

    item: str
    name: str
    field: str
    sentence: str


def differences(here: Iterable[Guide], there: Iterable[Guide]) -> Iterator[Difference]:
    """Item by item, in the order of the codes."""
    ours = {guide.substance.basic_code: guide for guide in here}
    theirs = {guide.substance.basic_code: guide for guide in there}
    for code in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(code), theirs.get(code)
        if one is not None and other is not None:
            yield from _between(one, other)
        else:
            present = one or other
            assert present is not None, "a code of one of the two"
            yield Difference(code, present.title, "", "只有一个区办理。")


def _between(one: Guide, other: Guide) -> Iterator[Difference]:
    halves = ((Substance, one.substance, other.substance), (Procedure, one.procedure, other.procedure))
    for kind, ours, theirs in halves:
        for field in fields(kind):
            if field.name in _OWN or (kind is Procedure and field.name in _OF_THE_PLACE):
                continue
            here, there = getattr(ours, field.name), getattr(theirs, field.name)
            if here != there:
                sentence = f"{name_of(field.name)}：{shown(here)}；{shown(there)}。"
                yield Difference(one.substance.basic_code, one.title, field.name, sentence)
