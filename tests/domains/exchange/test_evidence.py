"""The evidence of exchanges: every way to falsify it is found, and without it nothing is handed out."""

import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from domains.identity import cast
from tongban.domains.exchange import models, services
from tongban.domains.exchange.rules.evidence import head_form, head_of
from tongban.domains.exchange.services import evidence, sealing, verification
from tongban.domains.exchange.types import Exchanged, LookupRequest, LookupResult, Outcome, ProblemKind, Trace
from tongban.foundation.audit.models import Entry
from tongban.foundation.signing import services as signing
from tongban.kernel.actors import PLATFORM

PATIENCE_S = 120
ROW = {"code": "T-PERSON", "name": "人口信息", "provider": "GA", "sharing": "2", "fields": ["name"]}
TABLES = ("exchange_exchangelog", "exchange_evidencebatch", "exchange_evidencemark")


def city() -> UUID:
    """A resource and a subject to keep evidence about."""
    cast.load_city()
    cast.department("GA")
    services.load_resources([ROW], actor=PLATFORM, at=cast.NOW)
    return cast.zhang_san().subject.id


def write(subject: UUID, count: int, **changes: Any) -> list[UUID]:
    """Records of as many look-ups, with one statement."""
    exchanged = []
    for nth in range(count):
        exchange = evidence.begin(actor=PLATFORM, at=cast.NOW)
        request = LookupRequest("T-PERSON", subject, ("name",), "NEWBORN", f"case-{nth}")
        trace = Trace(**{"request_hash": bytes(32), "response_hash": bytes([nth % 256]) * 32, **changes})
        exchanged.append(Exchanged(exchange, request, LookupResult(Outcome.FOUND, {}), trace))
    results = evidence.keep(exchanged, actor=PLATFORM, at=cast.NOW)
    assert {one.outcome for one in results} <= {Outcome.FOUND}
    return [one.exchange.id for one in exchanged]


def seal_all() -> None:
    """A transaction still open in any database of the server delays sealing; other tests may hold one for a while."""
    ends = time.monotonic() + PATIENCE_S
    while models.ExchangeLog.objects.count() > sum(
        models.EvidenceBatch.objects.values_list("size", flat=True)
    ):
        assert time.monotonic() < ends, "some transaction on this server stays open"
        if not sealing.keep_up():
            time.sleep(0.2)


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture(autouse=True)
def looked_anew() -> Iterator[None]:
    evidence.forget()
    signing._known.clear()
    yield
    evidence.forget()
    signing._known.clear()


@pytest.fixture
def sealed(transactional_db: None) -> Iterator[UUID]:
    """Three batches of 40 records each that somebody with the database's own rights can alter."""
    subject = city()
    for _batch in range(3):
        write(subject, 40)
        seal_all()
    for table in TABLES:
        execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield subject
    for table in TABLES:
        execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found() -> set[tuple[ProblemKind, int | None, UUID | None]]:
    return {(one.kind, one.batch, one.exchange_id) for one in verification.verify().problems}


def places(count: int) -> list[int]:
    """Places among 120 records, both ends of every batch among them."""
    edges = [0, 39, 40, 79, 80, 119]
    rest = random.Random(4).sample(sorted(set(range(120)) - set(edges)), count - len(edges))
    return edges + rest


def ids() -> list[UUID]:
    rows = models.ExchangeLog.objects.order_by("transaction", "serial")
    return list(rows.values_list("id", flat=True))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {0} SET id = id", "DELETE FROM {0}"])
@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_change_what_is_written(table: str, statement: str) -> None:
    write(city(), 2)
    seal_all()
    column = "number = number" if "batch" in table else "id = id"

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute(statement.format(table).replace("id = id", column))

    assert verification.verify().problems == ()
    assert models.ExchangeLog.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_whole_evidence_verifies() -> None:
    subject = city()
    write(subject, 3)
    seal_all()
    write(subject, 2)

    report = verification.verify()

    assert (report.entries, report.sealed, report.waiting, report.batches) == (5, 3, 2, 1)
    assert (report.exported, report.stamped, report.problems) == (1, 1, ())


@pytest.mark.django_db(transaction=True)
def test_nothing_to_seal_makes_no_batch() -> None:
    city()

    assert sealing.keep_up() == 0
    assert models.EvidenceBatch.objects.count() == 0
    assert verification.verify().problems == ()


def test_a_modified_record_is_found_wherever_it_stands(sealed: UUID) -> None:
    changes = [
        "outcome = 'NOT_FOUND'",
        "subject_id = (SELECT id FROM identity_subject WHERE id <> subject_id LIMIT 1)",
        "purpose = 'OTHER'",
        "at = at + interval '1 microsecond'",
        "response_hash = decode(repeat('ab', 32), 'hex')",
        "fields = '{name,salary}'",
        "system = 'x'",
        "recorded_at = recorded_at - interval '1 day'",
    ]
    cast.li_si()
    known = ids()

    for nth, place in enumerate(places(24)):
        change = changes[nth % len(changes)]
        execute("CREATE TABLE kept AS SELECT * FROM exchange_exchangelog WHERE id = %s", known[place])
        execute(f"UPDATE exchange_exchangelog SET {change} WHERE id = %s", known[place])

        problems = found()

        execute("DELETE FROM exchange_exchangelog WHERE id = %s", known[place])
        execute("INSERT INTO exchange_exchangelog SELECT * FROM kept")
        execute("DROP TABLE kept")
        assert problems == {(ProblemKind.MODIFIED, place // 40 + 1, known[place])}, (change, place)
    assert found() == set()


def test_a_deleted_record_is_found_wherever_it_stood(sealed: UUID) -> None:
    known = ids()

    for place in places(24):
        execute("CREATE TABLE kept AS SELECT * FROM exchange_exchangelog WHERE id = %s", known[place])
        execute("DELETE FROM exchange_exchangelog WHERE id = %s", known[place])

        problems = found()

        execute("INSERT INTO exchange_exchangelog SELECT * FROM kept")
        execute("DROP TABLE kept")
        assert problems == {(ProblemKind.DELETED, place // 40 + 1, known[place])}, place
    assert found() == set()


def test_an_inserted_record_is_found_wherever_it_stands(sealed: UUID) -> None:
    known = ids()
    copied = [field.column for field in models.ExchangeLog._meta.concrete_fields]
    written = ", ".join(copied)

    for nth, place in enumerate(places(24)):
        forged = UUID(int=nth + 1)
        # Beside the record at `place`: in its transaction, with a serial of its own above, below or far below all.
        serial = (
            "(SELECT max(serial) + 9 FROM exchange_exchangelog)",
            "-5",
            "nextval('exchange_log_serial')",
        )[nth % 3]
        changed = ", ".join(
            {
                "id": "%s::uuid",
                "serial": serial,
                "transaction": "transaction - 1" if nth % 3 == 0 else "transaction",
            }.get(one, one)
            for one in copied
        )
        execute(
            f"INSERT INTO exchange_exchangelog ({written}) SELECT {changed} FROM exchange_exchangelog WHERE id = %s",
            forged,
            known[place],
        )

        problems = found()
        waiting = verification.verify().waiting

        execute("DELETE FROM exchange_exchangelog WHERE id = %s", forged)
        if place >= 80 and serial != "-5" and nth % 3:
            # Behind the last record of the last transaction: not inserted, but one more that waits.
            assert (problems, waiting) == (set(), 1)
            continue
        assert {(kind, one) for kind, _batch, one in problems} == {(ProblemKind.INSERTED, forged)}, place
    assert found() == set()


def change_places(one: UUID, other: UUID) -> None:
    execute(
        "UPDATE exchange_exchangelog a SET transaction = b.transaction, serial = -b.serial FROM exchange_exchangelog b"
        " WHERE (a.id, b.id) IN ((%s, %s), (%s, %s))",
        *(one, other, other, one),
    )
    execute("UPDATE exchange_exchangelog SET serial = -serial WHERE serial < 0")


def test_records_that_changed_places_are_found(sealed: UUID) -> None:
    known = ids()
    generator = random.Random(5)
    pairs = [tuple(sorted(generator.sample(range(120), 2))) for _pair in range(20)]

    for one, other in pairs:
        change_places(known[one], known[other])

        problems = found()

        change_places(known[one], known[other])
        kinds = {kind for kind, _batch, _id in problems}
        same_batch = one // 40 == other // 40
        expected = {ProblemKind.REORDERED} if same_batch else {ProblemKind.DELETED, ProblemKind.INSERTED}
        assert kinds == expected, (one, other)
        assert {found_id for _kind, _batch, found_id in problems} == {known[one], known[other]}
    assert found() == set()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_batch_made_again_over_a_forgery_is_found(sealed: UUID, number: int) -> None:
    batch = models.EvidenceBatch.objects.get(number=number)
    execute("UPDATE exchange_exchangelog SET purpose = 'OTHER' WHERE id = %s", ids()[number * 40 - 20])
    later = models.EvidenceBatch.objects.filter(number__gte=number)
    models.EvidenceMark.objects.filter(batch__number__gte=number).delete()
    later.delete()

    while sealing.seal():
        pass
    sealing.stamp()

    assert models.EvidenceBatch.objects.get(number=number).head != batch.head
    assert {(kind, at) for kind, at, _id in found()} >= {(ProblemKind.RESIGNED, number)}


def test_a_head_signed_by_another_key_is_found(sealed: UUID) -> None:
    other = signing.signer_for("GA", at=datetime.now(UTC))
    for path in sealing.export_folder().glob("*.jsonl"):
        path.unlink()  # found even without what is outside

    for batch in models.EvidenceBatch.objects.order_by("number"):
        form = head_form(
            number=batch.number,
            size=batch.size,
            previous=bytes(batch.previous),
            root=bytes(batch.root),
            sealed_at=batch.sealed_at,
        )
        signature = other.sign(form)
        row = models.EvidenceBatch.objects.filter(number=batch.number)
        row.update(key_id=other.key_id, signature=signature, head=head_of(form, signature))
        assert (ProblemKind.RESIGNED, batch.number, None) in found()
        row.update(key_id=batch.key_id, signature=batch.signature, head=batch.head)

    assert found() == set()


def test_an_altered_batch_is_found_wherever_it_was_altered(sealed: UUID) -> None:
    for batch in models.EvidenceBatch.objects.order_by("number"):
        row = models.EvidenceBatch.objects.filter(number=batch.number)
        for field in ("root", "previous", "leaves", "signature", "head", "ids"):
            kept = bytes(getattr(batch, field))
            value = bytearray(kept)
            value[len(value) // 2] ^= 1

            row.update(**{field: bytes(value)})
            problems = found()
            row.update(**{field: kept})

            assert batch.number in {at for _kind, at, _id in problems}, (batch.number, field)
    assert found() == set()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_tail_cut_with_its_batches_is_found_by_the_export(sealed: UUID, number: int) -> None:
    cut = ids()[(number - 1) * 40 :]

    models.EvidenceMark.objects.filter(batch__number__gte=number).delete()
    models.EvidenceBatch.objects.filter(number__gte=number).delete()
    models.ExchangeLog.objects.filter(id__in=cut).delete()

    assert found() == {(ProblemKind.CUT, one, None) for one in range(number, 4)}


def test_a_batch_taken_out_of_the_middle_is_found(sealed: UUID) -> None:
    taken = ids()[40:80]

    models.EvidenceMark.objects.filter(batch__number=2).delete()
    models.EvidenceBatch.objects.filter(number=2).delete()
    models.ExchangeLog.objects.filter(id__in=taken).delete()

    assert (ProblemKind.DELETED, 2, None) in found()


def test_a_time_stamp_that_is_forged_or_gone_is_found(sealed: UUID) -> None:
    first, second, third = models.EvidenceMark.objects.filter(kind="STAMPED").order_by("batch_id")

    models.EvidenceMark.objects.filter(pk=first.pk).update(token=bytes(second.token))
    models.EvidenceMark.objects.filter(pk=third.pk).delete()

    assert found() == {(ProblemKind.STAMP, 1, None), (ProblemKind.STAMP, 3, None)}


@pytest.mark.django_db(transaction=True)
def test_a_database_moved_to_a_server_that_counts_anew_goes_on_being_sealed() -> None:
    subject = city()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint + 1000000")
        far = cursor.fetchone()[0]
    execute("ALTER TABLE exchange_exchangelog DISABLE TRIGGER USER")
    write(subject, 2)
    execute("UPDATE exchange_exchangelog SET transaction = %s", far)
    execute("ALTER TABLE exchange_exchangelog ENABLE TRIGGER USER")

    seal_all()
    write(subject, 2)
    between = verification.verify()
    seal_all()
    write(subject, 1)
    seal_all()

    assert (between.problems, between.waiting) == ((), 2)
    report = verification.verify()
    assert (report.sealed, report.waiting, report.problems) == (5, 0, ())


@pytest.mark.django_db(transaction=True)
def test_what_is_exported_is_written_once_and_again_after_a_crash() -> None:
    write(city(), 2)
    seal_all()
    (path,) = sealing.export_folder().glob("*.jsonl")
    whole = path.read_bytes()

    assert sealing.export() == 0
    path.write_bytes(whole[:200])
    assert sealing.export() == 2

    lines = list(sealing.exported_lines(sealing.export_folder()))
    assert [sorted(line)[0] for line in lines] == ["batch", "at"]
    assert path.read_bytes() == whole[:200] + b"\n" + whole
    assert json.loads(whole.splitlines()[0])["size"] == 2


@pytest.mark.django_db(transaction=True)
def test_evidence_and_audit_are_one_statement(django_assert_num_queries: Any) -> None:
    subject = city()
    before = Entry.objects.count()

    with django_assert_num_queries(1):
        write(subject, 20)

    assert (models.ExchangeLog.objects.count(), Entry.objects.count() - before) == (20, 20)
    assert timedelta(0) <= evidence.read_ages()[evidence.EvidenceFault.UNSEALED] < timedelta(minutes=1)
