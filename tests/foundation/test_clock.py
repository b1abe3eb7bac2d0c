import os
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tongban.foundation import clock

SHANGHAI = timezone(timedelta(hours=8))
MORNING = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)


def test_without_a_demo_it_is_the_machines_clock(settings):
    settings.BUSINESS_CLOCK = None

    before = datetime.now(UTC)

    assert before <= clock.now() <= datetime.now(UTC)


def test_the_demos_clock_stands_until_it_is_moved(settings, tmp_path):
    settings.BUSINESS_CLOCK = tmp_path / "home" / "business-clock.json"

    clock.set_standing(settings.BUSINESS_CLOCK, MORNING)
    first, second = clock.now(), clock.now()
    clock.set_standing(settings.BUSINESS_CLOCK, MORNING + timedelta(days=5))
    later = clock.now()

    assert first == second == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert first.tzinfo is UTC
    assert later - first == timedelta(days=5)
    assert [path.name for path in settings.BUSINESS_CLOCK.parent.iterdir()] == ["business-clock.json"]


def test_the_file_is_read_again_only_when_it_changed(settings, tmp_path):
    path = settings.BUSINESS_CLOCK = tmp_path / "business-clock.json"
    clock.set_standing(path, MORNING)
    clock.now()
    changed = path.stat().st_mtime_ns

    path.write_text("unreadable")
    os.utime(path, ns=(changed, changed))

    assert clock.now() == MORNING


def test_an_instant_without_offset_is_refused(tmp_path):
    with pytest.raises(ValueError, match="carries an offset"):
        clock.set_standing(tmp_path / "c.json", datetime(2026, 3, 2, 9))  # noqa: DTZ001 - the fault under test


def test_within_a_block_it_stands_where_told():
    with clock.standing_at(MORNING):
        assert clock.now() == MORNING

    assert clock.now() > MORNING
