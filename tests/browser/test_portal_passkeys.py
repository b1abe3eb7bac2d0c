"""A passkey from registration to log-in, with Chromium's virtual authenticator."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from sites.city import PASSWORD

pytestmark = pytest.mark.browser

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """A page in whose browser a device keeps passkeys."""
    context = browser.new_context(base_url=server, locale="zh-CN")
    opened = context.new_page()
    devices = context.new_cdp_session(opened)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield opened
    context.close()


def confirm_password(page: Page) -> None:
    if page.locator("#id_password").count():
        page.fill("#id_password", PASSWORD)
        page.click("main form button[type=submit]:not([data-passkey-start])")


def test_a_passkey_is_registered_and_signs_in_without_a_password(page: Page) -> None:
    page.goto("/login/?next=/account/two-step/webauthn/add/")
    page.fill("#id_login", "lisi")
    page.fill("#id_password", PASSWORD)
    page.click("form[action='/login/'] button[type=submit]:not([data-passkey-start])")
    confirm_password(page)
    page.fill("#id_name", "李四的手机")
    if page.locator("#id_passwordless").count():
        page.check("#id_passwordless")
    with page.expect_navigation():
        page.click("[data-passkey-start]")
    page.goto("/account/two-step/webauthn/")
    assert "李四的手机" in page.inner_text("main")

    page.goto("/logout/")
    page.click("main form button[type=submit]")
    page.goto("/login/?next=/my/")
    with page.expect_navigation():
        page.click("form[data-passkey=login] [data-passkey-start]")
    page.wait_for_url("**/my/")

    assert "李四" in page.inner_text("main")
