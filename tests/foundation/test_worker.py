"""The worker as a real process on the test's database: ended, killed, cut off."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from tongban.foundation.audit import services as audit
from tongban.foundation.jobs import app
from tongban.foundation.jobs.services import defer
from tongban.foundation.outbox.models import Message
from tongban.foundation.requests import current_request_id
from tongban.kernel.actors import PLATFORM

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
PATIENCE_S = 120
WORKER = """
import time, django
django.setup()
from django.core.management import call_command
from tongban.foundation.jobs import app
from tongban.foundation.requests import current_request_id

@app.task(name="test.note")
def note(path, seconds):
    with open(path, "a") as file:
        print("begun", current_request_id.get(), file=file)
    time.sleep(seconds)
    with open(path, "a") as file:
        print("done", current_request_id.get(), file=file)

call_command("worker")
"""


@pytest.fixture(autouse=True)
def no_jobs_left(transactional_db):
    """procrastinate's tables are not emptied with Django's."""
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE"
        )


@app.task(name="test.note")
def note(path: str, seconds: float) -> None:
    raise AssertionError("runs in the worker's process only")


@contextmanager
def worker(tmp_path):
    at = connection.settings_dict
    query = urlencode({"host": at["HOST"], "port": at["PORT"]})
    url = f"postgresql://{quote(at['USER'])}:{quote(at['PASSWORD'])}@/{at['NAME']}?{query}"
    environment = {**os.environ, "DATABASE_URL": url, "TONGBAN_HOME": str(tmp_path / "home")}
    with (tmp_path / "worker.log").open("ab") as output:
        process = subprocess.Popen([sys.executable, "-c", WORKER], env=environment, stderr=output)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(is_so, what: str) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < ends, f"{what} did not happen within {PATIENCE_S} s"
        time.sleep(0.1)


def lines(path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def test_a_job_runs_under_the_request_id_and_is_finished_before_the_worker_ends(tmp_path):
    notes = tmp_path / "notes"
    token = current_request_id.set("0123456789abcdef")
    defer(note, path=str(notes), seconds=1)
    current_request_id.reset(token)

    with worker(tmp_path) as process:
        until(lambda: lines(notes), "the job")
        process.send_signal(signal.SIGTERM)
        status = process.wait(PATIENCE_S)

    assert status == 0, (tmp_path / "worker.log").read_text()
    assert lines(notes) == ["begun 0123456789abcdef", "done 0123456789abcdef"]
    assert not ProcrastinateJob.objects.filter(task_name="test.note").exists()


def test_a_job_deferred_in_a_transaction_that_rolls_back_is_not_run():
    with transaction.atomic():
        defer(note, path="never", seconds=0)
        transaction.set_rollback(True)

    assert not ProcrastinateJob.objects.exists()


def test_a_job_whose_worker_was_killed_is_done_by_the_next(tmp_path):
    notes = tmp_path / "notes"
    defer(note, path=str(notes), seconds=3)

    with worker(tmp_path) as process:
        until(lambda: lines(notes), "the job")
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_S)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'")
    with worker(tmp_path):
        until(lambda: any(line.startswith("done") for line in lines(notes)), "the second run")
        until(lambda: not ProcrastinateJob.objects.filter(task_name="test.note").exists(), "its end")

    assert [line.split()[0] for line in lines(notes)] == ["begun", "begun", "done"]


def test_a_worker_cut_off_from_the_database_goes_on_when_it_is_back(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    defer(note, path=str(before), seconds=0)

    with worker(tmp_path) as process:
        until(lambda: len(lines(before)) == 2, "the first job")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            ended = cursor.fetchone()[0]
        defer(note, path=str(after), seconds=0)
        Message.objects.create(subscriber="gone/Event", queue="gone/Q", payload={})
        audit.record(actor=PLATFORM, action="TEST", at=datetime.now(UTC), object_type="t", object_id="1")
        until(lambda: len(lines(after)) == 2, "the second job")
        until(lambda: Message.objects.get(subscriber="gone/Event").attempts > 0, "delivery")
        until(lambda: audit.verify().sealed == 1, "sealing")
        assert process.poll() is None

    assert ended > 0
