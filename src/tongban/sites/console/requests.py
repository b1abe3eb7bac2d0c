"""What the console reads from addresses and forms."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from tongban.domains.cases.types import QueueFilters, QueueView
from tongban.kernel.actors import Actor, Role

COLUMNS_COOKIE = "tongban_queue_columns"
NO_REVISION = 0
"""No row has it: a form without its revision is stale."""


def default_view(actor: Actor) -> QueueView:
    """What an officer's post has to do first."""
    first = {
        Role.ACCEPTOR: QueueView.TO_ACCEPT,
        Role.EXAMINER: QueueView.TO_EXAMINE,
        Role.DECIDER: QueueView.TO_DECIDE,
    }
    for role, view in first.items():
        if role in actor.roles:
            return view
    return QueueView.OPEN


def read_view(query: QueryDict, actor: Actor) -> QueueView:
    asked = query.get("view", "")
    return QueueView(asked) if asked in QueueView.__members__ else default_view(actor)


def read_filters(query: QueryDict) -> QueueFilters:
    return QueueFilters(
        basic_code=query.get("item", ""),
        purpose=query.get("purpose", ""),
        assignee_id=read_uuid(query.get("assignee", "")),
        unassigned_only="unassigned" in query,
        text=query.get("q", "").strip(),
    )


def to_query(view: QueueView, filters: QueueFilters, cursor: str = "") -> str:
    """The address of a queue page, without what is not set."""
    parts: Mapping[str, str] = {
        "view": view.value,
        "item": filters.basic_code,
        "purpose": filters.purpose,
        "assignee": str(filters.assignee_id) if filters.assignee_id else "",
        "unassigned": "on" if filters.unassigned_only else "",
        "q": filters.text,
        "cursor": cursor,
    }
    return urlencode({key: value for key, value in parts.items() if value})


def without(filters: QueueFilters) -> bool:
    """Whether nothing is filtered out."""
    return filters == replace(QueueFilters())


@dataclass(frozen=True, slots=True)
class Columns:
    """What an officer wants beside limit and item, which every queue shows."""

    applicant: bool = True
    state: bool = True
    assignee: bool = True
    received: bool = True


def read_columns(kept: str | None) -> Columns:
    """From the cookie; all of them where there is none."""
    if kept is None:
        return Columns()
    return choose_columns(kept.split("."))


def choose_columns(names: Collection[str]) -> Columns:
    return Columns(**{one.name: one.name in names for one in fields(Columns)})


def write_columns(columns: Columns) -> str:
    return ".".join(one.name for one in fields(Columns) if getattr(columns, one.name))


def read_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def read_revision(posted: QueryDict) -> int:
    shown = posted.get("revision", "")
    return int(shown) if shown.isdecimal() else NO_REVISION


def read_selected(posted: QueryDict) -> tuple[tuple[str, int], ...]:
    """The ticked rows of the queue: number and the revision the officer saw."""
    found: list[tuple[str, int]] = []
    for text in posted.getlist("case"):
        number, _colon, revision = text.rpartition(":")
        if number and revision.isdecimal():
            found.append((number, int(revision)))
    return tuple(found)
