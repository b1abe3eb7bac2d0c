import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from tongban.foundation.audit import services
from tongban.foundation.audit.models import Entry, Link
from tongban.foundation.requests import current_request_id
from tongban.kernel.actors import PLATFORM

PATIENCE_S = 120
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def write(count: int) -> None:
    for n in range(count):
        services.record(actor=PLATFORM, action="TEST", at=AT, object_type="thing", object_id=str(n))


def seal_all() -> None:
    """A transaction still open in any database of the server delays sealing; other tests may hold one for a while."""
    ends = time.monotonic() + PATIENCE_S
    services.seal()
    while Entry.objects.exclude(pk__in=Link.objects.values("entry_id")).exists():
        assert time.monotonic() < ends, "some transaction on this server stays open"
        time.sleep(0.05)
        services.seal()


@pytest.fixture
def unguarded(transactional_db):
    """A trail of ten sealed entries that somebody with the database's own rights can alter."""
    write(10)
    seal_all()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE audit_entry DISABLE TRIGGER USER; ALTER TABLE audit_link DISABLE TRIGGER USER"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE audit_entry ENABLE TRIGGER USER; ALTER TABLE audit_link ENABLE TRIGGER USER"
        )


def kinds() -> set[str]:
    return {problem.kind for problem in services.verify().problems}


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'OTHER'", "DELETE FROM audit_entry"])
@pytest.mark.django_db
def test_the_database_refuses_to_change_what_is_written(statement):
    write(1)

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert Entry.objects.get().action == "TEST"


@pytest.mark.django_db(transaction=True)
def test_a_whole_trail_verifies():
    write(3)
    seal_all()
    write(2)

    report = services.verify()

    assert (report.entries, report.sealed, report.unsealed, report.problems) == (5, 3, 2, ())


@pytest.mark.usefixtures("unguarded")
def test_a_modified_entry_is_found():
    entry = Link.objects.get(position=4).entry_id

    Entry.objects.filter(pk=entry).update(object_id="forged")

    assert [(p.kind, p.position) for p in services.verify().problems] == [("MODIFIED", 4)]


@pytest.mark.usefixtures("unguarded")
def test_a_deleted_entry_is_found():
    entry = Link.objects.get(position=4).entry_id

    Entry.objects.filter(pk=entry).delete()

    assert [(p.kind, p.position) for p in services.verify().problems] == [("DELETED", 4)]


@pytest.mark.usefixtures("unguarded")
def test_an_entry_inserted_among_the_sealed_is_found():
    early = Link.objects.get(position=3).transaction

    Entry.objects.create(
        transaction=early,
        at=AT,
        actor_kind="PLATFORM",
        actor_name="x",
        action="FORGED",
        object_type="t",
        object_id="1",
    )

    assert kinds() == {"INSERTED"}


@pytest.mark.usefixtures("unguarded")
def test_two_exchanged_links_are_found():
    third, seventh = Link.objects.get(position=3), Link.objects.get(position=7)
    Link.objects.filter(position=3).delete()

    Link.objects.filter(position=7).update(entry_id=third.entry_id, entry_hash=third.entry_hash)
    third.entry_id, third.entry_hash = seventh.entry_id, seventh.entry_hash
    third.save(force_insert=True)

    assert "REORDERED" in kinds()


@pytest.mark.usefixtures("unguarded")
def test_a_tail_cut_together_with_its_links_is_found_by_the_head_outside():
    cut = list(Link.objects.filter(position__gt=7).values_list("entry_id", flat=True))

    Link.objects.filter(position__gt=7).delete()
    Entry.objects.filter(pk__in=cut).delete()

    assert [(p.kind, p.position) for p in services.verify().problems] == [("CUT", 10)]


@pytest.mark.usefixtures("unguarded")
def test_a_chain_sealed_anew_over_a_forgery_differs_from_the_head_outside():
    Entry.objects.filter(object_id="2").update(action="FORGED")

    Link.objects.all().delete()
    seal_all()

    assert [(p.kind, p.position) for p in services.verify().problems] == [("MODIFIED", 10)]


@pytest.mark.usefixtures("unguarded")
def test_a_link_taken_out_is_found():
    Link.objects.filter(position=5).delete()

    assert kinds() == {"REORDERED", "INSERTED"}


@pytest.mark.django_db(transaction=True)
def test_a_head_that_was_not_written_before_a_crash_is_written_by_the_next_sealing():
    write(3)
    seal_all()
    services.heads_file().write_text('{"position": 3, "he')

    assert services.seal() == 0

    report = services.verify()
    assert (report.heads, report.problems) == (1, ())


@pytest.mark.django_db(transaction=True)
def test_a_head_is_written_once():
    write(3)
    seal_all()

    services.seal()

    assert len(services.heads_file().read_text().splitlines()) == services.verify().heads


@pytest.mark.django_db(transaction=True)
def test_a_database_moved_to_a_server_that_counts_anew_goes_on_being_sealed():
    # Two entries with transaction numbers this server has not reached, as a dump of another one brings them.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint + 1000000")
        far = cursor.fetchone()[0]
    brought = [
        Entry(
            transaction=far + n,
            at=AT,
            actor_kind="PLATFORM",
            actor_name="x",
            action="OLD",
            object_type="t",
            object_id="1",
        )
        for n in range(2)
    ]
    Entry.objects.bulk_create(brought)
    write(2)

    seal_all()
    write(1)
    seal_all()

    order = Entry.objects.filter(pk__in=Link.objects.values("entry_id")).values_list("action", flat=True)
    assert sorted(order) == ["OLD", "OLD", "TEST", "TEST", "TEST"]
    assert services.verify().problems == ()


@pytest.mark.django_db(transaction=True)
def test_several_entries_are_one_statement_and_carry_the_request_id(django_assert_num_queries):
    token = current_request_id.set("0123456789abcdef")
    entries = [services.Entry(PLATFORM, "TEST", AT, "thing", str(n)) for n in range(20)]

    with transaction.atomic(), django_assert_num_queries(1):
        services.record_many(entries)
    current_request_id.reset(token)

    assert set(Entry.objects.values_list("request_id", flat=True)) == {"0123456789abcdef"}
    assert Entry.objects.count() == 20


@pytest.mark.usefixtures("unguarded")
def test_the_command_names_the_place_and_fails(capsys):
    Entry.objects.filter(pk=Link.objects.get(position=4).entry_id).update(object_id="forged")

    with pytest.raises(SystemExit) as ended:
        call_command("audit_verify")

    printed = capsys.readouterr()
    assert ended.value.code == 1
    assert "position 4" in printed.err
    assert "10 entries, 10 sealed, 0 waiting, 1 problems" in printed.out


@pytest.mark.django_db(transaction=True)
def test_an_entry_of_a_transaction_still_open_is_not_overtaken():
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_entry (at, actor_kind, actor_name, department, action, object_type, object_id, case_number,"
                " detail, request_id) VALUES (now(), 'PLATFORM', 'late', '', 'LATE', 'thing', %s, '', '{}', '')",
                [str(uuid4())],
            )
        write(2)

        sealed_while_open = services.seal()
        other.commit()
        seal_all()
    finally:
        other.close()

    assert sealed_while_open == 0
    assert Link.objects.count() == 3
    assert services.verify().is_intact
