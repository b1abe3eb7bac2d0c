"""What every test rests on; the cast of a part lives beside its tests."""

import pytest
from django.conf import settings as django_settings
from django.utils import translation


def pytest_configure() -> None:
    if django_settings.IS_DEMO or django_settings.IS_PRODUCTION:
        pytest.exit("these tests run with TONGBAN_MODE=test; script/test sets it", returncode=2)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Transactional tests empty tables by TRUNCATE, which the audit trail refuses: lift that trigger in the test database."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("audit_entry", "audit_link"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}")


@pytest.fixture(autouse=True)
def own_home(tmp_path, settings):
    """Files and chain heads of a test stay in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.AUDIT_HEADS = tmp_path / "audit-heads.jsonl"


@pytest.fixture(autouse=True)
def chinese():
    """A page read in English leaves its language to the thread; the next test begins in Chinese again."""
    yield
    translation.activate(django_settings.LANGUAGE_CODE)
