"""Statements that the applicant's timeline and the officer's dossier send to the database.

Run as ``python -m bench.pages [--json]``; the database must hold the sample city (`tongban demo seed`). A restaurant package is
handed in over HTTP; its timeline is counted, and of the dossiers in a food officer's queue the longest.
"""

import re
from collections.abc import Iterable

import django
from django.db import connection

from bench import figures
from bench.figures import Figure

TARGET_QUERIES = 12
OFFICER, OFFICE = "wangmin", "SCJG-310115"
DOSSIERS = 20
SEE_OTHER, SECONDS = 302, 60
DOSSIER = re.compile(r'href="(/console/cases/[^/"]+/)"')


def measure() -> list[Figure]:
    """The figures of both pages, in the form of ``script/bench --json``."""
    from django.test import Client

    from tongban.domains.cases.models import Application
    from tongban.domains.identity.models import Account

    applicant, officer = Client(HTTP_HOST="localhost"), Client(HTTP_HOST="localhost")
    cookie, key = _hand_in()
    applicant.cookies.load(cookie)
    officer.force_login(Account.objects.get(username=OFFICER))
    handed_in = Application.objects.get(idempotency_key=key)
    (food,) = handed_in.cases.filter(department=OFFICE)
    queue = DOSSIER.findall(officer.get("/console/").content.decode())
    timeline = _most(applicant, [f"/applications/{handed_in.number}/"])
    dossier = _most(officer, {f"/console/cases/{food.number}/", *queue[:DOSSIERS]})
    return [
        figures.at_most("applicant's timeline of a restaurant package", timeline, "queries", TARGET_QUERIES),
        figures.at_most("dossier page", dossier, "queries", TARGET_QUERIES),
    ]


def _hand_in() -> tuple[str, str]:
    """The cookies of somebody who has just handed in a restaurant package, and the key it went under."""
    from bench import applicants, load
    from bench.server import serving
    from tongban.demo import seeding
    from tongban.domains.eforms.models import Draft
    from tongban.domains.identity.models import Account
    from tongban.foundation import clock

    at = clock.now()
    if not Account.objects.filter(username=applicants.username(0)).exists():
        seeding.write_people(applicants.people(1), at)
    with serving(threads=2) as port:
        (one,) = applicants.prepare(port, applicants=1, drafts_each=1, at=at)
        sent = load.send_once(port, [one.requests(port)], wanted=SEE_OTHER, seconds=SECONDS)
    assert (sent.answered, sent.failed) == (1, 0)
    return one.cookie, Draft.objects.get(pk=one.drafts[0]).idempotency_key


def _most(browser, paths: Iterable[str]) -> int:  # type: ignore[no-untyped-def]  # types load after Django
    """The most statements that one of the pages sends, each opened once before it is counted."""
    from django.test.utils import CaptureQueriesContext

    counts = []
    for path in paths:
        browser.get(path)
        with CaptureQueriesContext(connection) as statements:
            assert browser.get(path).status_code == 200, path
        counts.append(sum("SAVEPOINT" not in one["sql"] for one in statements))
    return max(counts)


if __name__ == "__main__":
    django.setup()
    figures.run(__doc__, measure)
