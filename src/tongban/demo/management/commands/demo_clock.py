"""`tongban demo clock [TO]`: show or move the sample city's business clock."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tongban.domains.cases import services as cases
from tongban.foundation import clock

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Command(BaseCommand):
    help = "Show the business clock, or move it forward: to an instant (2026-03-05T10:00) or by days (+3d) or hours (+2h)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("to", nargs="?")

    def handle(self, *, to: str | None = None, **_: object) -> None:
        if settings.BUSINESS_CLOCK is None:
            raise CommandError("only the sample city has a business clock that can be moved")
        if to is not None:
            move_to(_target(to, clock.now()))
        self.stdout.write(clock.now().astimezone(SHANGHAI).isoformat(timespec="minutes"))


def move_to(instant: datetime) -> None:
    """Move the clock forward and let the law's limits take effect; raises CommandError for a step back."""
    if instant < clock.now():
        raise CommandError(
            f"the business clock never goes back; it stands at {clock.now().astimezone(SHANGHAI).isoformat()}"
        )
    assert settings.BUSINESS_CLOCK is not None, "the command has checked it"
    clock.set_standing(settings.BUSINESS_CLOCK, instant)
    cases.keep_limits(at=clock.now())


def _target(text: str, now: datetime) -> datetime:
    try:
        if text.startswith("+"):
            return now + timedelta(**{{"d": "days", "h": "hours", "m": "minutes"}[text[-1]]: int(text[1:-1])})
        instant = datetime.fromisoformat(text)
    except (ValueError, KeyError) as error:
        raise CommandError(
            f"{text!r} is neither an instant such as 2026-03-05T10:00 nor a step such as +3d"
        ) from error
    return instant if instant.tzinfo else instant.replace(tzinfo=SHANGHAI)
