"""The next question: one whose answer can still change the plan, the one that settles most first."""

from collections.abc import Collection, Mapping

from tongban.domains.catalogue.types import Guide
from tongban.domains.lifeevents.rules.conditions import PackageConditions
from tongban.domains.lifeevents.types import Question
from tongban.domains.standards.types import DataElement
from tongban.kernel import conditions as kernel
from tongban.kernel.conditions import Facts


def ask(
    conditions: PackageConditions,
    facts: Facts,
    answered: Collection[str],
    elements: Mapping[str, DataElement],
    guides: Mapping[str, Guide],
) -> Question | None:
    """The question to ask next, None when nothing is left to ask.

    `answered` are the facts answered so far, „不清楚" included: none of them is asked again.
    """
    questions = kernel.next_question(conditions.questions, facts, not_known=answered)
    if questions.next_field is None:
        return None
    open_trees = [
        name for name, decision in questions.decisions.items() if questions.next_field in decision.missing
    ]
    wanted = dict.fromkeys(conditions.decides[name] for name in open_trees if name in conditions.whether)
    shaped = dict.fromkeys(conditions.decides[name] for name in open_trees)
    return Question(
        element=elements[questions.next_field],
        position=len(answered) + 1,
        at_most=len(questions.askable),
        decides=tuple(guides[code].title for code in wanted),
        shapes=tuple(guides[code].title for code in shaped if code not in wanted),
    )


def open_facts(conditions: PackageConditions, facts: Facts) -> tuple[str, ...]:
    """Facts that are unknown and could still change the plan, sorted."""
    missing: set[str] = set()
    for condition in conditions.questions.values():
        missing.update(condition.decide(facts).missing)
    return tuple(sorted(missing))
