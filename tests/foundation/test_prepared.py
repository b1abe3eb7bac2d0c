"""Statements built once in a process and planned once a connection."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext

from tongban.domains.directory.models import Department, Division
from tongban.foundation.numbering.models import Counter
from tongban.foundation.outbox.models import Message
from tongban.foundation.prepared import prepared

pytestmark = pytest.mark.django_db


@prepared
def counters(scheme: str, scopes: list[str]) -> QuerySet[Counter]:
    return Counter.objects.filter(scheme=scheme, scope__any_of=scopes).order_by("scope")


@prepared
def serials(scheme: str) -> QuerySet[Counter, tuple[str, int]]:
    return Counter.objects.filter(scheme=scheme).order_by("scope").values_list("scope", "next_serial")[:2]


@prepared
def second_scopes(scheme: str) -> QuerySet[Counter, str]:
    rows = Counter.objects.filter(Q(scheme=scheme) | Q(scheme=scheme, scope="100%"), next_serial=2)
    return rows.order_by("scope").values_list("scope", flat=True)


@prepared
def everything() -> QuerySet[Counter, str]:
    return Counter.objects.values_list("scope", flat=True)


@prepared
def departments(code: str) -> QuerySet[Department]:
    return Department.objects.select_related("division", "guided_by").filter(code=code)


@prepared
def between(first: datetime, last: datetime, after: date) -> QuerySet[Message, object]:
    rows = Message.objects.filter(available_at__gt=first, available_at__lt=last, available_at__date__gt=after)
    return rows.values_list("payload", flat=True)


@prepared
def one_of(ids: list[UUID], one: UUID) -> QuerySet[Department, str]:
    return Department.objects.filter(pk=one, name="无").values_list("name", flat=True)


@prepared
def locked(scheme: str) -> QuerySet[Counter]:
    return Counter.objects.select_for_update().filter(scheme=scheme)


@pytest.fixture(autouse=True)
def some_counters() -> None:
    for scope, serial in (("a", 1), ("b", 2), ("100%", 2)):
        Counter.objects.create(scheme="S", scope=scope, next_serial=serial)
    Counter.objects.create(scheme="T", scope="a", next_serial=2)


@pytest.mark.parametrize(
    ("scopes", "found"), [([], []), (["a"], ["a"]), (["b", "a", "c"], ["a", "b"]), (["100%"], ["100%"])]
)
def test_one_statement_serves_lists_of_every_length(scopes: list[str], found: list[str]) -> None:
    counters("warm", [])

    with CaptureQueriesContext(connection) as asked:
        rows = counters("S", scopes)

    assert [row.scope for row in rows] == found
    assert [one["sql"].split(" (")[0] for one in asked] == [asked[0]["sql"].split(" (")[0]]
    assert asked[0]["sql"].startswith("EXECUTE counters_")


def test_rows_come_as_the_query_set_gives_them() -> None:
    assert all(isinstance(row, Counter) and not row._state.adding for row in counters("S", ["a"]))
    assert serials("S") == [("100%", 2), ("a", 1)]
    assert second_scopes("S") == ["100%", "b"]
    assert sorted(everything()) == ["100%", "a", "a", "b"]


def test_what_a_value_holds_is_never_read_as_sql() -> None:
    assert serials("S') OR ('1' = '1") == []
    assert counters("S", ["a'; DROP TABLE numbering_counter; --", '"a"', "{a}"]) == []
    assert Counter.objects.count() == 4


def test_related_objects_are_there_without_a_further_query() -> None:
    city = Division.objects.create(code="31", name="示例市", level="2", pinyin="shili")
    common = {"division": city, "level": "2", "uscc": "12310000400000001X"}
    guide = Department.objects.create(code="P", name="市局", short_name="市局", **common)
    Department.objects.create(code="C", name="区局", short_name="区局", guided_by=guide, **common)

    with CaptureQueriesContext(connection) as asked:
        (child,), (top,) = departments("C"), departments("P")
        names = (child.division.name, child.guided_by and child.guided_by.name, top.guided_by)

    assert names == ("示例市", "市局", None)
    assert len(asked) == 2


def test_values_pass_through_the_fields_own_converters() -> None:
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    Message.objects.create(subscriber="one", queue="one/A", payload={"a": ["示例", 1]}, available_at=at)

    assert between(at - timedelta(hours=1), at + timedelta(hours=1), date(2026, 3, 1)) == [{"a": ["示例", 1]}]
    assert between(at, at + timedelta(hours=1), date(2026, 3, 1)) == []


def test_a_connection_plans_a_statement_once_and_a_new_one_again() -> None:
    def planned() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'serials\\_%'")
            return int(cursor.fetchone()[0])

    serials("S")
    serials("T")

    assert planned() == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_knows_nothing_yet() -> None:
    before = serials("T")
    connection.close()

    assert serials("T") == before == [("a", 2)]


def test_a_parameter_that_the_query_set_does_not_use_is_refused() -> None:
    with pytest.raises(TypeError, match=r"one_of: .*ids"):
        one_of([uuid4()], uuid4())


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_refused_at_every_call() -> None:
    with transaction.atomic():
        assert [row.scope for row in locked("T")] == ["a"]

    with pytest.raises(transaction.TransactionManagementError):
        locked("T")
