"""Who shows what to whom, in the tests of 亮证."""

from dataclasses import dataclass
from typing import Any

from domains.identity import cast
from domains.licences import library
from foundation.credentials.keys import Key
from tongban.domains.identity.types import Subject
from tongban.domains.licences import selectors, services
from tongban.domains.licences.services import presenting, status_lists
from tongban.domains.licences.types import Audience, Licence, VerifierKind
from tongban.foundation.credentials import jose
from tongban.kernel.actors import PLATFORM, Actor

BORN = "1989-01-01"


@dataclass(frozen=True)
class Scene:
    """张三 with her identity card and her restaurant's licence, a hotel and a bank."""

    person: cast.Person
    firm: Subject
    card: Licence
    permit: Licence
    hotel: Audience
    bank: Audience
    hotel_secret: str

    @property
    def actor(self) -> Actor:
        return self.person.actor


def scene() -> Scene:
    status_lists.forget_kept()
    library.load_types()
    person = cast.zhang_san()
    firm = cast.small_restaurant(person)
    hotel = register("示例江畔酒店", VerifierKind.HOTEL)
    return Scene(
        person=person,
        firm=firm,
        card=identity_card(person.subject, person.number),
        permit=services.issue(library.request(firm), actor=PLATFORM, at=cast.NOW),
        hotel=selectors.get_audience(hotel.verifier.code),
        bank=selectors.get_audience(register("示例银行陆家嘴支行", VerifierKind.BANK).verifier.code),
        hotel_secret=hotel.secret,
    )


def register(name: str, kind: VerifierKind) -> Any:
    actor = people_of_the_bureau()
    return services.register_verifier(
        name=name, kind=kind, address="示例市浦东新区示例路9号", phone="", actor=actor, at=cast.NOW
    )


def people_of_the_bureau() -> Actor:
    from tongban.kernel.actors import ActorKind, Role

    return Actor(
        kind=ActorKind.OFFICER,
        account_id=None,
        name="金守正",
        department="DSJ",
        departments=frozenset({"DSJ"}),
        roles=frozenset({Role.DATA_STEWARD}),
    )


def identity_card(holder: Subject, number: str, **changes: str) -> Licence:
    fields = {
        "name": holder.name,
        "resident_id": number,
        "sex": "女",
        "birth_date": BORN,
        "household_address": "示例市浦东新区示例路1号",
        **changes,
    }
    request = library.request(holder, licence_type="SFZ", issuer="GA", valid_years=20, fields=fields)
    return services.issue(request, actor=PLATFORM, at=cast.NOW)


def phone_proof(number: str, key: Key, actor: Actor, at: Any, **changes: Any) -> str:
    """What the holder's phone signs to get the licence."""
    from django.conf import settings

    claims = {
        "aud": settings.PUBLIC_URL,
        "iat": int(at.timestamp()),
        "nonce": services.new_challenge(number, actor=actor, at=at),
        **changes,
    }
    return jose.sign({"typ": presenting.PROOF_TYPE, "jwk": jose.jwk_of(key.public)}, claims, key)
