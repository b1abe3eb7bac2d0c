"""`tongban api client create DEPARTMENT`: credentials for a department's own system."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from tongban.domains.directory.selectors import DepartmentNotFound
from tongban.foundation import clock
from tongban.sites.openapi import clients


class Command(BaseCommand):
    help = "Create API credentials for a department and print them once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("department", help="code of the department, e.g. YCZM")
        parser.add_argument("--name", default="", help="name of the system")

    def handle(self, *, department: str, name: str, **_: object) -> None:
        try:
            made = clients.create_client(department=department, name=name or department, at=clock.now())
        except DepartmentNotFound as error:
            raise CommandError(f"there is no department {department}") from error
        self.stdout.write(f"client: {made.client_id}\nsecret: {made.secret}")
