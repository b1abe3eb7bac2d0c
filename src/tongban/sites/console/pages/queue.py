"""An officer's queue: views with counts, filters, rows with their limit as a bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.cases import selectors as cases
from tongban.domains.cases.selectors.queue import COUNTED_AT_MOST
from tongban.domains.cases.types import (
    Light,
    QueueFilters,
    QueuePage,
    QueueRow,
    QueueView,
    SavedView,
    Status,
)
from tongban.domains.catalogue.types import ItemEntry
from tongban.domains.identity.types import Officer
from tongban.domains.lifeevents.types import Package
from tongban.kernel.actors import Actor, Role
from tongban.sites.console.requests import Columns, to_query, without
from tongban.sites.console.words import State, light_state, status_state, view_words
from tongban.sites.shared.formats import moment, short_day, workdays

BAR_DAYS = 10
"""A limit further away than this fills the bar."""
FIRST_VIEWS = (
    QueueView.TO_ACCEPT,
    QueueView.TO_EXAMINE,
    QueueView.TO_DECIDE,
    QueueView.TO_SERVE,
    QueueView.DUE_SOON,
    QueueView.OVERDUE,
    QueueView.MINE,
    QueueView.SUPPLEMENTING,
    QueueView.SUSPENDED,
    QueueView.OPEN,
    QueueView.ENDED,
)

Choice = tuple[str, str, bool]
"""Value, words, chosen."""


@dataclass(frozen=True, slots=True)
class Tab:
    address: str
    words: str
    count: str
    is_here: bool
    is_alarming: bool


@dataclass(frozen=True, slots=True)
class Row:
    number: str
    address: str
    selection: str
    can_select: bool
    item: str
    package: str
    applicant: str
    state: State
    light: State
    light_class: str
    bar: int
    due: str
    left: str
    received: str
    assignee: str
    flag: str


@dataclass(frozen=True, slots=True)
class SavedLink:
    id: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class QueueScreen:
    title: str
    tabs: tuple[Tab, ...]
    rows: tuple[Row, ...]
    count_sentence: str
    empty_sentence: str
    saved: tuple[SavedLink, ...]
    items: tuple[Choice, ...]
    packages: tuple[Choice, ...]
    assignees: tuple[Choice, ...]
    view: str
    query: str
    text: str
    is_unassigned_only: bool
    is_filtered: bool
    clear_address: str
    elsewhere: tuple[tuple[str, str], ...]
    """Words and addresses of the views in which a search that found nothing here goes on."""
    next_address: str
    first_address: str
    can_accept: bool
    columns: Columns
    column_choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer."""

    items: Sequence[ItemEntry]
    packages: Sequence[Package]
    officers: Sequence[Officer]


def build(
    page: QueuePage,
    counts: Mapping[QueueView, int],
    saved: Sequence[SavedView],
    choices: Choices,
    *,
    actor: Actor,
    view: QueueView,
    filters: QueueFilters,
    cursor: str,
    columns: Columns,
) -> QueueScreen:
    can_accept = view is QueueView.TO_ACCEPT and actor.has_role(Role.ACCEPTOR)
    rows = tuple(_row(row) for row in page.rows)
    return QueueScreen(
        title=view_words(view),
        tabs=tuple(_tab(one, counts[one], filters, is_here=one is view) for one in FIRST_VIEWS),
        rows=rows,
        count_sentence=_count_sentence(len(rows), has_more=page.next_cursor is not None),
        empty_sentence=_("没有符合条件的办件。") if not without(filters) else _("这里没有办件了。"),
        saved=tuple(SavedLink(str(one.id), one.name, queue_address(one.view, one.filters)) for one in saved),
        items=tuple(
            (one.basic_code, one.name, one.basic_code == filters.basic_code) for one in choices.items
        ),
        packages=tuple((one.code, one.title, one.code == filters.purpose) for one in choices.packages),
        assignees=tuple(
            (str(one.account_id), one.name, one.account_id == filters.assignee_id) for one in choices.officers
        ),
        view=view.value,
        query=to_query(view, filters),
        text=filters.text,
        is_unassigned_only=filters.unassigned_only,
        is_filtered=not without(filters),
        clear_address=queue_address(view, QueueFilters()),
        elsewhere=tuple(
            (view_words(one), queue_address(one, filters))
            for one in (QueueView.OPEN, QueueView.ENDED)
            if filters.text and not rows and one is not view
        ),
        next_address=queue_address(view, filters, page.next_cursor) if page.next_cursor else "",
        first_address=queue_address(view, filters) if cursor else "",
        can_accept=can_accept,
        columns=columns,
        column_choices=(
            ("applicant", _("申请人"), columns.applicant),
            ("state", _("状态"), columns.state),
            ("assignee", _("承办人"), columns.assignee),
            ("received", _("收件"), columns.received),
        ),
    )


def queue_address(view: QueueView, filters: QueueFilters, cursor: str = "") -> str:
    return f"{reverse('console:queue')}?{to_query(view, filters, cursor)}"


def _tab(view: QueueView, count: int, filters: QueueFilters, *, is_here: bool) -> Tab:
    return Tab(
        address=queue_address(view, filters),
        words=view_words(view),
        count=_counted(view, count),
        is_here=is_here,
        is_alarming=view is QueueView.OVERDUE and count > 0,
    )


def _counted(view: QueueView, count: int) -> str:
    if view is QueueView.MINE and count >= COUNTED_AT_MOST:
        return f"{COUNTED_AT_MOST - 1}+"
    return f"{count:,}"


def _count_sentence(shown: int, *, has_more: bool) -> str:
    if has_more:
        return _("显示最急的 %(count)d 件，还有更多。") % {"count": cases.PAGE_SIZE}
    return _("显示 %(count)d 件。") % {"count": shown}


def _row(row: QueueRow) -> Row:
    return Row(
        number=row.number,
        address=reverse("console:dossier", args=[row.number]),
        selection=f"{row.number}:{row.revision}",
        can_select=row.status is Status.RECEIVED,
        item=row.item_name,
        package=row.package_title if row.package_title != row.item_name else "",
        applicant=row.applicant_name,
        state=status_state(row.status),
        light=light_state(row.light, row.status),
        light_class=row.light.value.lower(),
        bar=_bar(row),
        due=_due(row),
        left=_left(row),
        received=moment(row.received_at),
        assignee=row.assignee_name,
        flag=_("用到的证照已失去效力") if row.is_flagged else "",
    )


def _bar(row: QueueRow) -> int:
    if row.light is Light.NONE or row.days_left is None:
        return 0
    if row.days_left < 0:
        return BAR_DAYS
    return min(row.days_left, BAR_DAYS)


def _due(row: QueueRow) -> str:
    if row.due_on is None:
        return _("不计时")
    day = short_day(row.due_on)
    return _("%(day)s（暂定）") % {"day": day} if row.is_provisional else day


def _left(row: QueueRow) -> str:
    if row.days_left is None:
        return ""
    if row.days_left < 0:
        return _("超过 %(days)s") % {"days": workdays(-row.days_left)}
    if row.days_left == 0:
        return _("今天到期")
    return _("还剩 %(days)s") % {"days": workdays(row.days_left)}
