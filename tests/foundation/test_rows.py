"""Rows of several tables with one statement."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tongban.foundation import rows
from tongban.foundation.audit.models import Entry
from tongban.foundation.numbering.models import Counter
from tongban.foundation.outbox.models import Message

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 30, 15, 250_000, tzinfo=UTC)


def entry(object_id: str) -> Entry:
    return Entry(
        at=AT,
        actor_kind="PLATFORM",
        action="SEE",
        object_type="case",
        object_id=object_id,
        detail={"名": [1, None]},
    )


def message(payload: object) -> Message:
    return Message(subscriber="one", queue="one/A", payload=payload)


def test_every_table_gets_its_rows_with_one_statement():
    rows.insert([entry("warm")], [message({})])
    with CaptureQueriesContext(connection) as asked:
        rows.insert([entry("1"), entry('2"')], [message({"a": "示例"})])

    assert len(asked) == 1
    assert list(Entry.objects.order_by("id").values_list("object_id", flat=True)) == ["warm", "1", '2"']
    assert Message.objects.get(payload__a="示例").attempts == 0


def test_values_come_back_as_a_plain_insert_would_bring_them():
    rows.insert([entry("1")])
    entry("2").save()

    one, other = Entry.objects.order_by("id")

    same = ("at", "actor_kind", "actor_id", "subject_id", "detail", "case_number")
    assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]
    assert one.transaction == other.transaction
    assert one.recorded_at is not None


def test_an_empty_group_and_no_group_write_nothing():
    assert rows.insert()
    assert rows.insert([], [entry("1")])
    assert Entry.objects.count() == 1


def test_a_row_that_breaks_a_constraint_takes_all_with_it():
    Counter.objects.create(scheme="a", scope="b", next_serial=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert([entry("1")], [Counter(scheme="a", scope="b", next_serial=2)])

    assert not Entry.objects.exists()
