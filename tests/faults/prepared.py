"""Run in a home of its own: a small city with drafts that lack nothing but the press of the button. Prints what a client needs."""

import json
import sys
from uuid import UUID

import django

django.setup()

from bench.drafts import copies  # noqa: E402
from django.conf import settings  # noqa: E402 - Django is set up first
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from sites import city as cities  # noqa: E402
from sites.portal import walk  # noqa: E402
from tongban.domains.eforms import models as eforms  # noqa: E402
from tongban.domains.identity.models import Account  # noqa: E402
from tongban.foundation import clock  # noqa: E402
from tongban.sites.openapi import clients  # noqa: E402

FOOD_OFFICE = "SCJG-310115"


def main(total: int) -> None:
    call_command("migrate", verbosity=0)
    assert settings.BUSINESS_CLOCK is not None, "a demo's home"
    clock.set_standing(settings.BUSINESS_CLOCK, cities.NOW)
    city = cities.build()
    clients.create_client(department=FOOD_OFFICE, name="示例系统", at=cities.NOW)
    browser = Client(HTTP_HOST="127.0.0.1")
    browser.force_login(Account.objects.get(pk=city.accounts["zhangsan"]))
    browser.post("/my/acting-for/", {"subject": str(city.subjects["xiaoguan"])})
    first = eforms.Draft.objects.get(pk=UUID(walk.complete(browser).split("/")[2]))
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    drafts = [str(first.pk), *map(str, copies(first, total - 1))]
    sys.stdout.write(json.dumps({"session": session, "drafts": drafts}))


main(int(sys.argv[1]))
