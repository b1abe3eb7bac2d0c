"""What registers said about a situation, kept for a day, so that no page asks a register a second time."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from tongban.domains.eforms import rules as forms
from tongban.domains.eforms.types import Answer, Origin
from tongban.domains.exchange.types import Value
from tongban.domains.lifeevents import models
from tongban.domains.lifeevents.rules.wording import show_value
from tongban.domains.lifeevents.services.looking import Looking
from tongban.domains.lifeevents.types import Background, KnownFact, Package
from tongban.domains.standards import selectors as standards
from tongban.kernel.actors import Actor

KEPT_FOR = timedelta(days=1)
_KEY = ["agent_id", "applicant_id", "package_code", "division"]
_NEWS = ["package_id", "principals", "content", "gathered_at"]


def recall(package: Package, division: str, looking: Looking) -> Background | None:
    """What was gathered for this person and package within a day; None when it has to be gathered anew.

    A mandate that came or went since changes what may be known, and so does a new version of the package.
    """
    row = models.Gathering.objects.filter(
        **_names(package, division, looking.actor),
        package_id=package.id,
        gathered_at__gt=looking.at - KEPT_FOR,
    ).first()
    if row is None or set(row.principals) != looking.principals:
        return None
    content = json.loads(row.content)
    return Background(
        parties={role: UUID(subject) for role, subject in content["parties"].items()},
        known=known_from(forms.read_answers(content["known"]), looking.at),
    )


def keep(found: Background, package: Package, division: str, looking: Looking) -> None:
    """Keep what was gathered in place of what was kept before, encrypted like every answer."""
    content = {
        "parties": {role: str(subject) for role, subject in found.parties.items()},
        "known": forms.write_answers(answers_from(found.known)),
    }
    row = models.Gathering(
        **_names(package, division, looking.actor),
        package_id=package.id,
        principals=sorted(looking.principals),
        content=json.dumps(content, ensure_ascii=False),
        gathered_at=looking.at,
    )
    models.Gathering.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=_KEY, update_fields=_NEWS
    )


def forget_gathered(*, at: datetime) -> int:
    """Delete what is older than a day; how many there were (个人信息保护法 §19: kept no longer than needed)."""
    deleted, _by_model = models.Gathering.objects.filter(gathered_at__lte=at - KEPT_FOR).delete()
    return deleted


def known_fact(code: str, value: object, origin: Value) -> KnownFact:
    element = standards.elements()[code]
    kept = Value(value, origin.source, origin.resource, origin.as_of)
    return KnownFact(element, kept, show_value(element, value))


def answers_from(known: Collection[KnownFact]) -> dict[str, Answer]:
    """Known facts by their element's code, with source and date."""
    return {
        one.element.code: Answer(
            one.value.value, Origin.PREFILLED, one.value.source, one.value.as_of, one.value.value
        )
        for one in known
    }


def known_from(answers: Mapping[str, Answer], at: datetime) -> tuple[KnownFact, ...]:
    elements = standards.elements()
    return tuple(
        known_fact(
            code,
            answer.value,
            Value(answer.value, answer.source, elements[code].resource or "", answer.as_of or at),
        )
        for code, answer in answers.items()
    )


def _names(package: Package, division: str, actor: Actor) -> dict[str, object]:
    return {
        "agent_id": actor.subject_id,
        "applicant_id": actor.acting_for or actor.subject_id,
        "package_code": package.code,
        "division": division,
    }
