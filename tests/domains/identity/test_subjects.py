import logging
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from domains.identity import cast
from tongban.domains.identity import models, selectors, services
from tongban.domains.identity.types import Assurance, SubjectKind
from tongban.kernel.actors import PLATFORM, ActorKind
from tongban.kernel.instants import start_of_day

pytestmark = pytest.mark.django_db


def test_a_number_is_kept_encrypted_and_found_by_its_hash() -> None:
    number = cast.resident_number(1)

    subject = services.register_person(name="张三", number=number, actor=PLATFORM, at=cast.NOW)

    row = models.Subject.objects.get()
    assert number not in row.number_cipher
    assert number.encode() not in bytes(row.number_hash)
    assert selectors.get_number(subject.id) == number
    assert selectors.find_subject(SubjectKind.PERSON, number) == subject
    assert selectors.find_subject(SubjectKind.ENTITY, number) is None
    assert selectors.find_subject(SubjectKind.PERSON, cast.resident_number(2)) is None


def test_registering_the_same_number_again_finds_the_same_subject() -> None:
    first = services.register_person(name="张三", number=cast.resident_number(1), actor=PLATFORM, at=cast.NOW)

    second = services.register_person(
        name="张三三", number=cast.resident_number(1), actor=PLATFORM, at=cast.NOW
    )

    assert second == first
    assert models.Subject.objects.count() == 1


def test_a_faulty_number_is_refused_and_appears_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    faulty = cast.resident_number(1)[:-1] + "?"

    with caplog.at_level(logging.DEBUG), pytest.raises(services.FaultyNumber) as refused:
        services.register_person(name="张三", number=faulty, actor=PLATFORM, at=cast.NOW)

    assert models.Subject.objects.count() == 0
    assert faulty not in str(refused.value) + refused.value.sentence + caplog.text


def test_neither_subject_nor_actor_nor_row_shows_the_number() -> None:
    person = cast.zhang_san()

    shown = repr(person.subject) + repr(person.actor) + repr(models.Subject.objects.get())

    assert person.number not in shown
    assert person.number[6:14] not in shown


def test_the_table_refuses_an_unmasked_person() -> None:
    with pytest.raises(IntegrityError, match="subject_person_number_masked"), transaction.atomic():
        models.Subject.objects.create(
            kind="PERSON",
            name="张三",
            masked_number=cast.resident_number(1),
            number_cipher="x",
            number_hash=b"x",
            registered_at=cast.NOW,
        )


def test_a_person_is_bound_to_one_account_only() -> None:
    person = cast.zhang_san()
    other = services.open_account(username="other", password=cast.PASSWORD, actor=PLATFORM, at=cast.NOW)

    with pytest.raises(services.AlreadyBound):
        services.bind_subject(account_id=other, subject_id=person.subject.id, actor=PLATFORM, at=cast.NOW)

    assert models.Binding.objects.count() == 1


def test_an_account_is_bound_to_one_person_only() -> None:
    person = cast.zhang_san()
    stranger = services.register_person(
        name="李四", number=cast.resident_number(2), actor=PLATFORM, at=cast.NOW
    )

    with pytest.raises(services.AlreadyBound):
        services.bind_subject(
            account_id=person.account_id, subject_id=stranger.id, actor=PLATFORM, at=cast.NOW
        )


def test_binding_again_only_ever_raises_the_assurance() -> None:
    person = cast.zhang_san()
    for assurance in (Assurance.TOKEN, Assurance.CLAIMED):
        services.bind_subject(
            account_id=person.account_id,
            subject_id=person.subject.id,
            assurance=assurance,
            actor=PLATFORM,
            at=cast.NOW,
        )

    assert models.Binding.objects.get().assurance == Assurance.TOKEN


def test_claiming_binds_whoever_gives_the_name_on_record() -> None:
    account = services.open_account(username="new", password=None, actor=PLATFORM, at=cast.NOW)
    number = cast.resident_number(9)

    subject = services.claim_person(
        account_id=account, name="赵六", number=number, actor=PLATFORM, at=cast.NOW
    )

    assert selectors.actor_for(account, at=cast.NOW).subject_id == subject.id
    assert models.Binding.objects.get().assurance == Assurance.CLAIMED


def test_a_wrong_name_and_a_taken_number_are_refused_alike() -> None:
    zhang = cast.zhang_san()
    unbound = services.register_person(
        name="李四", number=cast.resident_number(2), actor=PLATFORM, at=cast.NOW
    )
    account = services.open_account(username="new", password=None, actor=PLATFORM, at=cast.NOW)

    def refusal(name: str, number: str) -> str:
        with pytest.raises(services.AlreadyBound) as refused:
            services.claim_person(account_id=account, name=name, number=number, actor=PLATFORM, at=cast.NOW)
        return refused.value.sentence

    assert refusal("张三", zhang.number) == refusal("王五", cast.resident_number(2))
    assert not models.Binding.objects.filter(subject_id=unbound.id).exists()


def test_a_firm_has_no_account_of_its_own() -> None:
    firm = cast.small_restaurant()
    account = services.open_account(username="firm", password=None, actor=PLATFORM, at=cast.NOW)

    with pytest.raises(selectors.SubjectNotFound):
        services.bind_subject(account_id=account, subject_id=firm.id, actor=PLATFORM, at=cast.NOW)


def test_usernames_differ_in_more_than_case() -> None:
    services.open_account(username="ZhangSan", password=None, actor=PLATFORM, at=cast.NOW)

    with pytest.raises(services.UsernameTaken):
        services.open_account(username="zhangsan", password=None, actor=PLATFORM, at=cast.NOW)

    assert models.Account.objects.count() == 1


def test_a_citizen_without_proof_of_identity_acts_for_nobody() -> None:
    account = services.open_account(username="new", password=None, name="新用户", actor=PLATFORM, at=cast.NOW)

    actor = selectors.actor_for(account, at=cast.NOW)

    assert (actor.kind, actor.subject_id, actor.acting_for) == (ActorKind.CITIZEN, None, None)
    assert selectors.subjects_for(account, at=cast.NOW) == []


def test_a_citizen_acts_for_herself() -> None:
    person = cast.zhang_san()

    assert person.actor.kind is ActorKind.CITIZEN
    assert person.actor.subject_id == person.actor.acting_for == person.subject.id
    assert person.actor.name == "张三"


def test_who_acts_costs_at_most_three_queries(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    person = cast.zhang_san()
    firm = cast.small_restaurant(person)

    with django_assert_max_num_queries(3):
        selectors.actor_for(person.account_id, at=cast.NOW)
    with django_assert_max_num_queries(3):
        selectors.actor_for(person.account_id, firm.id, at=cast.NOW)


def test_a_newborn_is_known_once_and_guarded_by_both_parents_until_of_age() -> None:
    mother, father = cast.zhang_san().subject.id, cast.li_si().subject.id
    newborn = {"name": "示例宝", "birth_date": date(2026, 2, 20), "actor": PLATFORM, "at": cast.NOW}

    first = services.register_newborn(mother=mother, father=None, **newborn)
    second = services.register_newborn(mother=mother, father=father, **newborn)
    twin = services.register_newborn(mother=mother, father=father, **{**newborn, "name": "示例贝"})

    assert first == second != twin
    assert (first.kind, first.masked_number, selectors.get_number(first.id)) == (
        SubjectKind.PERSON,
        "****",
        "",
    )
    for parent in (mother, father):
        assert selectors.children_of(parent, at=cast.NOW) == {first.id, twin.id}
        assert selectors.children_of(parent, at=start_of_day(date(2044, 2, 20))) == frozenset()
    assert models.Mandate.objects.filter(principal_id=first.id).count() == 2


def test_a_newborn_who_got_a_number_is_found_by_it_and_by_her_birth() -> None:
    mother, number = cast.zhang_san().subject.id, cast.resident_number(8)
    newborn = {"name": "示例宝", "birth_date": date(2026, 2, 20), "actor": PLATFORM, "at": cast.NOW}
    child = services.register_newborn(mother=mother, father=None, **newborn)

    numbered = services.give_number(subject_id=child.id, number=number, actor=PLATFORM, at=cast.NOW)
    again = services.give_number(
        subject_id=child.id, number=cast.resident_number(9), actor=PLATFORM, at=cast.NOW
    )

    assert numbered == again == selectors.find_subject(SubjectKind.PERSON, number)
    assert numbered.masked_number == f"{number[0]}{'*' * 16}{number[-1]}"
    assert selectors.get_number(child.id) == number
    assert services.register_newborn(mother=mother, father=None, **newborn) == numbered
    assert services.register_person(name="示例宝", number=number, actor=PLATFORM, at=cast.NOW) == numbered


@pytest.mark.parametrize(
    "number", ["31010118900101003", cast.resident_number(2)], ids=["faulty", "another's"]
)
def test_a_newborn_gets_no_faulty_number_and_nobody_elses(number: str) -> None:
    child = cast.newborn(cast.zhang_san().subject.id)
    cast.li_si()

    with pytest.raises(services.FaultyNumber):
        services.give_number(subject_id=child.id, number=number, actor=PLATFORM, at=cast.NOW)

    assert selectors.get_subject(child.id) == child
    assert selectors.get_number(child.id) == ""


def test_nobody_guards_a_child_who_is_of_age() -> None:
    mother = cast.zhang_san().subject.id

    child = cast.newborn(mother, born=date(2008, 3, 2))

    assert selectors.get_subject(child.id) == child
    assert selectors.children_of(mother, at=cast.NOW) == frozenset()


def test_mail_to_a_child_goes_to_the_parents() -> None:
    mother = cast.zhang_san()
    child = cast.newborn(mother.subject.id)
    models.Account.objects.filter(pk=mother.account_id).update(email="zhangsan@example.com")

    assert selectors.email_addresses(child.id, at=cast.NOW) == ["zhangsan@example.com"]
