"""Looking around before asking: who stands in which role, and what the registers hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from tongban.domains.exchange import selectors as exchange
from tongban.domains.exchange import services as exchanging
from tongban.domains.exchange.types import LookupRequest, Outcome, Value
from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import MandateKind, SubjectKind
from tongban.domains.lifeevents.rules.parties import MARRIAGE, PARENTS, SEX_ROLES, Role, Source
from tongban.domains.lifeevents.types import Package
from tongban.kernel.actors import Actor

PERSON = "RK-PERSON"


@dataclass
class Looking:
    """Looks at registers for one package or item: who asks, why and when; `missed_a_register` when one did not answer."""

    purpose: str
    actor: Actor
    at: datetime
    item: str = ""
    """Basic code when one item is looked for; of a life event it is not known yet for which."""
    missed_a_register: bool = False

    @cached_property
    def principals(self) -> frozenset[UUID]:
        """For whom the asker may ask, read once."""
        assert self.actor.subject_id is not None
        return identity.authorised_principals(self.actor.subject_id, self.purpose, self.at)

    def look_up(self, sources: Iterable[Source]) -> Mapping[Source, Value]:
        """The values that registers gave, each look audited; nothing is asked about those who gave no authority."""
        live = exchange.live_resources()
        wanted: dict[tuple[str, UUID], list[str]] = {}
        asked = [
            one
            for one in dict.fromkeys(sources)
            if one.resource in live and one.subject_id in self.principals
        ]
        for source in asked:
            fields = wanted.setdefault((source.resource, source.subject_id), [])
            if source.field not in fields:
                fields.append(source.field)
        requests = [
            LookupRequest(
                resource,
                subject,
                tuple(fields),
                purpose=self.purpose,
                cause=f"PLAN-{self.purpose}",
                item=self.item,
            )
            for (resource, subject), fields in wanted.items()
        ]
        if not requests:
            return {}
        results = exchanging.look_up_many(requests, actor=self.actor, at=self.at)
        if any(result.outcome in (Outcome.UNAVAILABLE, Outcome.NO_EVIDENCE) for result in results):
            self.missed_a_register = True
        found = {
            (request.resource, request.subject_id): result.values
            for request, result in zip(requests, results, strict=True)
        }
        return {
            source: found[source.resource, source.subject_id][source.field]
            for source in asked
            if source.field in found[source.resource, source.subject_id]
        }


def looking_for(package: Package, actor: Actor, at: datetime) -> Looking:
    """Who looks for a life event, or for one item, of which the package is made."""
    return Looking(package.code, actor, at, item=package.code if package.is_single else "")


def find_parties(roles: Iterable[str], looking: Looking) -> dict[str, UUID]:
    """Who stands in the roles a package speaks of, as far as identity and registers say."""
    actor = looking.actor
    assert actor.subject_id is not None
    applicant = actor.acting_for or actor.subject_id
    found = {Role.APPLICANT.value: applicant, Role.HANDLER.value: actor.subject_id}
    if identity.get_subject(applicant).kind is SubjectKind.ENTITY:
        found |= {role.value: applicant for role in (Role.ENTERPRISE, Role.PREMISES, Role.LIQUIDATION)}
        legal = _legal_representative(applicant, looking.at)
        if legal is not None:
            found[Role.LEGAL_REPRESENTATIVE.value] = legal
    elif not PARENTS.isdisjoint(roles):
        found |= _parents(applicant, looking)
    return found


def _legal_representative(entity: UUID, at: datetime) -> UUID | None:
    for mandate in identity.mandates_for(entity):
        is_in_force = mandate.valid_from <= at and (mandate.valid_to is None or at < mandate.valid_to)
        if mandate.kind is MandateKind.LEGAL_REPRESENTATIVE and is_in_force and mandate.revoked_at is None:
            return mandate.agent.id
    return None


def _parents(applicant: UUID, looking: Looking) -> dict[str, UUID]:
    """The applicant as mother or father, and the other parent: the spouse, else who authorised her as parent."""
    sex = Source(PERSON, applicant, "sex")
    spouse_number = Source(MARRIAGE, applicant, "spouse_resident_id")
    values = looking.look_up([sex, spouse_number])
    own = SEX_ROLES.get(str(values[sex].value)) if sex in values else None
    if own is None:
        return {}
    found = {own: applicant}
    (other,) = PARENTS - {own}
    if spouse_number in values:
        spouse = identity.find_subject(SubjectKind.PERSON, str(values[spouse_number].value))
        if spouse is not None:
            found[other] = spouse.id
        return found
    for mandate in identity.mandates_for(applicant):
        is_from_parent = mandate.kind is MandateKind.SPOUSE_AUTHORISATION and mandate.agent.id == applicant
        if is_from_parent and identity.has_authorisation(
            mandate.principal.id, applicant, looking.purpose, looking.at
        ):
            found[other] = mandate.principal.id
            break
    return found
