"""What every test rests on; the cast of a part lives beside its tests."""

import gc
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import translation

from foundation.postgres.conftest import forget
from tongban.foundation import postgres


def pytest_configure() -> None:
    if django_settings.IS_DEMO or django_settings.IS_PRODUCTION:
        pytest.exit("these tests run with TONGBAN_MODE=test; script/test sets it", returncode=2)


WRITTEN_BY_MIGRATE = {"django_content_type", "auth_permission"}
APPEND_ONLY = (
    "audit_entry",
    "audit_link",
    "exchange_exchangelog",
    "exchange_evidencebatch",
    "exchange_evidencemark",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who kills processes begins first: side by side with all others, the longest file would else be waited for alone."""
    items.sort(key=lambda item: item.get_closest_marker("faults") is None)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: no search for garbage looks through it again, which would be a tenth of all tests' time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Transactional tests empty tables by TRUNCATE, which audit trail and evidence refuse: lift that trigger in the test database.

    Only tables with rows are emptied, for each costs a new file. What `migrate` writes stays: otherwise it is written anew after
    each of these tests, which takes longer than most of them.
    """
    from django.core.management.commands import flush
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in APPEND_ONLY:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}")
    empty = connection.ops.sql_flush

    def empty_filled(style, tables, *, reset_sequences=False, allow_cascade=False):
        filled = _filled(sorted({*tables} - WRITTEN_BY_MIGRATE))
        return empty(style, filled, reset_sequences=reset_sequences, allow_cascade=True)

    connection.ops.sql_flush = empty_filled
    flush.emit_post_migrate_signal = lambda *_, **__: None


def _filled(tables):
    from django.db import connection

    looks = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks))
        return [table for (table,) in cursor.fetchall()]


@pytest.fixture(scope="session")
def begin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], None]]:
    """Gives a home what its first start would make, copied from one made once: a tenth of the work of an initdb."""
    first = tmp_path_factory.mktemp("first") / "home"

    def begin(home: Path) -> None:
        made = postgres.locate(first).data_directory
        if not made.exists():
            postgres.start(first)
            postgres.stop(first)
            made = postgres.locate(first).data_directory
        home.mkdir(parents=True, exist_ok=True)
        data = postgres.locate(home).data_directory
        data.parent.mkdir(mode=0o711, exist_ok=True)
        subprocess.run(["cp", "-a", made, data], check=True)

    yield begin
    forget(first)


@pytest.fixture(autouse=True)
def own_home(tmp_path, settings):
    """Files and chain heads of a test stay in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.AUDIT_HEADS = tmp_path / "audit-heads.jsonl"
    settings.EVIDENCE_EXPORT = tmp_path / "evidence"


@pytest.fixture(autouse=True)
def chinese():
    """A page read in English leaves its language to the thread; the next test begins in Chinese again."""
    yield
    translation.activate(django_settings.LANGUAGE_CODE)
