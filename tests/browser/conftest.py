"""A committed city behind a real server, and Chromium in front of it.

Nothing here touches the database once the browser runs: Playwright keeps an event loop in this thread.
"""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import override_settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from sites import city as cities
from sites.city import NOW
from tongban.domains.standards import selectors as standards
from tongban.foundation import clock

MISSING = "Chromium is missing. Install it with: sudo apt-get install chromium"


@pytest.fixture(autouse=True)
def own_home() -> None:
    """The server's folders are those of the whole module, not of one test."""


@pytest.fixture(autouse=True)
def db() -> None:
    """By this name pytest-django knows that a test database is wanted; the city in it is committed, not rolled back."""


@pytest.fixture(scope="package")
def server(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[str]:
    """Address of a running portal at nine in the morning of 2 March 2026; emptied at the end."""
    home = tmp_path_factory.mktemp("home")
    clock.set_standing(home / "clock.json", NOW)
    changed = {
        "BUSINESS_CLOCK": home / "clock.json",
        "MEDIA_ROOT": home / "files",
        "AUDIT_HEADS": home / "heads.jsonl",
        "ALLOWED_HOSTS": ["localhost"],
    }
    with override_settings(**changed), django_db_blocker.unblock():
        assert connection.settings_dict["NAME"].startswith("test_"), (
            "only a test database is filled and emptied"
        )
        standards.forget_dictionary()
        cities.build()
        running = LiveServer("localhost")
        yield running.url
        running.stop()
        connections.close_all()
        call_command("flush", interactive=False, verbosity=0)
        standards.forget_dictionary()


@pytest.fixture(scope="package")
def browser(server: str) -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None and os.environ.get("CI"):
        pytest.fail(MISSING)
    if found is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()
