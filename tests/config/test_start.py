import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from tongban.config import checks
from tongban.config.environment import Environment

SECRET = "x" * 40


def test_every_missing_secret_is_named(monkeypatch):
    for name in ("TONGBAN_SECRET_KEY", "TONGBAN_DATA_KEYS", "TONGBAN_LOOKUP_KEY", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    named = " ".join(checks.missing_settings(Environment(mode="production")))

    for name in (
        "TONGBAN_SECRET_KEY",
        "TONGBAN_DATA_KEYS",
        "TONGBAN_LOOKUP_KEY",
        "DATABASE_URL",
        "TONGBAN_PUBLIC_URL",
    ):
        assert name in named


def test_a_complete_environment_gives_no_reason(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://host/db")

    complete = Environment(
        mode="production",
        secret_key=SECRET,
        data_keys=SECRET,
        lookup_key=SECRET,
        public_url="https://tongban.example",
    )

    assert list(checks.missing_settings(complete)) == []


@pytest.mark.django_db
def test_a_session_that_gives_up_durability_is_named():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")

    assert any("synchronous_commit" in reason for reason in checks.weak_durability())


def run_in_production(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of an installation that was given neither secrets nor a database that answers."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("TONGBAN_")},
        "TONGBAN_MODE": "production",
        "TONGBAN_HOME": str(home),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "DJANGO_SETTINGS_MODULE": "tongban.config.settings",
    }
    return subprocess.run(
        [sys.executable, "-m", "tongban.config.cli", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_production_does_not_start_without_its_secrets(tmp_path):
    done = run_in_production(tmp_path, "serve")

    assert done.returncode == 1
    assert "start refused: TONGBAN_SECRET_KEY is not set" in done.stderr
    assert "the database does not answer" in done.stderr


def test_check_deploy_names_what_keeps_production_from_starting(tmp_path):
    done = run_in_production(tmp_path, "check", "--deploy")

    assert done.returncode == 1
    assert "(tongban.E100) TONGBAN_SECRET_KEY is not set" in done.stderr
    assert "(tongban.E100) the database does not answer" in done.stderr


@pytest.mark.django_db
def test_health_and_metrics_answer():
    client = Client()

    assert client.get("/health/live").content == b"ok"
    assert client.get("/health/ready").json() == {"ready": True, "reasons": []}
    assert b"tongban_request_seconds" in client.get("/metrics").content


@pytest.mark.django_db
def test_metrics_are_not_for_the_outside():
    assert Client(REMOTE_ADDR="8.8.8.8").get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 404


@pytest.mark.django_db
def test_a_well_formed_request_id_is_kept_and_another_replaced():
    client = Client()

    kept = client.get("/health/live", headers={"X-Request-ID": "abcdef-12345678"})
    replaced = client.get("/health/live", headers={"X-Request-ID": "x\ny"})

    assert kept.headers["X-Request-ID"] == "abcdef-12345678"
    assert len(replaced.headers["X-Request-ID"]) == 32
