from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from domains.identity import cast
from domains.licences import showing
from domains.licences.showing import Scene
from tongban.domains.identity import services as identity
from tongban.domains.identity.types import MandateKind
from tongban.domains.licences import models, rules, selectors, services
from tongban.domains.licences.types import Audience, LicenceStatus, Purpose, ShownCode, UseKind, Verification
from tongban.foundation.audit.models import Entry
from tongban.foundation.credentials import jose
from tongban.kernel.actors import PLATFORM, Actor

NOW = cast.NOW
MINUTE = timedelta(seconds=60)
HOTEL = Actor(kind=PLATFORM.kind, account_id=None, name="示例江畔酒店")


@pytest.fixture
def scene(db: None) -> Scene:
    return showing.scene()


def show(scene: Scene, **changes: Any) -> ShownCode:
    asked = {
        "number": scene.card.number,
        "purpose": Purpose.AGE_18,
        "audience": scene.hotel,
        "actor": scene.actor,
        "at": NOW,
        **changes,
    }
    return services.show(**asked)


def redeem(scene: Scene, code: str, *, at: datetime = NOW, audience: Audience | None = None) -> Verification:
    return services.redeem(code=code, audience=audience or scene.hotel, actor=HOTEL, at=at)


def used() -> int:
    return models.Showing.objects.filter(used_at__isnull=False).count()


def test_age_is_shown_without_name_number_and_address(scene: Scene) -> None:
    shown = show(scene)

    found = redeem(scene, f"{shown.code[:4]} {shown.code[4:]}")

    assert (found.is_good, found.status, found.licence_name) == (True, LicenceStatus.VALID, "居民身份证")
    assert [(field.caption, field.value) for field in found.fields] == [("是否年满18周岁", "是")]
    told = repr(found) + str(jose.read_json(found.receipt.split(".")[1]))
    assert not any(secret in told for secret in ("张三", scene.person.number, "示例路1号", "1989"))


def test_the_platform_signs_what_the_verifier_was_told(scene: Scene) -> None:
    from tongban.foundation.signing import services as signing

    found = redeem(scene, show(scene, purpose=Purpose.LODGING).code)

    header, claims, signed, signature = jose.split(found.receipt, "verification+jwt")
    signing.verify(signed, signature, key_id=header["kid"], at=NOW)
    assert claims["aud"] == selectors.audience_uri(scene.hotel)
    assert claims["fields"]["resident_id"] == scene.person.number


def test_a_code_is_kept_as_its_hash_alone(scene: Scene) -> None:
    shown = show(scene)

    row = models.Showing.objects.get()
    assert shown.code.encode() not in bytes(row.code_hash)
    assert len(shown.code) == 8
    assert row.expires_at - row.made_at == MINUTE


def test_a_second_use_is_refused(scene: Scene) -> None:
    shown = show(scene)
    redeem(scene, shown.code)

    with pytest.raises(services.CodeUsed):
        redeem(scene, shown.code, at=NOW + timedelta(seconds=5))

    assert len(selectors.list_uses_of(scene.card.number, limit=10)) == 1


def test_a_screenshot_of_a_minute_ago_is_refused(scene: Scene) -> None:
    shown = show(scene)

    with pytest.raises(services.CodeExpired):
        redeem(scene, shown.code, at=NOW + MINUTE)

    assert used() == 0
    assert selectors.list_uses_of(scene.card.number, limit=10) == ()


def test_a_code_shown_to_the_hotel_tells_the_bank_nothing_and_stays_good(scene: Scene) -> None:
    shown = show(scene)

    with pytest.raises(services.OtherAudience):
        redeem(scene, shown.code, audience=scene.bank)

    assert used() == 0
    assert redeem(scene, shown.code).is_good


def test_a_new_code_ends_the_one_before(scene: Scene) -> None:
    first = show(scene)
    second = show(scene, at=NOW + timedelta(seconds=10))

    with pytest.raises(services.CodeExpired):
        redeem(scene, first.code, at=NOW + timedelta(seconds=11))
    assert redeem(scene, second.code, at=NOW + timedelta(seconds=11)).is_good


def test_digits_nobody_showed_are_unknown_and_guessing_is_stopped(scene: Scene) -> None:
    shown = show(scene)
    wrong = "00000000" if shown.code != "00000000" else "00000001"
    for _attempt in range(rules.WRONG_CODES_ALLOWED):
        with pytest.raises(services.UnknownCode):
            redeem(scene, wrong)

    with pytest.raises(services.TooManyWrongCodes):
        redeem(scene, shown.code)

    assert used() == 0
    later = NOW + rules.WRONG_CODES_PERIOD
    assert redeem(scene, show(scene, at=later).code, at=later).is_good


def test_a_licence_suspended_meanwhile_shows_as_such_and_opens_no_field(scene: Scene) -> None:
    shown = show(scene, purpose=Purpose.LODGING)
    models.Licence.objects.filter(number=scene.card.number).update(status=LicenceStatus.SUSPENDED)

    found = redeem(scene, shown.code)

    assert (found.is_good, found.status, found.fields) == (False, LicenceStatus.SUSPENDED, ())


@pytest.mark.parametrize("status", sorted(set(LicenceStatus) - {LicenceStatus.VALID}))
def test_what_does_not_hold_is_not_shown(scene: Scene, status: LicenceStatus) -> None:
    models.Licence.objects.filter(number=scene.card.number).update(status=status)

    with pytest.raises(services.CannotShow):
        show(scene)

    assert models.Showing.objects.count() == 0


def test_a_purpose_not_offered_is_refused(scene: Scene) -> None:
    with pytest.raises(services.NoSuchPurpose):
        show(scene, audience=scene.bank, purpose=Purpose.LODGING)
    with pytest.raises(services.NoSuchPurpose):
        show(scene, number=scene.permit.number, purpose=Purpose.AGE_18)

    assert models.Showing.objects.count() == 0


def test_the_representative_shows_her_firms_licence(scene: Scene) -> None:
    shown = show(scene, number=scene.permit.number, purpose=Purpose.VALIDITY)

    assert redeem(scene, shown.code).licence_name == "食品经营许可证"


def test_a_mother_shows_her_childs_licence(scene: Scene) -> None:
    child = cast.person("示例宝宝", 7, "baby")
    identity.grant_mandate(
        kind=MandateKind.PARENT,
        principal=child.subject.id,
        agent=scene.person.subject.id,
        basis="出生医学证明",
        actor=PLATFORM,
        at=NOW,
    )
    card = showing.identity_card(child.subject, child.number, birth_date="2020-05-01")

    found = redeem(scene, show(scene, number=card.number).code)

    assert [field.value for field in found.fields] == ["否"]


def test_an_agent_shows_within_her_mandate_and_no_longer(scene: Scene) -> None:
    agent = cast.li_si()
    with pytest.raises(selectors.LicenceNotFound):
        show(scene, actor=agent.actor)
    mandate = identity.grant_mandate(
        kind=MandateKind.AGENT,
        principal=scene.person.subject.id,
        agent=agent.subject.id,
        basis="授权委托书",
        valid_to=NOW + timedelta(days=30),
        actor=PLATFORM,
        at=NOW,
    )
    assert redeem(scene, show(scene, actor=agent.actor).code).is_good

    identity.revoke_mandate(mandate_id=mandate.id, actor=PLATFORM, at=NOW)

    with pytest.raises(selectors.LicenceNotFound):
        show(scene, actor=agent.actor)


def test_a_stranger_finds_no_licence_to_show(scene: Scene) -> None:
    with pytest.raises(selectors.LicenceNotFound):
        show(scene, actor=cast.li_si().actor)

    assert models.Showing.objects.count() == 0


def test_every_showing_is_in_its_holders_list(scene: Scene) -> None:
    redeem(scene, show(scene).code)
    show(scene, audience=selectors.get_audience("GA"), purpose=Purpose.SERVICE)

    (use,) = selectors.list_uses_of(scene.card.number, limit=10)
    assert (use.kind, use.used_by, use.purpose, use.fields) == (
        UseKind.SHOWN,
        "示例江畔酒店",
        "是否年满18周岁",
        (rules.AGE_18,),
    )
    found = selectors.list_showings([scene.person.subject.id])
    assert [(one.audience_name, one.used_at) for one in found] == [
        ("示例市GA局", None),
        ("示例江畔酒店", NOW),
    ]
    actions = Counter(
        Entry.objects.filter(subject_id=scene.person.subject.id).values_list("action", flat=True)
    )
    assert (actions["SHOW_LICENCE"], actions["VERIFY_LICENCE"]) == (2, 1)


def test_a_department_sees_what_it_needs_for_a_service(scene: Scene) -> None:
    office = selectors.get_audience("GA")
    shown = show(scene, audience=office, purpose=Purpose.SERVICE)

    found = redeem(scene, shown.code, audience=office)

    assert [field.caption for field in found.fields] == ["姓名", "性别", "出生日期", "住址", "公民身份号码"]
    with pytest.raises(services.CodeUsed):
        redeem(scene, shown.code, audience=office)


def test_digits_come_free_after_a_day(scene: Scene) -> None:
    shown = show(scene)

    assert services.forget_codes(at=NOW + timedelta(hours=23)) == 0
    assert services.forget_codes(at=NOW + timedelta(days=2)) == 1
    assert services.forget_codes(at=NOW + timedelta(days=2)) == 0

    with pytest.raises(services.UnknownCode):
        redeem(scene, shown.code)


def test_what_the_issuer_did_not_sign_is_told_to_nobody(scene: Scene) -> None:
    shown = show(scene, purpose=Purpose.LODGING)
    other = models.Licence.objects.get(number=scene.permit.number)
    models.Licence.objects.filter(number=scene.card.number).update(
        holder_name="李四", signature=other.signature
    )

    with pytest.raises(services.IssuerSignatureBroken):
        redeem(scene, shown.code)

    assert used() == 0
    assert selectors.list_uses_of(scene.card.number, limit=10) == ()
    assert Entry.objects.filter(action="LICENCE_SIGNATURE_BROKEN").count() == 1


def test_a_licence_signed_before_its_signer_was_revoked_still_holds(scene: Scene) -> None:
    from tongban.foundation.signing import services as signing

    key_id = signing.signer_for("GA", at=NOW).key_id
    later = NOW + timedelta(days=1)
    signing.revoke(key_id, reason="示例：换了新的密钥", actor=PLATFORM, at=later)

    assert redeem(scene, show(scene, at=later).code, at=later).is_good


def test_a_closed_verifier_is_shown_nothing(scene: Scene) -> None:
    services.close_verifier(scene.hotel.code, actor=showing.people_of_the_bureau(), at=NOW)

    with pytest.raises(selectors.VerifierNotFound):
        show(scene)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_who_use_one_code_one_learns_something() -> None:
    scene = showing.scene()
    shown = show(scene, purpose=Purpose.LODGING)
    ready = Barrier(50)

    def attempt(_number: int) -> str:
        ready.wait()
        try:
            return str(redeem(scene, shown.code).is_good)
        except services.CodeUsed as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(50) as threads:
        outcomes = Counter(threads.map(attempt, range(50)))

    assert outcomes == {"True": 1, "CODE_USED": 49}
    assert len(selectors.list_uses_of(scene.card.number, limit=100)) == 1
    assert used() == 1


class TestVerifiers:
    def test_a_representative_registers_her_firm(self, scene: Scene) -> None:
        actor = replace(scene.actor, acting_for=scene.firm.id)

        made = services.register_verifier(
            name="示例小馆", kind="SHOP", address="示例路88号", phone="", actor=actor, at=NOW
        )

        assert selectors.authenticate_verifier(made.verifier.code, made.secret) == made.verifier
        assert selectors.list_verifiers_of(scene.firm.id) == [made.verifier]
        assert [one.name for one in selectors.find_verifiers("小馆")] == ["示例小馆"]

    def test_a_person_is_no_verifier(self, scene: Scene) -> None:
        before = models.Verifier.objects.count()

        with pytest.raises(services.MayNotRegister):
            services.register_verifier(
                name="张三", kind="SHOP", address="路", phone="", actor=scene.actor, at=NOW
            )

        assert models.Verifier.objects.count() == before

    def test_an_old_secret_is_void_after_a_new_one(self, scene: Scene) -> None:
        renewed = services.renew_secret(scene.hotel.code, actor=showing.people_of_the_bureau(), at=NOW)

        assert selectors.authenticate_verifier(scene.hotel.code, scene.hotel_secret) is None
        assert selectors.authenticate_verifier(scene.hotel.code, renewed.secret) is not None

    def test_another_firms_verifier_is_not_there(self, scene: Scene) -> None:
        with pytest.raises(selectors.VerifierNotFound):
            services.close_verifier(scene.hotel.code, actor=scene.actor, at=NOW)

        assert selectors.get_verifier(scene.hotel.code).closed_at is None

    def test_a_wrong_secret_is_nobodys(self, scene: Scene) -> None:
        assert selectors.authenticate_verifier(scene.hotel.code, "") is None
        assert selectors.authenticate_verifier("V999999", scene.hotel_secret) is None
        assert selectors.authenticate_verifier("' or 1=1", scene.hotel_secret) is None
