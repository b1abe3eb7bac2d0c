"""行政协助: what other departments ask of one's own, and what one's own has asked of others."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.domains.cases.types import Assistance
from tongban.sites.console.pages.waived import AssistanceLine, assistance_line
from tongban.sites.shared.fields import Problem


@dataclass(frozen=True, slots=True)
class AssistancePage:
    sentence: str
    asked_of: tuple[AssistanceLine, ...]
    asked_by: tuple[AssistanceLine, ...]
    can_answer: bool
    problems: tuple[Problem, ...]
    faulty_id: str
    answer: str
    """What was typed into the answer that did not count."""


def build(
    asked_of: Sequence[Assistance],
    asked_by: Sequence[Assistance],
    *,
    can_answer: bool,
    faulty_id: str = "",
    error: str = "",
    answer: str = "",
) -> AssistancePage:
    overdue = sum(one.is_overdue for one in asked_of)
    told = {"count": len(asked_of), "overdue": overdue}
    sentence = ngettext(
        "有 %(count)d 件等我们答复，其中超期 %(overdue)d 件。",
        "有 %(count)d 件等我们答复，其中超期 %(overdue)d 件。",
        len(asked_of),
    )
    return AssistancePage(
        sentence=sentence % told if asked_of else _("没有等我们答复的协助请求。"),
        asked_of=tuple(assistance_line(one, is_asked=True) for one in asked_of),
        asked_by=tuple(assistance_line(one, is_asked=False) for one in asked_by),
        can_answer=can_answer,
        problems=({"text": error, "href": f"#answer-{faulty_id}"},) if error else (),
        faulty_id=faulty_id,
        answer=answer,
    )
