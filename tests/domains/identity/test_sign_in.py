from datetime import timedelta

import pytest

from domains.identity.cast import NOW
from tongban.domains.identity import models, rules, selectors, services

pytestmark = pytest.mark.django_db
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"


def fail(times: int, *, login: str = "zhangsan", address: str = ELSEWHERE) -> None:
    for _ in range(times):
        services.note_failure(login=login, address=address, at=NOW)


def test_guessing_closes_only_the_guessers_own_address() -> None:
    fail(1_000)

    assert selectors.is_locked("zhangsan", ELSEWHERE, at=NOW)
    assert selectors.is_locked(" ZhangSan ", ELSEWHERE, at=NOW)
    assert not selectors.is_locked("zhangsan", HOME, at=NOW)
    assert not selectors.is_locked("lisi", ELSEWHERE, at=NOW)


def test_a_lock_ends_by_itself_and_counting_starts_anew() -> None:
    fail(rules.FAILURES_ALLOWED)
    later = NOW + rules.LOCK_PERIOD

    assert not selectors.is_locked("zhangsan", ELSEWHERE, at=later)
    services.note_failure(login="zhangsan", address=ELSEWHERE, at=later)
    assert not selectors.is_locked("zhangsan", ELSEWHERE, at=later)
    assert models.SignInFailure.objects.get().failures == 1


def test_a_successful_sign_in_forgets_the_failures_and_whatever_has_run_out() -> None:
    fail(3)
    fail(3, login="lisi", address=HOME)

    services.forgive_failures(login="zhangsan", address=ELSEWHERE, at=NOW)
    assert models.SignInFailure.objects.count() == 1

    services.forgive_failures(login="other", address=HOME, at=NOW + timedelta(minutes=15))
    assert models.SignInFailure.objects.count() == 0


def test_neither_name_nor_address_is_kept() -> None:
    fail(1)

    kept = bytes(models.SignInFailure.objects.get().key_hash)

    assert b"zhangsan" not in kept
    assert ELSEWHERE.encode() not in kept
