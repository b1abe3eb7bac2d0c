"""证照免带 for one item: what its material list wants, and what the code of whoever stands at the window supplies."""

from datetime import datetime

from tongban.domains.catalogue import rules, selectors
from tongban.domains.catalogue.services.versions import NotYours
from tongban.domains.catalogue.types import CounterLine, CounterPull, Guide, Rule, Sources
from tongban.domains.identity import selectors as identity
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import CodePull
from tongban.kernel.actors import Actor
from tongban.kernel.instants import shanghai_date


def pull_for_item(*, basic_code: str, division: str, code: str, actor: Actor, at: datetime) -> CounterPull:
    """The item's materials, each with the licence of the library that stands in for it where she holds one.

    Nothing but what this item's list names is pulled. Raises `NotYours` for an item of another office,
    ``selectors.ItemNotFound``, and what ``licences.services.pull_by_code`` raises.
    """
    guide = selectors.get_guide(basic_code, division, shanghai_date(at))
    if guide.procedure.department.code not in actor.departments:
        raise NotYours(f"{basic_code} is carried out by {guide.procedure.department.code}")
    sources = selectors.sources_of([guide], at=at)[guide.substance.basic_code]
    pull = licences.pull_by_code(
        code=code,
        licence_types=_named(guide, sources),
        purpose=guide.title,
        actor=actor,
        at=at,
    )
    kind = identity.get_subject(pull.holder_id).kind
    own = rules.roles_of_holder(kind, pull.shown_fields.get("sex", ""))
    return CounterPull(
        item_name=guide.title,
        holder_name=pull.holder_name,
        shown_name=pull.shown_name,
        lines=_lines(guide, sources, pull, own),
    )


def _named(guide: Guide, sources: Sources) -> set[str]:
    """The licence types of the item's list, without what has no basis and may not be asked for."""
    verdicts = rules.every_verdict(guide.substance, sources)
    return {one.licence_type for one in verdicts if one.licence_type is not None and one.basis}


def _lines(guide: Guide, sources: Sources, pull: CodePull, own: frozenset[str]) -> tuple[CounterLine, ...]:
    """Each material under the one verdict, with what she was found to hold."""
    held = {(role, code): licence for role in own for code, licence in pull.held.items()}
    in_force = rules.clauses_in_force(guide.substance)
    lines = []
    for material in guide.substance.materials:
        verdict = rules.material_verdict(material, in_force, held=held, sources=sources, produced=())
        licence = (
            pull.held.get(verdict.licence_type or "") if verdict.rule is Rule.IN_LICENCE_LIBRARY else None
        )
        is_others = verdict.licence_type is not None and material.licence_holder not in own
        lines.append(CounterLine(verdict, licence, is_others))
    return tuple(lines)
