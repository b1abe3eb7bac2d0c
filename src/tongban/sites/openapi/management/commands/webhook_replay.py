"""`tongban webhook replay CLIENT`: send a system's events again."""

from argparse import ArgumentParser
from uuid import UUID

from django.core.management.base import BaseCommand

from tongban.sites.openapi import webhooks


class Command(BaseCommand):
    help = "Send the events of an API client again, from a sequence number on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client", type=UUID)
        parser.add_argument("--after", type=int, default=0, help="the last sequence number it has")

    def handle(self, *, client: UUID, after: int, **_: object) -> None:
        self.stdout.write(f"{webhooks.replay(client, after=after)} events will be sent again")
