"""What happens to a licence after its issue."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from domains.identity import cast
from domains.licences.library import GROUND, TODAY, citizen, issue, officer, request
from tongban.domains.identity.types import Subject
from tongban.domains.licences import models, permissions, selectors, services, states
from tongban.domains.licences.types import LicenceAction, LicenceStatus
from tongban.domains.messaging import selectors as messaging
from tongban.foundation.signing.types import SignatureRefused
from tongban.kernel.actors import PLATFORM, Role
from tongban.kernel.identifiers import parse_licence_id
from tongban.kernel.ids import new_id

pytestmark = pytest.mark.django_db
KEEPER = officer(Role.LICENCE_KEEPER)
NO_CASE = replace(GROUND, case_number="")
PREMISES = {"name": "示例小馆", "premises_address": "示例路8号"}


def test_history_is_never_rewritten(holder: Subject) -> None:
    issue(holder)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        models.StatusEntry.objects.update(reason="改")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        models.StatusEntry.objects.all().delete()

    assert models.StatusEntry.objects.get().reason == ""


def test_a_change_without_law_or_reason_is_refused(holder: Subject) -> None:
    number = issue(holder).number

    for lacking in ({"law": ""}, {"article": " "}, {"reason": ""}):
        with pytest.raises(services.GroundMissing):
            services.cancel(number, ground=replace(GROUND, **lacking), actor=PLATFORM, at=cast.NOW)

    assert selectors.get_by_number(number).status is LicenceStatus.VALID
    assert models.StatusEntry.objects.count() == 1


def test_a_keeper_cancels_only_what_ran_out(holder: Subject) -> None:
    number = issue(holder).number
    later = cast.NOW.replace(year=2032)

    with pytest.raises(services.NotOnThisGround):
        services.cancel(number, ground=NO_CASE, actor=KEEPER, at=cast.NOW)
    services.expire_due(at=later)
    services.cancel(number, ground=NO_CASE, actor=KEEPER, at=later)

    assert selectors.get_by_number(number).status is LicenceStatus.CANCELLED


def test_the_holder_gives_her_licence_up_and_nobody_elses(holder: Subject) -> None:
    number = issue(holder).number
    stranger = cast.zhang_san().subject

    with pytest.raises(selectors.LicenceNotFound):
        services.cancel(number, ground=NO_CASE, actor=citizen(stranger), at=cast.NOW)
    services.cancel(number, ground=NO_CASE, actor=citizen(stranger, acting_for=holder), at=cast.NOW)

    assert selectors.get_by_number(number).status is LicenceStatus.CANCELLED


def test_a_keeper_of_another_department_changes_nothing(holder: Subject) -> None:
    number = issue(holder).number
    other = officer(Role.LICENCE_KEEPER, department="GA")

    with pytest.raises(permissions.NotYours):
        services.update(number, {"food_items": "热食"}, ground=NO_CASE, actor=other, at=cast.NOW)

    assert selectors.get_by_number(number).revision == 1


def test_a_correction_keeps_the_number_the_right_and_what_was_said_before(holder: Subject) -> None:
    before = issue(holder)

    after = services.update(
        before.number, {"food_business": "餐饮服务"}, ground=NO_CASE, actor=KEEPER, at=cast.NOW
    )

    assert (after.number, after.valid_to, after.status) == (before.number, before.valid_to, before.status)
    assert (after.fields["food_business"], after.revision) == ("餐饮服务", 2)
    assert [dict(one) for one in selectors.former_contents(before.number)] == [dict(before.fields)]
    entry = selectors.history(before.number)[-1]
    assert (entry.action, entry.changed_fields) == (LicenceAction.UPDATE, ("food_business",))
    assert "更正了：主体业态" in messaging.inbox([holder.id])[0].body
    with pytest.raises(services.NothingToCorrect):
        services.update(
            before.number, {"food_business": "餐饮服务"}, ground=NO_CASE, actor=KEEPER, at=cast.NOW
        )


def test_a_correction_to_a_field_the_type_lacks_is_refused(holder: Subject) -> None:
    number = issue(holder).number

    for changes in ({"horoscope": "狮子座"}, {"name": ""}):
        with pytest.raises(services.FaultyIssue):
            services.update(number, changes, ground=NO_CASE, actor=KEEPER, at=cast.NOW)

    assert selectors.get_by_number(number).revision == 1


def test_the_issuer_signs_what_the_library_holds(holder: Subject) -> None:
    licence = issue(holder)
    updated = services.update(
        licence.number, {"food_business": "餐饮服务"}, ground=NO_CASE, actor=KEEPER, at=cast.NOW
    )

    services.check_data(licence, signed_by=cast.NOW)
    services.check_data(selectors.get_by_number(licence.number), signed_by=cast.NOW)
    with pytest.raises(SignatureRefused):
        services.check_data(replace(updated, holder_name="别人"), signed_by=cast.NOW)


def test_what_is_decided_for_a_day_to_come_happens_on_it(holder: Subject) -> None:
    number = issue(holder).number
    day = date(2026, 3, 10)

    services.cancel(number, ground=replace(GROUND, effective_on=day), actor=PLATFORM, at=cast.NOW)
    early = services.apply_planned(at=cast.NOW + timedelta(days=7))
    planned = selectors.list_planned(number)
    before = selectors.get_by_number(number).status
    made = services.apply_planned(at=cast.NOW + timedelta(days=8))

    assert (early, before, made) == (0, LicenceStatus.VALID, 1)
    assert [(one.action, one.effective_on) for one in planned] == [(LicenceAction.CANCEL, day)]
    assert selectors.get_by_number(number).status is LicenceStatus.CANCELLED
    assert selectors.history(number)[-1].effective_on == day
    assert selectors.list_planned(number) == ()
    assert services.apply_planned(at=cast.NOW + timedelta(days=9)) == 0


def test_a_plan_that_became_impossible_is_noted_and_does_not_stop_others(holder: Subject) -> None:
    number = issue(holder).number
    ahead = replace(GROUND, effective_on=date(2026, 3, 10))
    services.cancel(number, ground=ahead, actor=PLATFORM, at=cast.NOW)
    services.cancel(number, ground=GROUND, actor=PLATFORM, at=cast.NOW)
    other = issue(holder, case_number="CASE-2").number
    services.cancel(other, ground=ahead, actor=PLATFORM, at=cast.NOW)

    assert services.apply_planned(at=cast.NOW + timedelta(days=9)) == 2

    made = models.PlannedChange.objects.values_list("licence__number", "was_made")
    assert dict(made) == {number: False, other: True}


def test_two_valid_licences_for_the_same_premises_are_refused(holder: Subject) -> None:
    first = issue(holder, fields=PREMISES)

    with pytest.raises(services.OverlappingLicence) as refused:
        issue(holder, fields=PREMISES, case_number="CASE-2")
    other = issue(holder, fields={**PREMISES, "premises_address": "示例路9号"}, case_number="CASE-3")
    after = issue(holder, fields=PREMISES, case_number="CASE-4", issued_on=date(2031, 3, 2))

    assert first.serial in refused.value.sentence
    assert models.Licence.objects.count() == 3
    assert (other.status, after.valid_from) == (LicenceStatus.VALID, first.valid_to)


def test_one_call_with_two_for_the_same_premises_issues_neither(holder: Subject) -> None:
    requests = [request(holder, fields=PREMISES, case_number=f"CASE-{one}") for one in range(2)]

    with pytest.raises(services.OverlappingLicence):
        services.issue_many(requests, actor=PLATFORM, at=cast.NOW)

    assert models.Licence.objects.count() == 0


def test_the_table_refuses_an_overlap_that_slipped_through(holder: Subject) -> None:
    issue(holder, fields=PREMISES)
    row = models.Licence.objects.get()
    row.pk, row.number, row.serial, row.case_number = new_id(), "other", "other", None
    row._state.adding = True

    with pytest.raises(IntegrityError, match="licence_no_overlap"), transaction.atomic():
        row.save(force_insert=True)


def test_a_renewal_begins_where_the_former_steps_back(holder: Subject) -> None:
    former = issue(holder, fields=PREMISES)
    later = cast.NOW + timedelta(days=400)

    renewed = services.renew(
        former.number,
        request(holder, fields=PREMISES, case_number="CASE-2", issued_on=date(2027, 4, 6)),
        ground=GROUND,
        actor=PLATFORM,
        at=later,
    )

    assert parse_licence_id(renewed.number).version == "002"
    assert (renewed.valid_from, renewed.valid_to) == (date(2027, 4, 6), date(2032, 4, 6))
    assert selectors.get_by_number(former.number).status is LicenceStatus.SUPERSEDED
    assert [one.action for one in selectors.history(renewed.number)] == [LicenceAction.RENEW]


def test_what_is_over_is_not_renewed(holder: Subject) -> None:
    former = issue(holder)
    services.cancel(former.number, ground=GROUND, actor=PLATFORM, at=cast.NOW)

    with pytest.raises(states.IllegalTransition):
        services.renew(
            former.number, request(holder, case_number="CASE-2"), ground=GROUND, actor=PLATFORM, at=cast.NOW
        )

    assert models.Licence.objects.count() == 1


def test_a_term_that_ends_before_it_begins_is_refused(holder: Subject) -> None:
    with pytest.raises(services.FaultyIssue):
        issue(holder, valid_to=TODAY)

    assert models.Licence.objects.count() == 0


def test_a_thousand_are_issued_like_one(holder: Subject, django_assert_max_num_queries: object) -> None:
    issue(holder, case_number="CASE-0")  # the issuer has its certificate
    requests = [request(holder, case_number=f"CASE-{one}") for one in range(1, 1201)]

    with django_assert_max_num_queries(16):  # type: ignore[operator]  # pytest-django's fixture
        made = services.issue_many(requests, actor=PLATFORM, at=cast.NOW)
    again = services.issue_many(requests, actor=PLATFORM, at=cast.NOW)

    assert [one.case_number for one in made] == [one.case_number for one in requests]
    assert len({one.number for one in made}) == 1200
    assert {one.number for one in again} == {one.number for one in made}
    assert models.StatusEntry.objects.count() == 1201
    services.check_data(selectors.get_by_number(made[700].number), signed_by=cast.NOW)
