"""Who has lost the second factor signs in with a recovery code, once a code."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from domains.identity.cast import NOW, PASSWORD
from tongban.domains.identity import models, services
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.django_db


@pytest.fixture
def codes() -> list[str]:
    """The recovery codes of an account whose second factor is switched on."""
    services.open_account(
        username="zhangsan",
        password=PASSWORD,
        name="张三",
        email="zhangsan@example.com",
        actor=PLATFORM,
        at=NOW,
    )
    account = models.Account.objects.get(username="zhangsan")
    TOTP.activate(account, generate_totp_secret())
    unused: list[str] = RecoveryCodes.activate(account).get_unused_codes()
    return unused


def sign_in(code: str) -> tuple[int, bool]:
    """The status of the answer to the code, and whether the visitor is signed in then."""
    visitor = Client()
    asked = visitor.post("/login/", {"login": "zhangsan", "password": PASSWORD})
    answered = visitor.post(asked["Location"], {"code": code})
    return answered.status_code, "_auth_user_id" in visitor.session


def test_a_recovery_code_signs_in_once(codes: list[str]) -> None:
    first = sign_in(codes[0])
    again = sign_in(codes[0])
    another = sign_in(codes[1])

    assert first == (302, True)
    assert again == (422, False)
    assert another == (302, True)


def test_a_code_that_was_never_given_out_does_not_sign_in(codes: list[str]) -> None:
    wrong = next(one for one in ("00000000", "11111111") if one not in codes)

    assert sign_in(wrong) == (422, False)
