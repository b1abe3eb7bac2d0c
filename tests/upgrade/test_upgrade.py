"""The city of every release that landed, taken over by this one: nothing is lost, and what people have to do goes on."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from foundation.postgres.conftest import forget

FOLDER = Path(__file__).parent
RELEASES = sorted(FOLDER.glob("*.backup"))
LOOK = """
import json, sys
import django
django.setup()
from django.test import Client
from tongban.domains.cases import selectors as cases
from tongban.domains.identity.models import Account
from tongban.foundation import telemetry
from tongban.kernel.actors import PLATFORM
left = json.loads(sys.argv[1])
browser = Client(HTTP_HOST="127.0.0.1")
browser.force_login(Account.objects.get(username="zhangsan"))
browser.post("/my/acting-for/", {"subject": left["applicant"]})
found = cases.get_timeline(left["application"], actor=PLATFORM).cases
pages = {}
for address in (f"/applications/{left['application']}/", left["draft"], "/my/licences/"):
    response = browser.get(address, follow=True)
    pages[address] = [response.status_code, response.content.decode()]
print(json.dumps({
    "waiting": telemetry.readiness(),
    "cases": {one.number: one.status for one in found},
    "licences": [number for one in found for number in one.licences],
    "pages": pages,
    "handed_in": browser.post(f"{left['draft']}check/", {"consent-TRUTH": "on", "consent-SHARING": "on"}).status_code,
}))
"""


@pytest.fixture
def home(tmp_path: Path, begin: Callable[[Path], None]) -> Iterator[Path]:
    folder = tmp_path / "home"
    begin(folder)
    yield folder
    forget(folder)


def run(home: Path, *words: str) -> str:
    kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and not k.startswith("TONGBAN_")}
    own = {"TONGBAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tongban.config.settings"}
    done = subprocess.run(
        [sys.executable, *words], env=kept | own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def tongban(home: Path, *words: str) -> str:
    return run(home, "-m", "tongban.config.cli", *words)


def test_there_is_a_city_of_a_release() -> None:
    assert RELEASES


@pytest.mark.parametrize("backup", RELEASES, ids=lambda path: path.stem)
def test_a_city_of_an_earlier_release_is_taken_over_whole(home: Path, backup: Path) -> None:
    left: dict[str, Any] = json.loads(backup.with_suffix(".json").read_text(encoding="utf-8"))

    tongban(home, "db", "restore", str(backup))
    tongban(home, "db", "start")
    tongban(home, "migrate")
    verified = tongban(home, "audit", "verify")
    found = json.loads(run(home, "-c", LOOK, json.dumps(left)))

    assert found["waiting"] == []
    assert (found["cases"], found["licences"]) == (left["cases"], left["licences"])
    assert verified.startswith(f"{left['audit_entries']} entries, {left['audit_entries']} sealed")
    assert verified.endswith("0 problems\n")
    (application, draft, licences) = found["pages"].values()
    assert (application[0], draft[0], licences[0]) == (200, 200, 200)
    assert left["application"] in application[1]
    assert left["typed"] in draft[1]
    # The papers of that draft were not uploaded: it is looked at by today's rules and stays.
    assert found["handed_in"] == 422
