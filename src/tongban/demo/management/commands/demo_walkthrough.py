"""`tongban demo walkthrough --url URL`: play the three stories over HTTP against a running server."""

import json
import logging
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tongban.demo.walkthrough import play
from tongban.demo.walkthrough.stories import STORIES


class Command(BaseCommand):
    help = "Play the three life events over HTTP, as citizens and officers; exits non-zero when a promise is not kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="address of the running server")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
        parser.add_argument(
            "--package",
            action="append",
            choices=[one.package for one in STORIES],
            help="only this life event",
        )

    def handle(self, *, url: str, package: list[str] | None = None, **options: object) -> None:
        if settings.BUSINESS_CLOCK is None:
            raise CommandError("the walkthrough moves the business clock: only the sample city has one")
        logging.getLogger("httpx").setLevel(logging.WARNING)
        stories = tuple(one for one in STORIES if package is None or one.package in package)
        account = play.play(url.rstrip("/"), say=self.stderr.write, stories=stories)
        if options["json"]:
            self.stdout.write(json.dumps(account.as_json(), ensure_ascii=False))
        if not account.ok:
            raise CommandError("the city did not keep a promise; the steps marked ✗ say where")
