"""The database is killed under a running installation: what still answers, what people read, what is there afterwards."""

import re

import pytest

from faults.installation import Installation

pytestmark = pytest.mark.faults
CSRF = "a" * 32
CONSENTS = f"csrfmiddlewaretoken={CSRF}&consent-TRUTH=on&consent-SHARING=on"


def test_a_submission_without_a_database_is_answered_and_goes_through_afterwards(
    installation: Installation,
) -> None:
    draft = installation.prepared["drafts"][0]
    cookie = f"sessionid={installation.prepared['session']}; csrftoken={CSRF}"
    installation.start_web()
    assert installation.get(f"/drafts/{draft}/check/", cookie)[0] == 200
    installation.kill_database()

    status, _location, page = installation.send("POST", f"/drafts/{draft}/check/", cookie, CONSENTS)
    ready = installation.get("/health/ready")
    metrics = installation.get("/metrics")

    assert status == 503
    assert "系统暂时连不上" in page
    assert "没有提交半份申请" in page
    assert "返回上一页重新提交即可，不会重复" in page
    assert installation.get("/health/live") == (200, "ok")
    assert (ready[0], '"ready": false' in ready[1]) == (503, True)
    assert metrics[0] == 200
    assert "tongban_database_up 0.0" in metrics[1]
    assert "tongban_outbox_backlog" not in metrics[1]
    assert re.search(r'tongban_request_seconds_count\{[^}]*status="503"\} 1.0', metrics[1])

    installation.start_database()
    assert (installation.count("cases_application"), installation.count("cases_case")) == (0, 0)
    assert installation.count("outbox_message WHERE subscriber LIKE 'cases.%'") == 0
    assert installation.get(f"/drafts/{draft}/", cookie)[0] == 200
    status, location, _page = installation.send("POST", f"/drafts/{draft}/check/", cookie, CONSENTS)
    assert (status, location.split("/")[1]) == (302, "applications")
    assert (installation.count("cases_application"), installation.count("cases_case")) == (1, 2)
    assert "tongban_database_up 1.0" in installation.get("/metrics")[1]
