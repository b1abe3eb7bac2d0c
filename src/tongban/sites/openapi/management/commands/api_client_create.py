"""`tongban api client create SYSTEM`: credentials for a system of the register."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from tongban.domains.exchange.selectors import SystemNotFound
from tongban.foundation import clock
from tongban.sites.openapi import clients


class Command(BaseCommand):
    help = "Create API credentials for a registered system and print them once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("system", help="code of the system in the register, e.g. YCZM-YW")

    def handle(self, *, system: str, **_: object) -> None:
        try:
            made = clients.create_client(system=system, at=clock.now())
        except SystemNotFound as error:
            raise CommandError(
                f"there is no system {system} in the register; register it first (tongban systems import,"
                " or in the console under 总数据库)"
            ) from error
        except clients.SystemStopped as error:
            raise CommandError(f"system {system} is no longer in use") from error
        self.stdout.write(f"client: {made.client_id}\nsecret: {made.secret}")
