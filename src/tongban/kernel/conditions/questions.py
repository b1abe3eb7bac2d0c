"""Which question to ask next: only what can still change something, what settles most first."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from tongban.kernel.conditions.condition import Condition, Decision
from tongban.kernel.conditions.facts import Facts


@dataclass(frozen=True)
class Questions:
    """Decisions by condition, what may still be asked (sorted), and the field to ask next, if any."""

    decisions: Mapping[str, Decision]
    askable: tuple[str, ...]
    next_field: str | None


@dataclass(frozen=True)
class Dialogue:
    """A dialogue played to its end: the fields asked in order and the decisions reached."""

    asked: tuple[str, ...]
    decisions: Mapping[str, Decision]


def next_question(
    conditions: Mapping[str, Condition], facts: Facts, not_known: Collection[str] = ()
) -> Questions:
    """What to ask next, given the facts and the fields already answered by "不清楚".

    The next field is the one missing in the most conditions; ties go to the smaller name.
    """
    decisions = {name: condition.decide(facts) for name, condition in conditions.items()}
    needed: Counter[str] = Counter()
    for decision in decisions.values():
        needed.update(field for field in decision.missing if field not in not_known)
    next_field = min(needed, key=lambda field: (-needed[field], field), default=None)
    return Questions(decisions=decisions, askable=tuple(sorted(needed)), next_field=next_field)


def play_dialogue(
    conditions: Mapping[str, Condition],
    facts: Facts,
    reply: Callable[[str], Facts],
) -> Dialogue:
    """Ask until nothing is left to ask.

    ``reply`` takes the field asked and returns the facts it adds, loaded; a reply that leaves the field
    unknown (不清楚) is not asked again.
    """
    asked: list[str] = []
    known = dict(facts)
    questions = next_question(conditions, known)
    while questions.next_field is not None:
        asked.append(questions.next_field)
        known.update(reply(questions.next_field))
        questions = next_question(conditions, known, not_known=asked)
    return Dialogue(asked=tuple(asked), decisions=questions.decisions)
