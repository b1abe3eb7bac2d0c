"""`kill -9` of web, worker and database while people press the button: nothing lost, nothing doubled."""

import threading
import time
from collections import Counter
from queue import Empty, Queue

import pytest

from faults.conftest import DRAFTS
from faults.installation import Installation, until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]
SUBMISSIONS = DRAFTS
CLIENTS = 6
CSRF = "a" * 32
KILLS = ("web", "worker", "database", "web", "worker", "database")
CASES_EACH = 2
"""A shop of 320 m²: the food office's licence and the fire office's check."""


class Crowd:
    """People who press again until they have their number; every tenth of them presses once more after that."""

    def __init__(self, installation: Installation, session: str, drafts: list[str]) -> None:
        self.installation = installation
        self.cookie = f"sessionid={session}; csrftoken={CSRF}"
        self.waiting: Queue[str] = Queue()
        for draft in drafts:
            self.waiting.put(draft)
        self.receipts: dict[str, str] = {}
        self.answers: Counter[int] = Counter()
        self.disagreements: list[tuple[str, str, str]] = []
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self._press, daemon=True) for _ in range(CLIENTS)]

    def wait_for(self, goal: int) -> None:
        """Until so many have their receipt; fails when nobody gets one any more."""
        while (so_far := len(self.receipts)) < goal:
            until(lambda so_far=so_far: len(self.receipts) > so_far, f"receipt {so_far + 1}")  # type: ignore[misc]  # a default of its own for each turn

    def _press(self) -> None:
        while not self.stopped.is_set():
            try:
                draft = self.waiting.get_nowait()
            except Empty:
                return
            number = self._hand_in(draft)
            if number and len(self.receipts) % 10 == 0:
                again = self._hand_in(draft)
                if again != number:
                    self.disagreements.append((draft, number, again))
            self.receipts[draft] = number

    def _hand_in(self, draft: str) -> str:
        body = f"csrfmiddlewaretoken={CSRF}&consent-TRUTH=on&consent-SHARING=on"
        while not self.stopped.is_set():
            status, location, _page = self.installation.send(
                "POST", f"/drafts/{draft}/check/", self.cookie, body
            )
            self.answers[status] += 1
            if status == 302:
                return location.split("/")[2]
            time.sleep(0.2)
        return ""


def test_kill_9_of_web_worker_and_database_loses_and_doubles_nothing(installation: Installation) -> None:
    crowd = Crowd(installation, installation.prepared["session"], installation.prepared["drafts"])
    installation.start_web()
    installation.start_worker()

    for thread in crowd.threads:
        thread.start()
    try:
        for nth, victim in enumerate(KILLS, 1):
            goal = SUBMISSIONS * nth // (len(KILLS) + 1)
            crowd.wait_for(goal)
            getattr(installation, f"kill_{victim}")()
            getattr(installation, f"start_{victim}")()
        crowd.wait_for(SUBMISSIONS)
    finally:
        crowd.stopped.set()
    for thread in crowd.threads:
        thread.join()
    # A message that was under way when its worker died is kept from others until its lease ends; no need to sit it out here.
    installation.kill_worker()
    installation.sql("UPDATE outbox_message SET available_at = now(); DELETE FROM outbox_paused_queue")
    installation.start_worker()
    until(lambda: installation.count("outbox_message") == 0, "the delivery of every event")

    assert set(crowd.answers) <= {302, 503, 0}
    assert crowd.disagreements == []
    stored = installation.sql(
        "SELECT r.draft_id::text, r.application_number FROM lifeevents_bundlerun r"
        " JOIN cases_application a ON a.id = r.application_id"
    )
    assert len(stored) == SUBMISSIONS == installation.count("cases_application")
    assert dict(stored) == crowd.receipts
    assert installation.count("eforms_draft WHERE submitted_at IS NULL") == 0
    assert _groups(installation, "application_id", "cases_case") == {CASES_EACH: SUBMISSIONS}
    assert _groups(installation, "case_id", "cases_historyentry") == {1: SUBMISSIONS * CASES_EACH}
    assert _groups(installation, "application_id", "cases_paper") == {1: SUBMISSIONS}
    # Each event had its effect once: one message to the applicant for the whole application, an entry in the food office's feed.
    assert _groups(installation, "case_number", "messaging_message WHERE case_number <> ''") == {
        1: SUBMISSIONS
    }
    assert _groups(installation, "body->>'subject'", "openapi_webhook_event") == {1: SUBMISSIONS}
    assert installation.sql("SELECT min(sequence), max(sequence) FROM openapi_webhook_event") == [
        (1, SUBMISSIONS)
    ]
    assert _groups(installation, "case_number", "audit_entry WHERE action = 'CASE_RECEIVE'") == {
        1: SUBMISSIONS * CASES_EACH
    }
    installation.run("-m", "tongban.config.cli", "audit", "verify")


def _groups(installation: Installation, by: str, rows: str) -> dict[int, int]:
    """How many groups have how many rows."""
    statement = f"SELECT n, count(*) FROM (SELECT count(*) AS n FROM {rows} GROUP BY {by}) g GROUP BY n"
    return {int(rows_each): int(groups) for rows_each, groups in installation.sql(statement)}
