from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from tongban.foundation.audit import services
from tongban.foundation.audit.models import Entry, Link
from tongban.kernel.actors import PLATFORM

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def write(count: int) -> None:
    for n in range(count):
        services.record(actor=PLATFORM, action="TEST", at=AT, object_type="thing", object_id=str(n))


def seal_all() -> None:
    while services.seal():
        pass


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
    heads = services.heads_file().read_text()

    Link.objects.all().delete()
    seal_all()
    services.heads_file().write_text(heads)

    assert "MODIFIED" in kinds()


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
        sealed_after = services.seal()
    finally:
        other.close()

    assert (sealed_while_open, sealed_after) == (0, 3)
    assert services.verify().is_intact
