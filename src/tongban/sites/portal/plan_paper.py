"""The plan on paper: the page's content as PDF, with a code that leads back to it."""

from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from tongban.foundation import papers
from tongban.sites.portal.pages.plan import MaterialRow, PlanPage
from tongban.sites.shared.formats import moment

TEMPLATE = Path(__file__).parent / "papers" / "plan.typ"


def render_plan(page: PlanPage, address: str, at: datetime) -> bytes:
    """PDF/A of the plan; it holds facts of the situation and nothing of a person."""
    groups = (
        (_("您要准备的"), page.to_bring, _("什么都不用准备。")),
        (_("我们替您取的"), page.fetched, _("没有。")),
        (_("不再要的"), page.no_longer, _("没有。")),
    )
    return papers.render(
        TEMPLATE,
        {
            "title": _("%(title)s：办理计划（示例）") % {"title": page.title},
            "headline": page.headline,
            "made": _("%(moment)s 生成") % {"moment": moment(at)},
            "scan": _("扫码打开这份计划"),
            "qr": papers.qr_svg(address),
            "notes": [page.provisional] if page.provisional else [],
            "answers": [list(answer) for answer in page.answers],
            "words": {
                "order": _("先办什么，后办什么"),
                "columns": [_("序号"), _("事项"), _("部门"), _("顺序"), _("办理时间")],
                "savings": _("省了多少"),
                "care": _("办完以后要记得"),
            },
            "items": [
                [str(item.number), item.title, item.department, item.after or _("马上开始"), item.days]
                for item in page.items
            ],
            "materials": [
                {"title": title, "rows": [_row(row) for row in rows], "none": none}
                for title, rows, none in groups
            ],
            "saved": page.saved_sentence,
            "care": list(page.after_care),
        },
    )


def _row(row: MaterialRow) -> list[str]:
    return [row.name, row.text]
