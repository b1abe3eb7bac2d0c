import base64
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from pydantic import ValidationError

from foundation.postgres.conftest import forget
from tongban.config import checks
from tongban.config.environment import Environment
from tongban.foundation import postgres
from tongban.foundation.postgres import processes, server

SECRET = "x" * 40
KEY = base64.b64encode(bytes(32)).decode()


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
        data_keys=f"k1:{KEY}",
        lookup_key=KEY,
        public_url="https://tongban.example",
    )

    assert list(checks.missing_settings(complete)) == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("DATABASE_URL", "mysql://host/db"),
        ("TONGBAN_DATA_KEYS", f"k1:{KEY[4:]}"),
        ("TONGBAN_DATA_KEYS", KEY),
        ("TONGBAN_LOOKUP_KEY", "no base64!"),
        ("TONGBAN_PUBLIC_URL", "tongban.example"),
        ("TONGBAN_TRUSTED_PROXIES", "-1"),
        ("TONGBAN_TRUSTED_PROXIES", "one"),
        ("TONGBAN_CATALOGUE_REGION", "上海"),
        ("TONGBAN_CLAMD", "clamd.example"),
        ("TONGBAN_SMTP_URL", "mail.example:587"),
        ("TONGBAN_WEBHOOK_NETWORKS", "10.0.0.0/8, intranet"),
        ("TONGBAN_OTLP_ENDPOINT", "127.0.0.1:4318"),
        ("TONGBAN_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_at_the_start_and_not_repeated_when_secret(
    monkeypatch, setting, value
):
    monkeypatch.setenv(setting, value)

    with pytest.raises(ValidationError) as refused:
        Environment()

    ((place, said),) = {(one["loc"][0], one["msg"]) for one in refused.value.errors()[:1]}
    assert setting.endswith(str(place).upper())
    assert value not in said


def test_an_address_is_kept_without_its_last_slash(monkeypatch):
    monkeypatch.setenv("TONGBAN_PUBLIC_URL", "https://tongban.example/")

    assert Environment().public_url == "https://tongban.example"


@pytest.mark.django_db
def test_a_session_that_gives_up_durability_is_named():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")

    assert any("synchronous_commit" in reason for reason in checks.weak_durability())


def run_in_production(
    home: Path, *words: str, database: str = "postgresql://nobody@127.0.0.1:1/nothing"
) -> subprocess.CompletedProcess[str]:
    """A command of an installation that was given no secrets, and no database that answers unless one is named."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("TONGBAN_")},
        "TONGBAN_MODE": "production",
        "TONGBAN_HOME": str(home),
        "DATABASE_URL": database,
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


@pytest.fixture
def careless_server(tmp_path: Path, begin: Callable[[Path], None]) -> Iterator[str]:
    """The address of a real server that gives up everything by which an acknowledged row outlives a crash."""
    home = tmp_path / "careless"
    begin(home)
    postgres.start(home)
    location = postgres.locate(home)
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        server.run_superuser_script(location, f"ALTER SYSTEM SET {setting} = off;")
    postgres.stop(home)
    data = os.fspath(location.data_directory)
    processes.run_as_server(
        location, location.server_binaries / "pg_checksums", "--disable", "--pgdata", data
    )
    yield postgres.start(home).url
    forget(home)


def test_production_does_not_start_on_a_server_that_may_lose_what_it_acknowledged(
    tmp_path: Path, careless_server: str
) -> None:
    refused = {
        command: run_in_production(tmp_path, command, database=careless_server)
        for command in ("serve", "worker")
    }

    for done in refused.values():
        reasons = re.findall(r"start refused: PostgreSQL has (\w+) = off", done.stderr)
        assert done.returncode == 1
        assert reasons == ["fsync", "full_page_writes", "data_checksums", "synchronous_commit"]


def test_production_has_no_command_of_the_demo(tmp_path):
    listed = run_in_production(tmp_path, "--help")
    moved = run_in_production(tmp_path, "demo", "clock", "+3d")

    assert "  catalogue " in listed.stdout
    assert "demo" not in listed.stdout
    assert (moved.returncode, moved.stdout) == (2, "")
    assert moved.stderr == "tongban: there is no command demo; tongban --help lists them\n"


def test_check_deploy_names_what_keeps_production_from_starting(tmp_path):
    done = run_in_production(tmp_path, "check", "--deploy")

    assert done.returncode == 1
    assert "(tongban.E100) TONGBAN_SECRET_KEY is not set" in done.stderr
    assert "(tongban.E100) the database does not answer" in done.stderr


@pytest.mark.django_db
def test_health_and_metrics_answer():
    client = Client()

    assert client.get("/health/live").content == b"ok"
    assert client.get("/health/ready").json() == {"ready": True, "reasons": [], "notices": []}
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


BEHIND_A_PROXY = """
import django
django.setup()
from django.conf import settings
from django.middleware.csrf import CsrfViewMiddleware
from django.test import RequestFactory
from allauth.utils import build_absolute_uri
secret = "s" * 32
def verdict(**headers):
    request = RequestFactory().post("/login/", {"csrfmiddlewaretoken": secret}, **headers)
    request.COOKIES[settings.CSRF_COOKIE_NAME] = secret
    guard = CsrfViewMiddleware(lambda request: None)
    guard._reject = lambda request, reason: reason
    guard.process_request(request)
    refused = guard.process_view(request, lambda request: None, (), {})
    print(refused or "taken", request.is_secure(), build_absolute_uri(request, "/x/"))
ours = {"HTTP_HOST": "city.example", "HTTP_ORIGIN": "https://city.example"}
verdict(**ours)
verdict(**ours, HTTP_X_FORWARDED_PROTO="https")
verdict(HTTP_HOST="city.example", HTTP_ORIGIN="https://evil.example")
"""


@pytest.mark.parametrize("proxies", ["0", "1"])
def test_behind_a_proxy_forms_are_taken_and_links_are_https(tmp_path: Path, proxies: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BEHIND_A_PROXY],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tongban.config.settings",
            "TONGBAN_MODE": "production",
            "TONGBAN_HOME": str(tmp_path),
            "TONGBAN_PUBLIC_URL": "https://city.example",
            "TONGBAN_ALLOWED_HOSTS": "city.example",
            "TONGBAN_TRUSTED_PROXIES": proxies,
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    plain, told, foreign = done.stdout.splitlines()
    assert plain == "taken False https://city.example/x/"
    assert told == f"taken {proxies == '1'} https://city.example/x/"
    assert foreign.startswith("Origin checking failed - https://evil.example")
