"""Run in a home of its own: a small city with drafts that lack nothing but the press of the button. Prints what a client needs."""

import json
import sys
from uuid import UUID

import django

django.setup()

from bench.drafts import copies  # noqa: E402
from django.conf import settings  # noqa: E402 - Django is set up first

from sites import city as cities  # noqa: E402
from sites.portal import walk  # noqa: E402
from sites.settling import settle  # noqa: E402
from sites.systems import credentials  # noqa: E402
from tongban.domains.eforms import models as eforms  # noqa: E402

FOOD_OFFICE = "SCJG-310115"


def main(total: int) -> None:
    _city, browser = settle()
    credentials(FOOD_OFFICE, cities.NOW)
    first = eforms.Draft.objects.get(pk=UUID(walk.complete(browser).split("/")[2]))
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    drafts = [str(first.pk), *map(str, copies(first, total - 1))]
    sys.stdout.write(json.dumps({"session": session, "drafts": drafts}))


main(int(sys.argv[1]))
