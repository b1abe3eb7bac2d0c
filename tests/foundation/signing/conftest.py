"""Who signs in these tests, and when."""

from datetime import UTC, datetime

import pytest

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_known():
    """What another test's keys were is forgotten."""
    from tongban.foundation.signing import services

    services._known.clear()
