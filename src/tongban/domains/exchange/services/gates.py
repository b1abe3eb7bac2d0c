"""A gate before each provider: at most so many calls at a time, and none for a while after it failed several times in a row.

The state is each process's own: a process that has met a hung provider closes its gate, the others meet it themselves. So the hot path
writes nothing, and a wrong judgement of one process harms nobody else.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

FAILURES = 5
"""In a row; then the gate closes."""
CLOSED_S = 10.0
"""So long; then one call tries."""


@dataclass
class Gate:
    """Enter before a call; whoever entered leaves once, saying whether the provider answered."""

    now: Callable[[], float] = time.monotonic
    _inside: int = 0
    _failures: int = 0
    _closed_until: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def enter(self, at_once: int) -> bool:
        """Whether the call may be made."""
        with self._lock:
            if self._inside >= at_once:
                return False
            if self._failures >= FAILURES:
                if self.now() < self._closed_until:
                    return False
                self._closed_until = self.now() + CLOSED_S  # this one tries, the others wait for it
            self._inside += 1
            return True

    def leave(self, *, has_answered: bool) -> None:
        with self._lock:
            self._inside -= 1
            if has_answered:
                self._failures = 0
                return
            self._failures += 1
            if self._failures >= FAILURES:
                self._closed_until = self.now() + CLOSED_S


_gates: dict[str, Gate] = {}


def gate_of(provider: str) -> Gate:
    """The gate of a department, one for all its resources."""
    return _gates.setdefault(provider, Gate())


def open_all() -> None:
    """Forget what this process knows of the providers; a test begins with it."""
    _gates.clear()
