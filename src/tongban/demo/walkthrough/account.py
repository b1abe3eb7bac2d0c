"""What the walkthrough reports: every step, and for each package what was promised and what came."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from tongban.demo.walkthrough.browser import StepFailed
from tongban.foundation import clock
from tongban.kernel.instants import SHANGHAI

PATIENCE_S, PAUSE_S = 90, 0.1


@dataclass(frozen=True, slots=True)
class Step:
    at: str
    door: str
    actor: str
    action: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A material nobody had to bring: by which rule, and from where it came instead."""

    name: str
    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class Waived:
    """A material of the real cases that nobody brought: the rule, its source, and what came in its place."""

    name: str
    rule: str
    source: str
    state: str
    case: str


@dataclass(slots=True)
class PackageAccount:
    code: str
    cases: list[str] = field(default_factory=list)
    materials_asked: list[str] = field(default_factory=list)
    materials_not_asked: list[NotAsked] = field(default_factory=list)
    waived: list[Waived] = field(default_factory=list)
    """Each paper of a holder once, as the cases say it; what the form itself makes is not counted."""
    fields_asked: int = 0
    fields_prefilled: int = 0
    promised_days: int = 0
    elapsed_days: int = 0
    licences: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Account:
    """The whole walkthrough; each step is told as soon as it is taken."""

    say: Callable[[str], object]
    steps: list[Step] = field(default_factory=list)
    packages: list[PackageAccount] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return all(step.ok for step in self.steps)

    def note(self, door: str, actor: str, action: str, detail: str, *, ok: bool = True) -> None:
        """Write one step down at the business clock's instant."""
        at = clock.now().astimezone(SHANGHAI)
        self.steps.append(Step(at.isoformat(timespec="minutes"), door, actor, action, ok, detail))
        mark = "" if ok else "  ✗"
        self.say(f"{at:%m-%d %H:%M}{mark}  {actor}  {action}  {detail}")

    def check(self, action: str, detail: str, *, ok: bool) -> None:
        """Hold what came against what the plan promised."""
        self.note("plan", "核对", action, detail, ok=ok)

    def attempt(self, door: str, actor: str, action: str, doing: Callable[[], str]) -> None:
        """Take a step and note it with the detail it answers; one that fails is noted and ends the story."""
        try:
            detail = doing()
        except StepFailed as failed:
            self.note(door, actor, action, str(failed), ok=False)
            raise
        self.note(door, actor, action, detail)

    def wait_for(self, actor: str, action: str, has_come: Callable[[], bool]) -> None:
        """Let another process do its part; what does not come in `PATIENCE_S` is a step that failed."""
        until = time.monotonic() + PATIENCE_S
        while not has_come():
            if time.monotonic() > until:
                self.note("worker", actor, action, f"{PATIENCE_S} 秒内没有完成", ok=False)
                raise StepFailed(f"{actor} {action}")
            time.sleep(PAUSE_S)

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "steps": [asdict(step) for step in self.steps],
            "packages": [asdict(package) for package in self.packages],
        }
