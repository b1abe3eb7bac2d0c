import json

import pytest
import structlog

from tongban.foundation import logs, telemetry
from tongban.foundation.requests import current_request_id


@pytest.fixture(autouse=True)
def own_logs(monkeypatch):
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "号码 440524188001010014 已登记",
        "13800000000",
        "6222020000000000000",
        "9131000000000000XX 13800000000",
    ],
)
def test_what_looks_like_a_persons_number_never_reaches_the_log(text):
    event = logs.redact(None, "info", {"event": "x", "text": text, "nested": {"list": [text]}})

    written = json.dumps(event, ensure_ascii=False)

    assert not any(
        number in written
        for number in ("11010519491231002X", "440524188001010014", "13800000000", "6222020000000000000")
    )


def test_case_numbers_dates_and_counts_stay_readable():
    event = {"event": "case.accepted", "at": "2026-03-02", "count": 12, "number": "SQ202603020001"}

    assert logs.redact(None, "info", dict(event)) == event


def test_a_log_line_is_one_json_object_with_the_request_id(capsys):
    logs.configure_logs("INFO")
    token = current_request_id.set("abc123")

    structlog.get_logger("test").info("case.accepted", phone="13800000000")
    current_request_id.reset(token)

    line = json.loads(capsys.readouterr().err.strip().splitlines()[-1])
    assert (line["event"], line["request_id"], line["phone"], line["level"]) == (
        "case.accepted",
        "abc123",
        "▇▇▇",
        "info",
    )


@pytest.mark.django_db
def test_a_migrated_database_is_ready_and_metrics_are_readable():
    assert telemetry.readiness() == ()
    assert b"tongban_outbox_backlog 0.0" in telemetry.metrics()
