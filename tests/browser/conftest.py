"""A committed city behind a real server, and Chromium in front of it.

Nothing here touches the database once the browser runs: Playwright keeps an event loop in this thread.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import override_settings
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from scripts.conftest import SCRIPT
from sites import city as cities
from sites.city import NOW
from sites.portal.visits import Lived, Visit, live
from tongban.domains.standards import selectors as standards
from tongban.foundation import clock

assert SCRIPT.is_dir()  # in the path by its import
import _browser  # noqa: E402

Made = TypeVar("Made")
DESK = {"width": 1280, "height": 900}
ONCE_ONLY = ["--js-flags=--no-opt --no-maglev --single-threaded", "--in-process-gpu"]
"""Each script runs for a moment on a page that is then left: to optimise it takes longer than it saves."""


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
        "EVIDENCE_EXPORT": home / "evidence",
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
    found = _browser.find()
    if found is None and os.environ.get("CI"):
        pytest.fail(_browser.MISSING)
    if found is None:
        pytest.skip(_browser.MISSING)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", *ONCE_ONLY])
        yield started
        started.close()


class Visitors:
    """Everybody of `live`, each with one page per language that stays open from visit to visit."""

    def __init__(self, browser: Browser, server: str, lived: Lived) -> None:
        self.browser, self.server, self.lived = browser, server, lived
        self.pages: dict[tuple[str, str], Page] = {}
        self.errors: list[str] = []

    def visit(self, visit: Visit, language: str) -> Page:
        page = self.pages.get((visit.who, language)) or self._enter(visit.who, language)
        page.set_viewport_size(DESK)  # type: ignore[arg-type]  # ViewportSize is a TypedDict of the same shape
        address = visit.address.format(**self.lived.names)
        page.goto(visit.form_on.format(**self.lived.names) or address)
        if visit.form_on:
            with page.expect_navigation():
                page.locator(f"form[action='{address}']").first.evaluate("form => form.submit()")
        return page

    def _enter(self, who: str, language: str) -> Page:
        context = self.browser.new_context(base_url=self.server, locale="zh-CN")
        context.add_init_script(AXE_SCRIPT)  # each of its pages is looked at
        held = {name: morsel.value for name, morsel in self.lived.browsers[who].cookies.items()}
        context.add_cookies(
            [
                {"name": name, "value": value, "url": self.server}
                for name, value in {**held, "django_language": language}.items()
            ]
        )
        page = self.pages[who, language] = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page


def in_a_thread(work: Callable[[], Made]) -> Made:
    """Done with the database in a thread of its own: Django refuses it beside Playwright's event loop."""
    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(work).result()
        finally:
            thread.submit(connections.close_all).result()


@pytest.fixture(scope="package")
def lived(server: str) -> Iterator[Lived]:
    with override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=3600):
        yield in_a_thread(live)


@pytest.fixture(scope="package")
def visitors(browser: Browser, server: str, lived: Lived) -> Iterator[Visitors]:
    """Their browsers are closed at the end."""
    everybody = Visitors(browser, server, lived)
    yield everybody
    for page in everybody.pages.values():
        page.context.close()
