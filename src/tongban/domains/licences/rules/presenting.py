"""What a purpose lets the other side see. The least that serves it (个人信息保护法 §6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tongban.domains.licences.rules.library import OWN_NUMBER, caption
from tongban.domains.licences.types import Audience, LicenceType, Purpose, ShownField, VerifierKind

LIFE_OF_A_CODE = timedelta(seconds=60)
CODE_DIGITS = 8
FORGOTTEN_AFTER = timedelta(days=1)
"""Until then a code that comes again is known as one that was used or has run out."""
WRONG_CODES_ALLOWED = 20
WRONG_CODES_PERIOD = timedelta(minutes=10)
AGE_18 = "age_over_18"
BIRTH_DATE = "birth_date"
_EIGHTEEN = 18
_KINDS_THAT_REGISTER_GUESTS = frozenset({VerifierKind.HOTEL})
_KINDS_THAT_IDENTIFY = frozenset({VerifierKind.HOTEL, VerifierKind.BANK, VerifierKind.CLINIC})

YES, NO = "是", "否"
PURPOSE_NAMES: Mapping[Purpose, str] = {
    Purpose.VALIDITY: "证照是否有效",
    Purpose.AGE_18: "是否年满18周岁",
    Purpose.IDENTITY: "核对身份",
    Purpose.LODGING: "入住登记",
    Purpose.SERVICE: "办事",
}
# 旅馆业治安管理办法 §6: name, kind and number of the paper, and address are registered.
_LODGING = ("name", "sex", OWN_NUMBER, "household_address")
_IDENTITY_OF_A_PERSON = ("name", "sex", OWN_NUMBER)
_IDENTITY_OF_A_FIRM = ("name", "uscc", "legal_representative", "address")


@dataclass(frozen=True, slots=True)
class Offer:
    """A purpose a licence can serve for an audience, and the fields it opens."""

    purpose: Purpose
    fields: tuple[str, ...]


def offers(licence_type: LicenceType, fields: Mapping[str, str], audience: Audience) -> tuple[Offer, ...]:
    """For what this licence can be shown to this audience, the least telling purpose first."""
    found = [Offer(Purpose.VALIDITY, ())]
    if born_on(fields) is not None:
        found.append(Offer(Purpose.AGE_18, (AGE_18,)))
    held = tuple(name for name in licence_type.fields if fields.get(name))
    if audience.is_department:
        return (*found, Offer(Purpose.SERVICE, held))
    if audience.verifier_kind in _KINDS_THAT_IDENTIFY and {"name", OWN_NUMBER} <= set(held):
        found.append(Offer(Purpose.IDENTITY, _held(_IDENTITY_OF_A_PERSON, held)))
    if audience.verifier_kind in _KINDS_THAT_IDENTIFY and {"name", "uscc"} <= set(held):
        found.append(Offer(Purpose.IDENTITY, _held(_IDENTITY_OF_A_FIRM, held)))
    if audience.verifier_kind in _KINDS_THAT_REGISTER_GUESTS and {"name", OWN_NUMBER} <= set(held):
        found.append(Offer(Purpose.LODGING, _held(_LODGING, held)))
    return tuple(found)


def find_offer(offered: tuple[Offer, ...], purpose: str) -> Offer | None:
    return next((offer for offer in offered if offer.purpose == purpose), None)


def purpose_of(names: tuple[str, ...], offered: tuple[Offer, ...]) -> Purpose:
    """For what these fields serve: the least telling purpose that opens them all, else a service."""
    wide = [offer.purpose for offer in offered if set(names) <= set(offer.fields)]
    return wide[0] if wide else Purpose.SERVICE


def shown_fields(
    names: tuple[str, ...], licence_type: LicenceType, fields: Mapping[str, str], on: date
) -> tuple[ShownField, ...]:
    """The fields of an offer with their captions and values on a day."""
    return tuple(
        ShownField(name, caption_of(licence_type, name), derived(fields, on).get(name) or fields[name])
        for name in names
    )


def caption_of(licence_type: LicenceType, name: str) -> str:
    if name == AGE_18:
        return PURPOSE_NAMES[Purpose.AGE_18]
    return caption(licence_type, name)


def derived(fields: Mapping[str, str], on: date) -> Mapping[str, str]:
    """What follows from the fields without telling them: whether the holder is eighteen."""
    born = born_on(fields)
    if born is None:
        return {}
    return {AGE_18: YES if has_reached_eighteen(born, on) else NO}


def born_on(fields: Mapping[str, str]) -> date | None:
    """Day of birth as the licence says it, else as the resident number does (GB 11643); None where neither does."""
    number = fields.get(OWN_NUMBER, "")
    for text in (fields.get(BIRTH_DATE, ""), f"{number[6:10]}-{number[10:12]}-{number[12:14]}"):
        try:
            return date.fromisoformat(text)
        except ValueError:
            continue
    return None


def has_reached_eighteen(born: date, on: date) -> bool:
    # 周岁 counts from the day after the birthday (法释〔2006〕1号 §2).
    return on > _eighteenth_birthday(born)


def turns_eighteen_on(born: date) -> date:
    """The first day on which she counts as eighteen."""
    return _eighteenth_birthday(born) + timedelta(days=1)


def _eighteenth_birthday(born: date) -> date:
    try:
        return born.replace(year=born.year + _EIGHTEEN)
    except ValueError:
        return date(born.year + _EIGHTEEN, 2, 28)


def _held(names: tuple[str, ...], held: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name in held)
