"""What an office may ask the applicant for: never what the one verdict of the catalogue forbids."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _

from tongban.domains.cases.types import WaivedState
from tongban.domains.catalogue.types import Ask, MaterialVerdict, Rule
from tongban.domains.eforms.types import slot_key
from tongban.kernel.errors import TongbanError

FAILED = frozenset({WaivedState.NOT_FOUND, WaivedState.FELL_BACK})
"""The fetch has failed: now, and only now, the applicant may be asked."""


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A material that may not be asked for, and by which of the rules."""

    slot: str
    name: str
    rule: Rule
    source: str

    @property
    def sentence(self) -> str:
        reasons = {
            Rule.NO_BASIS: _("没有法律法规依据的材料，一律不需提交（优化营商环境条例，三个一律）。"),
            Rule.SHAREABLE: _(
                "能够通过数据共享取得的材料，一律不需提交（三个一律），由%(source)s提供。没有取到的，请向提供部门发起行政协助。"
            ),
            Rule.IN_LICENCE_LIBRARY: _(
                "电子证照库能够调取的证照，一律不需提交（三个一律）。请从证照库调取；查不到的，请向发证部门发起行政协助。"
            ),
            Rule.PRODUCED_HERE: _("本次联办中产生的材料，在部门之间传递，不用申请人交。"),
            Rule.FILLED_IN_FORM: _(
                "由表单自动生成的材料，不用另外交。表单有误的，请要求补正表单里的那一项。"
            ),
        }
        reason = reasons[self.rule] % {"source": self.source}
        return _("不能要求申请人交“%(name)s”：%(reason)s") % {"name": self.name, "reason": reason}


class MustNotBeAsked(TongbanError):
    """One of the three rules forbids it; the sentence says which and what to do instead."""

    code: ClassVar[str] = "MUST_NOT_BE_ASKED"


def forbidden_slots(
    verdicts: Iterable[MaterialVerdict], *, states: Mapping[str, WaivedState], brought: Collection[str]
) -> dict[str, Forbidden]:
    """By slot of the form, what the office may not ask for in a case.

    `states` are those of its waived materials by code, `brought` the slots that the applicant has filled herself. A slot that serves
    several materials may be asked for as soon as one of them may.
    """
    open_slots: set[str] = set()
    closed: dict[str, Forbidden] = {}
    for verdict in verdicts:
        material = verdict.material
        slot = slot_key(material.material_type, material.licence_holder)
        if verdict.rule is None or _has_failed(verdict, slot, states, brought):
            open_slots.add(slot)
        else:
            closed[slot] = Forbidden(slot, material.name, verdict.rule, verdict.source)
    return {slot: one for slot, one in closed.items() if slot not in open_slots}


def _has_failed(
    verdict: MaterialVerdict, slot: str, states: Mapping[str, WaivedState], brought: Collection[str]
) -> bool:
    """Whether the office has tried and not got it, or the applicant was rightly asked when she applied."""
    if verdict.ask is not Ask.ASK_IF_FETCH_FAILS:
        return False
    state = states.get(verdict.material.code)
    return slot in brought if state is None else state in FAILED
