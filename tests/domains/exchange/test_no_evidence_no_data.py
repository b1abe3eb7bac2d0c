"""It fails closed: without evidence no data, a sentence of its own, an alarm; and it goes on when the fault is mended."""

import os
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client

from domains.exchange import test_evidence as kept
from domains.exchange.test_lookup import FakeRegister, ask
from domains.exchange.test_lookup import register as register_fixture
from domains.identity import cast
from tongban.domains.exchange import models, services
from tongban.domains.exchange.services import evidence, sealing
from tongban.domains.exchange.types import EvidenceFault, Outcome
from tongban.foundation import telemetry
from tongban.foundation.audit.models import Entry
from tongban.foundation.signing import services as signing
from tongban.foundation.signing.types import PLATFORM, NoSigner, TimeStampFailed
from tongban.kernel.actors import PLATFORM as BY_THE_PLATFORM

register = register_fixture
looked_anew = kept.looked_anew
pytestmark = pytest.mark.django_db(transaction=True)
NOTHING = timedelta(0)


@pytest.fixture
def zhang(register: FakeRegister) -> cast.Person:
    person = cast.zhang_san()
    register.rows[person.subject.id] = {"name": "张三", "sex": "1"}
    return person


@pytest.fixture
def no_patience(settings) -> Iterator[None]:
    """A limit that is over as soon as something waits."""
    settings.EVIDENCE_LIMIT = NOTHING
    evidence.forget()
    yield
    evidence.forget()


def metric(name: str) -> float:
    lines = telemetry.metrics().decode().splitlines()
    (line,) = [one for one in lines if one.startswith(f"{name} ")]
    return float(line.split()[1])


def counted() -> tuple[int, int]:
    return models.ExchangeLog.objects.count(), Entry.objects.filter(action="LOOK_UP").count()


def test_a_record_that_the_database_refuses_lets_nothing_out(
    zhang: cast.Person, register: FakeRegister
) -> None:
    before, alarms = counted(), metric("tongban_evidence_refused_total")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE exchange_exchangelog ADD CONSTRAINT refused CHECK (cause <> 'draft-1')")
    try:
        answer = ask(zhang.subject.id, zhang.actor)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE exchange_exchangelog DROP CONSTRAINT refused")

    assert (answer.outcome, answer.values) == (Outcome.NO_EVIDENCE, {})
    assert "不是数据提供部门的问题" in answer.message
    assert answer.message != services.ProviderDown.default_sentence
    assert counted() == before
    assert metric("tongban_evidence_refused_total") == alarms + 1
    assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.FOUND


def test_an_audit_entry_that_the_database_refuses_takes_the_record_with_it(zhang: cast.Person) -> None:
    before = counted()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry ADD CONSTRAINT refused CHECK (case_number <> 'draft-1')")
    try:
        answer = ask(zhang.subject.id, zhang.actor)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_entry DROP CONSTRAINT refused")

    assert (answer.outcome, answer.values) == (Outcome.NO_EVIDENCE, {})
    assert counted() == before


def test_within_a_callers_transaction_the_refusal_breaks_nothing_else(zhang: cast.Person) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE exchange_exchangelog ADD CONSTRAINT refused CHECK (cause <> 'draft-1')")
    try:
        with transaction.atomic():
            assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.NO_EVIDENCE
            assert models.Resource.objects.count() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE exchange_exchangelog DROP CONSTRAINT refused")


@pytest.mark.usefixtures("no_patience")
def test_records_that_nobody_seals_stop_the_look_ups(zhang: cast.Person, register: FakeRegister) -> None:
    assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.FOUND
    evidence.forget()

    refused = ask(zhang.subject.id, zhang.actor)

    assert (refused.outcome, refused.values) == (Outcome.NO_EVIDENCE, {})
    assert evidence.fault() is EvidenceFault.UNSEALED
    assert register.asked == 1
    assert models.ExchangeLog.objects.filter(outcome="NO_EVIDENCE").count() == 1
    assert metric("tongban_evidence_fault") == 1.0
    assert metric("tongban_evidence_unsealed_seconds") > 0
    told = Client().get("/health/ready").json()
    assert (told["ready"], told["reasons"]) == (True, [])
    assert "look-ups are refused" in told["notices"][0]

    kept.seal_all()
    evidence.forget()
    assert evidence.fault() is None
    assert Client().get("/health/ready").json()["notices"] == []
    assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.FOUND


@pytest.mark.usefixtures("no_patience")
def test_without_a_signer_nothing_is_sealed_and_nothing_leaves(zhang: cast.Person, settings) -> None:
    ask(zhang.subject.id, zhang.actor)
    settings.IS_PRODUCTION = True  # where nobody makes a certificate by the way
    with pytest.raises(NoSigner):
        # Nothing is asked to be signed while a transaction open elsewhere on the server delays sealing.
        while not sealing.seal():
            time.sleep(0.2)
    assert sealing.keep_up() == 0
    evidence.forget()

    assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.NO_EVIDENCE
    assert models.EvidenceBatch.objects.count() == 0

    settings.IS_PRODUCTION = False
    kept.seal_all()
    evidence.forget()
    assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.FOUND


@pytest.mark.usefixtures("no_patience")
def test_a_time_stamping_authority_that_is_away_stops_the_look_ups_after_the_limit(
    zhang: cast.Person, settings
) -> None:
    settings.TSA_URL = "http://127.0.0.1:9/tsa"  # nobody listens on the discard port
    ask(zhang.subject.id, zhang.actor)
    kept.seal_all()
    with pytest.raises(TimeStampFailed):
        sealing.stamp()
    evidence.forget()

    assert evidence.fault() is EvidenceFault.UNSTAMPED
    assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.NO_EVIDENCE
    assert metric("tongban_evidence_unstamped_seconds") > 0

    settings.EVIDENCE_LIMIT = timedelta(minutes=10)
    evidence.forget()
    assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.FOUND, "within the limit it goes on"
    settings.TSA_URL = None
    settings.EVIDENCE_LIMIT = NOTHING
    kept.seal_all()
    evidence.forget()
    assert evidence.fault() is None


@pytest.mark.usefixtures("no_patience")
def test_an_export_folder_that_cannot_be_written_stops_the_look_ups(
    zhang: cast.Person, settings, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    settings.EVIDENCE_EXPORT = blocked / "evidence"
    ask(zhang.subject.id, zhang.actor)
    kept.seal_all()
    with pytest.raises(OSError, match=r"blocked"):
        sealing.export()
    evidence.forget()

    assert evidence.fault() is EvidenceFault.UNEXPORTED
    assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.NO_EVIDENCE

    settings.EVIDENCE_EXPORT = tmp_path / "evidence"
    kept.seal_all()
    evidence.forget()
    assert evidence.fault() is None
    assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.FOUND


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
@pytest.mark.usefixtures("no_patience")
def test_a_full_export_disk_stops_the_look_ups_until_there_is_room(
    zhang: cast.Person, settings, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=False)
    if mounted.returncode != 0:
        pytest.skip("this container may not mount")
    try:
        settings.EVIDENCE_EXPORT = disk
        (disk / "other").write_bytes(bytes(60_000))
        ask(zhang.subject.id, zhang.actor)
        kept.seal_all()
        with pytest.raises(OSError, match="No space left"):
            sealing.export()
        evidence.forget()
        assert evidence.fault() is EvidenceFault.UNEXPORTED
        assert ask(zhang.subject.id, zhang.actor).outcome is Outcome.NO_EVIDENCE

        (disk / "other").unlink()
        kept.seal_all()
        evidence.forget()
        assert evidence.fault() is None
        assert kept.found() == set()
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_revoked_key_of_the_platform_signs_no_more(zhang: cast.Person) -> None:
    ask(zhang.subject.id, zhang.actor)
    kept.seal_all()
    (first,) = models.EvidenceBatch.objects.all()
    signing.revoke(first.key_id, reason="lost", actor=BY_THE_PLATFORM, at=datetime.now(UTC))
    ask(zhang.subject.id, zhang.actor)
    kept.seal_all()

    second = models.EvidenceBatch.objects.get(number=2)
    assert second.key_id != first.key_id
    assert signing.get_certificate(second.key_id).owner == PLATFORM
    assert kept.found() == set(), "what was signed before still holds"
