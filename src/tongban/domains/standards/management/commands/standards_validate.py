"""`tongban standards validate`: judges identifiers, one a line."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.foundation import clock
from tongban.kernel.identifiers import KINDS, UnknownIdentifierKind, validate
from tongban.kernel.instants import shanghai_date


class Command(BaseCommand):
    """Reads `kind<TAB>value` lines and answers one line each."""

    help = f"Judge identifiers of the kinds {', '.join(KINDS)}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", nargs="?", choices=KINDS)
        parser.add_argument("value", nargs="?")
        parser.add_argument("--stdin", action="store_true", help="read lines kind<TAB>value")
        parser.add_argument("--json", action="store_true", help="answer with a JSON object a line")

    def handle(self, *_args: Any, **options: Any) -> None:  # Any: Django's own signature
        today = shanghai_date(clock.now())
        if options["stdin"]:
            pairs: Iterable[tuple[str, str]] = read_pairs(sys.stdin.buffer)
        elif options["kind"] and options["value"] is not None:
            pairs = [(options["kind"], options["value"])]
        else:
            raise CommandError("give KIND and VALUE, or --stdin")
        for kind, value in pairs:
            answer = judge(kind, value, today)
            if options["json"]:
                self.stdout.write(json.dumps(answer, ensure_ascii=False))
            else:
                self.stdout.write(f"{'valid' if answer['valid'] else 'invalid'}\t{answer['reason']}")


def read_pairs(lines: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Kind and value of each line; only the line's end (LF or CRLF) is cut, blanks of the value are kept.

    Bytes, because text would also be cut at a lone CR; those that are no UTF-8 become U+FFFD, which no identifier holds.
    """
    for line in lines:
        text = line.removesuffix(b"\n").removesuffix(b"\r").decode(errors="replace")
        kind, _tab, value = text.partition("\t")
        yield kind, value


def judge(kind: str, value: str, today: date) -> dict[str, object]:
    """The verdict as a JSON object; an unknown kind is answered, not raised, so lines stay in step."""
    try:
        verdict = validate(kind, value, today=today)
    except UnknownIdentifierKind as error:
        return {"valid": False, "reason": error.sentence, "normalised": None}
    return {"valid": verdict.valid, "reason": verdict.reason, "normalised": verdict.normalised}
