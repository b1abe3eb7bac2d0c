"""From a plan to its form: a draft that is half filled already."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from tongban.domains.eforms import services as eforms
from tongban.domains.eforms.types import Answer, Draft, FormField, FormSpec, Origin
from tongban.domains.exchange.types import Value
from tongban.domains.lifeevents.rules.parties import Source, source_of
from tongban.domains.lifeevents.services.gathered import KEPT_FOR, answers_from
from tongban.domains.lifeevents.services.looking import Looking, looking_for
from tongban.domains.lifeevents.services.planning import gather, plan
from tongban.domains.lifeevents.types import Facts
from tongban.domains.standards import rules as standards
from tongban.kernel.actors import Actor
from tongban.kernel.instants import shanghai_date


def begin(
    package_code: str,
    division: str,
    facts: Facts,
    *,
    actor: Actor,
    at: datetime,
    optional_items: Collection[str] = (),
) -> Draft:
    """A draft of the package's form, prefilled from the registers with source and date on every value.

    Raises ``eforms.services.NotBound`` for an account that stands for nobody.
    """
    if actor.subject_id is None:
        raise eforms.NotBound(f"account {actor.account_id}")
    background = gather(package_code, division=division, actor=actor, at=at)
    made = plan(
        package_code,
        division,
        facts,
        actor=actor,
        at=at,
        optional_items=optional_items,
        background=background,
    )
    known = answers_from(background.known)
    settled = {**facts, **{code: answer.value for code, answer in known.items()}}
    answers = _from_facts(made.form, settled, known)
    looking = looking_for(made.package, actor, at)
    answers |= _from_registers(made.form, settled, background.parties, looking)
    return eforms.create_draft(
        purpose=package_code,
        title=made.package.title,
        division=division,
        facts=settled,
        known=known,
        answers=answers,
        optional_items=optional_items,
        parties=background.parties,
        actor=actor,
        at=at,
    )


def bring_up_to_date(draft: Draft, *, actor: Actor, at: datetime) -> Draft:
    """A draft taken up again after the day of its look-up, with what the registers say now.

    What the person typed stays; the mandate is judged anew. Raises ``eforms.services.AlreadySubmitted``.
    """
    if draft.looked_up_at is None or at - draft.looked_up_at < KEPT_FOR:
        return draft
    own = replace(actor, acting_for=draft.subject_id)
    background = gather(draft.purpose, division=draft.division, actor=own, at=at)
    made = plan(
        draft.purpose,
        draft.division,
        draft.facts,
        actor=own,
        at=at,
        optional_items=draft.optional_items,
        background=background,
    )
    known = answers_from(background.known)
    values = {code: answer.value for code, answer in known.items()}
    settled = {**draft.facts, **values}
    found = _from_facts(made.form, values, known)
    found |= _from_registers(made.form, settled, background.parties, looking_for(made.package, own, at))
    return eforms.refresh_draft(
        draft.id, found=found, known=known, parties=background.parties, actor=actor, at=at
    )


def _from_facts(
    form: FormSpec, facts: Mapping[str, object], known: Mapping[str, Answer]
) -> dict[str, Answer]:
    """What was answered as a question is not asked again as a field."""
    answers = {}
    for field in _fields(form):
        value = facts.get(field.element.code)
        if value is not None:
            answers[field.key] = known.get(field.element.code) or Answer(value, Origin.TYPED)
    return answers


def _from_registers(
    form: FormSpec,
    facts: Mapping[str, object],
    parties: Mapping[str, UUID],
    looking: Looking,
) -> dict[str, Answer]:
    sources: dict[str, tuple[FormField, Source]] = {}
    for field in _fields(form):
        element = field.element
        source = source_of(field.role, element.code, element.resource, element.resource_field, parties, facts)
        if source is not None:
            sources[field.key] = (field, source)
    found = looking.look_up(source for _field, source in sources.values())
    answers = {}
    for key, (field, source) in sources.items():
        answer = _prefilled(field, found.get(source), looking.at)
        if answer is not None:
            answers[key] = answer
    return answers


def _prefilled(field: FormField, value: Value | None, at: datetime) -> Answer | None:
    """The register's value in its standard form; one that does not fit its element is left to the applicant."""
    if value is None:
        return None
    kept, problem = standards.check_value(field.element, value.value, today=shanghai_date(at))
    if problem is not None or kept is None:
        return None
    return Answer(kept, Origin.PREFILLED, value.source, value.as_of, kept)


def _fields(form: FormSpec) -> tuple[FormField, ...]:
    return tuple(field for group in form.groups for field in group.fields)
