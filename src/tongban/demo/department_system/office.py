"""How the office handles a case: by itself, by its own rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongban.demo.department_system.ledger import Ledger
from tongban.demo.department_system.platform import Platform, Refused

SHORTEST_SCHOOL_DISTANCE_M = 100
"""示例: the layout plan of the sample city; each city sets its own."""
_DISTANCE = "PREMISES.tobacco.school_distance_m"
_STEPS_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to send for a case."""

    verb: str
    body: Mapping[str, object]


def next_step(case: Mapping[str, Any]) -> Step | None:
    """What the office does with the case now; None when nothing is up to it."""
    status = case["status"]
    if status == "RECEIVED":
        return Step("accept", {})
    if status == "ACCEPTED":
        open_points = [point for point in case["points"] if point["passed"] is None]
        if open_points:
            return Step("points", {"marks": [_mark(point, case) for point in open_points]})
        return Step("finish-examination", {})
    if status == "EXAMINED":
        return _decision(case)
    if status in ("GRANTED", "REFUSED"):
        return Step("serve", {"method": "ELECTRONIC", "proof": "电子送达，本部门系统发出。"})
    return None


def handle(case_number: str, *, platform: Platform, ledger: Ledger) -> None:
    """Take the case as far as the office can, then note where it stands.

    Raises ``Unreachable``; then the case stays waiting and is taken up again from where it stands.
    """
    try:
        case = platform.get(f"/cases/{case_number}")
        for _ in range(_STEPS_AT_MOST):
            step = next_step(case)
            if step is None:
                break
            _take(step, case, platform)
            case = platform.get(f"/cases/{case_number}")
    except Refused as refusal:
        ledger.note_work(case_number, "REFUSED_BY_PLATFORM", str(refusal))
        return
    ledger.note_work(case_number, case["status"], f"距学校 {_distance(case)} 米")


def _take(step: Step, case: Mapping[str, Any], platform: Platform) -> None:
    # Verb and revision name the act: sent again after a lost answer, it happens once.
    key = f"{case['number']}.{case['revision']}.{step.verb}"
    try:
        platform.post(
            f"/cases/{case['number']}/{step.verb}", {"revision": case["revision"], **step.body}, key=key
        )
    except Refused as refusal:
        if refusal.code != "STALE_DOSSIER":
            raise
        # Somebody moved the case meanwhile; the caller reads it anew.


def _mark(point: Mapping[str, Any], case: Mapping[str, Any]) -> dict[str, object]:
    if "距" in point["text"] and not _is_far_enough(case):
        note = f"经营场所距学校不足 {SHORTEST_SCHOOL_DISTANCE_M} 米。"
        return {"point": point["code"], "passed": False, "note": note}
    return {"point": point["code"], "passed": True}


def _decision(case: Mapping[str, Any]) -> Step:
    failed = [point for point in case["points"] if point["passed"] is False]
    if not failed:
        return Step("grant", {})
    return Step(
        "refuse",
        {
            "failed_points": [point["code"] for point in failed],
            "reason": "；".join(point["note"].rstrip("。") for point in failed) + "。",
            "legal_basis": [basis["id"] for basis in case["legal_basis"]],
        },
    )


def _is_far_enough(case: Mapping[str, Any]) -> bool:
    distance = _distance(case)
    return distance is None or distance >= SHORTEST_SCHOOL_DISTANCE_M


def _distance(case: Mapping[str, Any]) -> float | None:
    answer = case["answers"].get(_DISTANCE)
    return None if answer is None or answer["value"] is None else float(answer["value"])
