"""`tongban demo accounts`: whom to sign in as."""

from django.core.management.base import BaseCommand

from tongban.demo import seeding

_SHOWN_OFFICERS = 6


class Command(BaseCommand):
    help = "Print the sample accounts and their password."

    def handle(self, **_: object) -> None:
        people = seeding.read("people")
        self.stdout.write(f"password of every sample account: {seeding.PASSWORD}")
        for person in people["persons"]:
            if person.get("username"):
                self.stdout.write(f"  {person['username']:<12} {person['name']}（办事人）")
        officers = people["officers"]
        for officer in officers[:_SHOWN_OFFICERS]:
            self.stdout.write(
                f"  {officer['username']:<12} {officer['name']}（{officer['department']}，{officer['post']}）"
            )
        self.stdout.write(f"  … and {len(officers) - _SHOWN_OFFICERS} more officers")
