from typing import Any

import pytest
from allauth.account.auth_backends import AuthenticationBackend
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from domains.identity import cast
from tongban.domains.identity import services
from tongban.kernel.actors import PLATFORM
from tongban.sites.shared.accounts import AccountAdapter, MFAAdapter

pytestmark = pytest.mark.django_db
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"


def sign_in(password: str, address: str, **login: str) -> Any:
    request = RequestFactory().post("/login/", REMOTE_ADDR=address)
    credentials = {"password": password, **(login or {"username": "zhangsan"})}
    return AccountAdapter(request).authenticate(request, **credentials)


@pytest.fixture(autouse=True)
def _no_shared_counts(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


def test_name_or_e_mail_and_password_sign_in() -> None:
    zhang = cast.zhang_san()

    assert sign_in(cast.PASSWORD, HOME).pk == zhang.account_id
    assert sign_in(cast.PASSWORD, HOME, email="zhangsan@example.com").pk == zhang.account_id
    assert sign_in("wrong", HOME) is None


def test_a_guesser_is_locked_out_and_the_owner_is_not() -> None:
    zhang = cast.zhang_san()
    for _ in range(5):
        assert sign_in("wrong", ELSEWHERE) is None

    with pytest.raises(ValidationError) as refused:
        sign_in(cast.PASSWORD, ELSEWHERE)

    assert refused.value.code == "too_many_login_attempts"
    assert sign_in(cast.PASSWORD, HOME).pk == zhang.account_id


def test_a_right_password_forgets_the_wrong_ones() -> None:
    zhang = cast.zhang_san()
    for _ in range(4):
        sign_in("wrong", HOME)
    assert sign_in(cast.PASSWORD, HOME).pk == zhang.account_id

    sign_in("wrong", HOME)

    assert sign_in(cast.PASSWORD, HOME).pk == zhang.account_id


def test_closing_an_account_ends_its_sessions() -> None:
    zhang = cast.zhang_san()
    assert AuthenticationBackend().get_user(zhang.account_id) is not None

    services.close_account(account_id=zhang.account_id, actor=PLATFORM, at=cast.NOW)

    assert AuthenticationBackend().get_user(zhang.account_id) is None


def test_second_factor_secrets_are_encrypted_at_rest() -> None:
    adapter = MFAAdapter()

    kept = adapter.encrypt("JBSWY3DPEHPK3PXP")

    assert "JBSWY3DPEHPK3PXP" not in kept
    assert adapter.decrypt(kept) == "JBSWY3DPEHPK3PXP"
