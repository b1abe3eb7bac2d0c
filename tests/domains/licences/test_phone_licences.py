from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from domains.identity import cast
from domains.licences import showing
from domains.licences.showing import Scene
from foundation.credentials.keys import Key
from tongban.domains.licences import models, rules, selectors, services
from tongban.domains.licences.services import status_lists
from tongban.domains.licences.types import LicenceStatus, Purpose, Verification
from tongban.foundation.credentials import jose, sd_jwt, status_list
from tongban.foundation.credentials.refusals import CredentialRefused, Reason
from tongban.foundation.signing import services as signing
from tongban.kernel.actors import PLATFORM

NOW = cast.NOW
NONCE = "402817"
SECOND = timedelta(seconds=1)


@pytest.fixture
def scene(db: None) -> Scene:
    return showing.scene()


@pytest.fixture
def phone() -> Key:
    return Key("phone")


def credential(scene: Scene, phone: Key, number: str = "", at: datetime = NOW) -> str:
    number = number or scene.card.number
    proof = showing.phone_proof(number, phone, scene.actor, at)
    return services.issue_credential(number=number, proof=proof, actor=scene.actor, at=at)


def present(scene: Scene, phone: Key, given: str, names: Any = (rules.AGE_18,), at: datetime = NOW) -> str:
    audience = selectors.audience_uri(scene.hotel)
    return sd_jwt.present(given, names, signer=phone, audience=audience, nonce=NONCE, at=at.timestamp())


def redeem(scene: Scene, presentation: str, **changes: Any) -> Verification:
    asked = {"nonce": NONCE, "audience": scene.hotel, "actor": PLATFORM, "at": NOW, **changes}
    return services.redeem_presentation(presentation=presentation, **asked)


def reason(scene: Scene, presentation: str, **changes: Any) -> Reason:
    with pytest.raises(CredentialRefused) as refused:
        redeem(scene, presentation, **changes)
    assert models.Showing.objects.count() == 0
    return refused.value.reason


class Offline:
    """A verifier with the network off: what it fetched once is all it knows."""

    def __init__(self, at: datetime) -> None:
        data = status_lists.verifier_data(at=at)
        self.keys = {
            (one["issuer"], key["kid"]): jose.key_of(key) for one in data.issuers for key in one["keys"]
        }
        lists = [status_list.read(token, keys=self.key) for token in data.lists]
        self.lists = {one.uri: one for one in lists}

    def key(self, issuer: str, key_id: str) -> Any:
        return self.keys[issuer, key_id]

    def check(self, scene: Scene, presentation: str, at: datetime) -> tuple[sd_jwt.Presented, float]:
        audience = selectors.audience_uri(scene.hotel)
        shown = sd_jwt.verify(presentation, keys=self.key, audience=audience, nonce=NONCE, at=at.timestamp())
        return shown, status_list.check(shown, self.lists[shown.status_uri], at=at.timestamp())


def test_a_phone_shows_the_age_and_the_platform_agrees(scene: Scene, phone: Key) -> None:
    found = redeem(scene, present(scene, phone, credential(scene, phone)))

    assert (found.is_good, found.licence_name, found.purpose) == (True, "居民身份证", Purpose.AGE_18)
    assert [field.value for field in found.fields] == ["是"]
    (use,) = selectors.list_uses_of(scene.card.number, limit=10)
    assert (use.used_by, use.fields) == ("示例江畔酒店", (rules.AGE_18,))


def test_what_a_phone_keeps_does_not_tell_who_it_is_in_the_open(scene: Scene, phone: Key) -> None:
    payload = jose.read_json(credential(scene, phone).split("~")[0].split(".")[1])

    assert payload.keys() == {"iss", "vct", "iat", "exp", "cnf", "status", "_sd", "_sd_alg"}
    assert payload["iss"] == f"{settings.PUBLIC_URL}/issuers/GA"


def test_one_showing_is_taken_once(scene: Scene, phone: Key) -> None:
    presentation = present(scene, phone, credential(scene, phone))
    redeem(scene, presentation)

    with pytest.raises(services.CodeUsed):
        redeem(scene, presentation)

    assert models.Showing.objects.count() == 1


def test_with_the_network_off_the_age_of_the_knowledge_is_told(scene: Scene, phone: Key) -> None:
    given = credential(scene, phone)
    offline = Offline(NOW)
    later = NOW + timedelta(minutes=3)

    shown, age = offline.check(scene, present(scene, phone, given, at=later), later)

    assert shown.claims[rules.AGE_18] is True
    assert age == 180


def test_after_half_a_day_offline_nothing_is_said_to_be_valid(scene: Scene, phone: Key) -> None:
    given = credential(scene, phone)
    offline = Offline(NOW)
    later = NOW + status_lists.TELLS_FOR

    with pytest.raises(CredentialRefused) as refused:
        offline.check(scene, present(scene, phone, given, at=later), later)

    assert refused.value.reason is Reason.STATUS_UNKNOWN


@pytest.mark.parametrize(
    ("status", "wanted"),
    [(LicenceStatus.REVOKED, Reason.REVOKED), (LicenceStatus.SUSPENDED, Reason.SUSPENDED)],
)
def test_a_change_reaches_every_verifier_within_a_minute(
    scene: Scene, phone: Key, status: LicenceStatus, wanted: Reason
) -> None:
    given = credential(scene, phone)
    Offline(NOW)  # a list was signed and kept just before the change
    models.Licence.objects.filter(number=scene.card.number).update(status=status)
    just_before = NOW + status_lists.KEPT_FOR - SECOND
    unlucky = Offline(just_before)  # fetched a list that another verifier had asked for before
    assert unlucky.check(scene, present(scene, phone, given, at=just_before), just_before)

    asks_again = just_before + timedelta(seconds=status_lists.TTL_S)
    assert asks_again - NOW < timedelta(seconds=60)
    with pytest.raises(CredentialRefused) as refused:
        Offline(asks_again).check(scene, present(scene, phone, given, at=asks_again), asks_again)
    assert refused.value.reason is wanted
    assert reason(scene, present(scene, phone, given)) is wanted


def test_a_lost_phone_is_void(scene: Scene, phone: Key) -> None:
    given = credential(scene, phone)
    assert selectors.count_credentials(scene.card.number, at=NOW) == 1

    assert services.withdraw_credentials(scene.card.number, actor=scene.actor, at=NOW) == 1

    assert reason(scene, present(scene, phone, given)) is Reason.REVOKED
    assert selectors.count_credentials(scene.card.number, at=NOW) == 0
    assert reason(scene, present(scene, phone, credential(scene, Key("other")))) is Reason.KEY_BINDING


def test_a_corrected_licence_is_void_in_phones_that_have_the_old_one(scene: Scene, phone: Key) -> None:
    given = credential(scene, phone)
    models.Licence.objects.filter(number=scene.card.number).update(revision=2)

    assert reason(scene, present(scene, phone, given)) is Reason.REVOKED
    assert redeem(scene, present(scene, phone, credential(scene, phone))).is_good


def test_places_do_not_follow_the_order_of_issue(scene: Scene) -> None:
    for number in range(12):
        credential(scene, Key(f"phone-{number}"))

    places = list(models.Credential.objects.order_by("issued_at", "id").values_list("place", flat=True))
    assert len(set(places)) == 12
    assert places != sorted(places)
    assert max(places) > 1000


def test_issuers_have_lists_of_their_own(scene: Scene, phone: Key) -> None:
    credential(scene, phone)
    credential(scene, phone, scene.permit.number)

    issuers = models.StatusList.objects.order_by("issuer_id").values_list("issuer_id", flat=True)
    assert list(issuers) == ["GA", "SCJG"]


def test_a_list_half_full_is_left_for_a_new_one(
    scene: Scene, phone: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.presenting, "LIST_SIZE", 4)
    for number in range(5):
        credential(scene, Key(f"phone-{number}"))

    assert sorted(models.StatusList.objects.values_list("taken", flat=True)) == [1, 2, 2]


def test_a_credential_ends_with_the_licence_or_before_she_comes_of_age(scene: Scene) -> None:
    child = cast.person("示例少年", 9, "teen")
    card = showing.identity_card(child.subject, child.number, birth_date="2008-03-10")

    given = services.issue_credential(
        number=card.number,
        proof=showing.phone_proof(card.number, Key("p"), child.actor, NOW),
        actor=child.actor,
        at=NOW,
    )

    ends = jose.read_json(given.split("~")[0].split(".")[1])["exp"]
    assert datetime.fromtimestamp(ends, tz=NOW.tzinfo).date() == date(2026, 3, 10)  # the 11th in Shanghai
    shown = sd_jwt.present(given, [rules.AGE_18], signer=Key("x"), audience="a", nonce="n", at=0)
    assert jose.load(jose.standard(shown.split("~")[1])[1])[2] is False


def test_a_phone_proves_that_it_holds_its_key(scene: Scene, phone: Key) -> None:
    good = showing.phone_proof(scene.card.number, phone, scene.actor, NOW)
    stolen = jose.sign(
        {"typ": "openid4vci-proof+jwt", "jwk": jose.jwk_of(phone.public)},
        jose.read_json(good.split(".")[1]),
        Key("thief"),
    )
    for proof, wanted in [
        (stolen, Reason.KEY_BINDING),
        (
            showing.phone_proof(scene.card.number, phone, scene.actor, NOW, aud="https://elsewhere.example"),
            Reason.KEY_BINDING,
        ),
        (showing.phone_proof(scene.card.number, phone, scene.actor, NOW, nonce="1.x"), Reason.NONCE),
        (showing.phone_proof(scene.permit.number, phone, scene.actor, NOW), Reason.NONCE),
        (
            showing.phone_proof(scene.card.number, phone, scene.actor, NOW - timedelta(minutes=6)),
            Reason.NONCE,
        ),
        ("x.y", Reason.MALFORMED),
    ]:
        with pytest.raises(CredentialRefused) as refused:
            services.issue_credential(number=scene.card.number, proof=proof, actor=scene.actor, at=NOW)
        assert refused.value.reason is wanted

    assert models.Credential.objects.count() == 0


def test_a_stranger_gets_no_licence_into_her_phone(scene: Scene, phone: Key) -> None:
    stranger = cast.li_si().actor
    proof = showing.phone_proof(scene.card.number, phone, stranger, NOW)

    with pytest.raises(selectors.LicenceNotFound):
        services.issue_credential(number=scene.card.number, proof=proof, actor=stranger, at=NOW)

    assert models.Credential.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"nonce": "000000"}, Reason.NONCE),
        ({"at": NOW + timedelta(seconds=91)}, Reason.TOO_OLD),
        ({"at": NOW - timedelta(seconds=31)}, Reason.CLOCK),
        ({"at": NOW + timedelta(days=31)}, Reason.EXPIRED),
    ],
)
def test_a_showing_for_another_moment_is_refused(
    scene: Scene, phone: Key, changes: dict[str, Any], wanted: Reason
) -> None:
    given = credential(scene, phone, at=NOW - timedelta(hours=1))

    assert reason(scene, present(scene, phone, given), **changes) is wanted


def test_a_showing_to_the_hotel_is_none_to_the_bank(scene: Scene, phone: Key) -> None:
    presentation = present(scene, phone, credential(scene, phone))

    assert reason(scene, presentation, audience=scene.bank) is Reason.AUDIENCE


def test_a_revoked_signers_licences_are_refused(scene: Scene, phone: Key) -> None:
    given = credential(scene, phone)
    key_id = signing.signer_for("GA", at=NOW).key_id
    signing.revoke(key_id, reason="示例：密钥泄露", actor=PLATFORM, at=NOW)

    assert reason(scene, present(scene, phone, given)) is Reason.UNKNOWN_KEY
    assert key_id not in {key["kid"] for key in status_lists.public_keys("GA", at=NOW)}


def test_a_certificate_that_ran_out_signs_nothing_any_more(scene: Scene, phone: Key) -> None:
    credential(scene, phone)
    later = NOW + timedelta(days=366 * 5)

    assert status_lists.public_keys("GA", at=NOW)
    assert status_lists.public_keys("GA", at=later) == []


def test_the_signature_of_another_department_is_refused(scene: Scene, phone: Key) -> None:
    """One department can't issue in the name of another, though both have keys of the platform's authority."""
    given = credential(scene, phone, scene.permit.number)
    claims = jose.read_json(given.split("~")[0].split(".")[1]) | {"iss": selectors.issuer_uri("GA")}
    forged = sd_jwt.issue(claims, {}, signer=signing.signer_for("SCJG", at=NOW))

    assert reason(scene, present(scene, phone, forged, [])) is Reason.UNKNOWN_KEY


def test_the_type_says_what_its_claims_are_called(scene: Scene) -> None:
    found = services.type_metadata(selectors.get_type("SFZ"))

    assert found["vct"] == f"{settings.PUBLIC_URL}/credential-types/SFZ"
    labels = {one["path"][0]: one["display"][0]["label"] for one in found["claims"]}
    assert (labels["resident_id"], labels[rules.AGE_18]) == ("公民身份号码", "是否年满18周岁")
