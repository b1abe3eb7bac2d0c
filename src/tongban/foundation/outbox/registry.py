"""Who wants to hear of which event. Filled in each app's `ready`, read-only afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter

Handler = Callable[[Any, datetime], None]


class ReceiverUnreachable(Exception):
    """Raised by a handler that could not reach a department's system: the whole queue pauses, the message stays."""


@dataclass(frozen=True)
class Subscriber:
    """`handler(event, at)` must be safe to run twice.

    In-process handlers run in one transaction with the message's removal. `calls_out` handlers talk to other machines: they run
    outside any transaction, and may see a message again after a crash.
    """

    name: str
    event_type: type
    handler: Handler
    calls_out: bool = False

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.event_type)

    def dump(self, event: object) -> Any:
        return self._adapter.dump_python(event, mode="json")

    def load(self, payload: Any) -> Any:
        return self._adapter.validate_python(payload)


_by_event: dict[type, list[Subscriber]] = {}
_by_name: dict[tuple[str, str], Subscriber] = {}


def subscribe(event_type: type, *, name: str, handler: Handler, calls_out: bool = False) -> None:
    """Let `handler` hear of every event of exactly `event_type`; the same name may subscribe to several types."""
    subscriber = Subscriber(name, event_type, handler, calls_out)
    key = (name, event_type.__qualname__)
    if key in _by_name:
        if _by_name[key].handler is handler:
            return
        raise ValueError(f"{name} already subscribes to {event_type.__qualname__}")
    _by_name[key] = subscriber
    _by_event.setdefault(event_type, []).append(subscriber)


def subscribers_of(event: object) -> list[Subscriber]:
    return _by_event.get(type(event), [])


def subscriber_named(name: str) -> Subscriber:
    """The subscriber by the name its messages carry, `<name>/<event type>`; raises LookupError when the code no longer has it."""
    subscriber, _, event = name.partition("/")
    try:
        return _by_name[subscriber, event]
    except KeyError:
        raise LookupError(f"no subscriber named {name}") from None


def all_subscribers() -> list[Subscriber]:
    return list(_by_name.values())
