"""Do now what the worker does with limits every few minutes: `tongban limits keep`."""

from typing import Any

from django.core.management.base import BaseCommand

from tongban.domains.cases import services
from tongban.foundation import clock


class Command(BaseCommand):
    help = "Let silence accept, resume elapsed pauses, warn before and mark after every limit."

    def handle(self, *_args: Any, **_options: Any) -> None:  # Any: Django's own signature
        services.keep_limits(at=clock.now())
