"""办后须知 on paper: what was obtained, until when it is valid, what to mind from now on, whom to call."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases.types import Timeline
from tongban.domains.licences.types import Licence
from tongban.foundation import papers
from tongban.sites.shared.formats import grouped, moment, plain_day

TEMPLATE = Path(__file__).parent / "papers" / "booklet.typ"
EXTENDED_BEFORE = timedelta(days=30)
"""行政许可法 §50: an extension is applied for thirty days before the term ends."""


def render(
    timeline: Timeline, after_care: Sequence[str], results: Sequence[Licence], *, at: datetime
) -> bytes:
    """PDF/A for the applicant."""
    address = settings.PUBLIC_URL + reverse("portal:application", args=[timeline.number])
    phones = dict.fromkeys((case.department_name, case.department_phone) for case in timeline.cases)
    return papers.render(
        TEMPLATE,
        {
            "title": _("%(title)s：办后须知（示例）") % {"title": timeline.title}
            if not settings.IS_PRODUCTION
            else _("%(title)s：办后须知") % {"title": timeline.title},
            "number": _("申请编号 %(number)s") % {"number": grouped(timeline.number)},
            "made": _("%(moment)s 生成") % {"moment": moment(at)},
            "qr": papers.qr_svg(address),
            "scan": _("扫码看办理经过"),
            "words": {
                "results": _("您拿到了什么"),
                "columns": [_("结果"), _("编号"), _("有效到什么时候")],
                "care": _("办完以后要记得"),
                "phones": _("有问题找谁"),
                "none": _("这次没有拿到证照或文书。"),
            },
            "results": [[one.name, one.serial or one.number, _term(one.valid_to)] for one in results],
            "care": list(after_care),
            "phones": [*([name, phone] for name, phone in phones if phone), [_("市民热线"), "12345"]],
        },
    )


def _term(valid_to: date | None) -> str:
    if valid_to is None:
        return _("长期有效")
    return _("%(end)s前；还要用的，%(apply)s前申请延续") % {
        "end": plain_day(valid_to),
        "apply": plain_day(valid_to - EXTENDED_BEFORE),
    }
