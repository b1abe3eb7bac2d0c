"""`tongban demo seed`: the sample city, once."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from tongban.demo import seeding
from tongban.domains.lifeevents import selectors as lifeevents
from tongban.foundation import clock

BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


class Command(BaseCommand):
    help = "Write the sample city into an empty database; does nothing when it is there."

    def handle(self, **_: object) -> None:
        if settings.BUSINESS_CLOCK is not None and not settings.BUSINESS_CLOCK.exists():
            clock.set_standing(settings.BUSINESS_CLOCK, BEGINNING)
        if lifeevents.list_packages():
            self.stderr.write("the sample city is there")
            return
        try:
            with transaction.atomic():
                seeding.seed(at=clock.now(), say=self.stderr.write)
        except seeding.SeedRefused as error:
            raise CommandError(str(error)) from error
