"""The answer of a validator, and the repair of what people paste."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """``valid`` judges the value exactly as given, blanks kept.

    ``reason`` is a sentence a person can act on and ``code`` groups the reasons ("ok" when valid).
    ``normalised`` is the canonical form, of a valid value or of the repaired one; None when no repair passes.
    """

    valid: bool
    reason: str
    code: str
    normalised: str | None


@dataclass(frozen=True)
class Fault:
    """Why a strict check refuses a value; ``repaired`` when the kind of fault itself names the right form."""

    code: str
    reason: str
    repaired: str | None = None


StrictCheck = Callable[[str], Fault | None]


def repair(value: str) -> str:
    """Full-width characters made ASCII (NFKC), every blank removed, letters upper-cased."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


def judge(value: str, check: StrictCheck, *, name: str, canonical: Callable[[str], str] = str) -> Verdict:
    """The verdict of a strict check on the value as given, with the repaired form when that passes."""
    fault = check(value)
    if fault is None:
        return Verdict(True, f"{name}有效。", "ok", canonical(value))
    repaired = repair(value)
    repaired_fault = check(repaired)
    if repaired_fault is None:
        reason = f"{name}含有空格、全角字符或小写字母，规范写法是“{canonical(repaired)}”。"
        return Verdict(False, reason, "form", canonical(repaired))
    return Verdict(False, repaired_fault.reason, repaired_fault.code, repaired_fault.repaired)
