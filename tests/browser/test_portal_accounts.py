"""The pages of the account in a real Chromium: registration, log-in, second factors, passkeys, addresses."""

import pytest

from browser.conftest import Visitors
from browser.test_portal import PHONE, overflow, violations
from sites.portal.visits import ACCOUNT_PAGES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ACCOUNT_PAGES)
def test_a_page_of_the_account_has_no_barriers_and_fits_a_phone(
    visitors: Visitors, name: str, language: str
) -> None:
    page = visitors.visit(ACCOUNT_PAGES[name], language)

    assert violations(page) == []
    assert page.locator("h1").count() == 1
    assert visitors.errors == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # ViewportSize is a TypedDict of the same shape
    assert overflow(page) <= 0
