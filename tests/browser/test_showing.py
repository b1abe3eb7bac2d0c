"""亮证 in a real browser: a code shown, checked and refused the second time; and both phones with their network off."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

from browser.conftest import in_a_thread
from browser.test_portal import BARRIERS, TAGS, log_in, overflow
from domains.licences.showing import phone_proof
from foundation.credentials.keys import Key
from sites.city import NOW
from tongban.domains.identity import selectors as identity
from tongban.domains.identity.models import Binding
from tongban.domains.licences import services
from tongban.domains.licences.models import Licence
from tongban.domains.licences.services import status_lists
from tongban.domains.licences.types import NewVerifier, VerifierKind
from tongban.kernel.actors import PLATFORM

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 780}
READY = "html[data-offline=ready]"


@dataclass
class Desk:
    """A verifier and a licence of 张三."""

    verifier: NewVerifier
    card: str


@pytest.fixture(scope="module")
def desk(server: str) -> Desk:
    def made() -> Desk:
        status_lists.forget_kept()
        verifier = services.register_verifier(
            name="示例江畔酒店",
            kind=VerifierKind.HOTEL,
            address="示例路18号",
            phone="",
            actor=PLATFORM,
            at=NOW,
        )
        card = Licence.objects.filter(holder_name="张三", licence_type__code="SFZ").first()
        assert card is not None
        # Somebody's phone keeps a licence of this issuer already, so that its list is there to be fetched.
        actor = identity.actor_for(
            Binding.objects.get(subject_id=card.holder_id).account_id, card.holder_id, at=NOW
        )
        proof = phone_proof(card.number, Key("another phone"), actor, NOW)
        services.issue_credential(number=card.number, proof=proof, actor=actor, at=NOW)
        return Desk(verifier, card.number)

    return in_a_thread(made)


class Phones:
    """The holder's phone and the one at the desk, each a browser of its own."""

    def __init__(self, browser: Browser, server: str) -> None:
        self.errors: list[str] = []
        self.holders, self.holder = self._phone(browser, server)
        self.desks, self.desk = self._phone(browser, server)

    def _phone(self, browser: Browser, server: str) -> tuple[BrowserContext, Page]:
        # As sharp as phones are: a code of a thousand characters is read from it.
        context = browser.new_context(
            base_url=server,
            locale="zh-CN",
            viewport=PHONE,
            device_scale_factor=3,  # type: ignore[arg-type]  # same shape
        )
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return context, page

    def set_up_desk(self, desk: Desk) -> None:
        self.desk.goto("/verify/device/")
        self.desk.fill("#f-verifier", desk.verifier.verifier.code)
        self.desk.fill("#f-secret", desk.verifier.secret)
        self.desk.click("form.card button[type=submit]")
        self.desk.wait_for_url("**/verify/")

    def close(self) -> None:
        self.holders.close()
        self.desks.close()


@pytest.fixture
def phones(browser: Browser, server: str) -> Iterator[Phones]:
    both = Phones(browser, server)
    yield both
    both.close()
    assert both.errors == []


def barriers(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"], "iframes": False}
    found: list[str] = page.evaluate(BARRIERS, options)
    return found


def look_closely(page: Page) -> None:
    """No barrier, and nothing beside a phone's narrow screen."""
    assert barriers(page) == []
    assert overflow(page) == 0


def test_a_code_is_shown_checked_and_refused_the_second_time(phones: Phones, desk: Desk) -> None:
    log_in(phones.holder)
    phones.holder.goto(f"/my/licences/{desk.card}/present/?to={desk.verifier.verifier.code}")
    look_closely(phones.holder)
    phones.holder.check("input[value=AGE_18]")
    phones.holder.click("form.card button[type=submit]")
    phones.holder.wait_for_selector("[data-left-words]:has-text('还剩')")
    look_closely(phones.holder)
    box = phones.holder.locator("[data-qr] svg").bounding_box()
    assert box is not None
    assert box["width"] >= 240  # as large as the phone allows
    assert box["y"] + box["height"] < PHONE["height"]  # seen without scrolling
    code = "".join(phones.holder.inner_text("[data-digits]").split())

    phones.set_up_desk(desk)
    phones.desk.goto(f"/verify/?code={code}")
    look_closely(phones.desk)
    phones.desk.click("form[data-code-form] button[type=submit]")
    assert "证照有效" in phones.desk.inner_text("h1")
    assert "张三" not in phones.desk.inner_text("main")
    look_closely(phones.desk)

    phones.desk.goto(f"/verify/?code={code}")
    phones.desk.click("form[data-code-form] button[type=submit]")
    assert "核验没有通过" in phones.desk.inner_text("h1")
    assert "已经用过一次" in phones.desk.inner_text("main")
    look_closely(phones.desk)


def test_without_javascript_the_digits_do(browser: Browser, server: str, phones: Phones, desk: Desk) -> None:
    log_in(phones.holder)
    phones.holder.goto(f"/my/licences/{desk.card}/present/?to={desk.verifier.verifier.code}")
    phones.holder.click("form.card button[type=submit]")
    code = "".join(phones.holder.inner_text("[data-digits]").split())
    plain = browser.new_context(base_url=server, java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]  # same shape
    page = plain.new_page()
    page.goto("/verify/")
    page.fill("#f-verifier", desk.verifier.verifier.code)
    page.fill("#f-secret", desk.verifier.secret)
    page.click("form.card button[type=submit]")
    page.fill("#f-code", code)
    page.click("form[data-code-form] button[type=submit]")

    assert "证照有效" in page.inner_text("h1")
    plain.close()


def test_with_both_networks_off_a_phone_shows_and_the_other_checks(
    phones: Phones, desk: Desk, tmp_path: Any
) -> None:
    # The desk first: the platform's clock stands still here, so whoever fetched first is ahead of the other.
    phones.set_up_desk(desk)
    phones.desk.wait_for_selector(READY, state="attached")
    phones.desks.set_offline(True)
    log_in(phones.holder)
    phones.holder.goto(f"/my/licences/{desk.card}/present/")
    phones.holder.click("[data-keep-start]")
    phones.holder.wait_for_url("**/show/")
    phones.holder.wait_for_selector(READY, state="attached")
    phones.holders.set_offline(True)

    phones.holder.reload()
    phones.desk.reload()
    number = "".join(phones.desk.inner_text("[data-nonce]").split())
    assert re.fullmatch(r"[0-9]{6}", number)
    picture = tmp_path / "code.png"
    _show(phones.holder, desk, number)
    phones.holder.locator("[data-shown] [data-qr]").screenshot(path=picture)
    look_closely(phones.holder)
    phones.desk.set_input_files("[data-picture]", picture)
    phones.desk.wait_for_selector(".verdict--good")
    told = phones.desk.inner_text("[data-verdict]")
    assert "证照有效" in told
    assert "状态截至" in told
    assert "入住登记" not in told
    assert "是否年满18周岁" in told
    assert "张三" not in told
    look_closely(phones.desk)

    # The same picture again: the number it answers has been used up.
    phones.desk.set_input_files("[data-picture]", picture)
    phones.desk.wait_for_selector(".verdict--bad")
    assert "核验号对不上" in phones.desk.inner_text("[data-verdict]")

    # Half a day later, still without a network, the desk's phone says that it cannot tell.
    for phone in (phones.holder, phones.desk):
        _put_clock_on(phone, seconds=13 * 3600)
        phone.reload()
    _show(phones.holder, desk, "".join(phones.desk.inner_text("[data-nonce]").split()))
    phones.holder.locator("[data-shown] [data-qr]").screenshot(path=picture)
    phones.desk.set_input_files("[data-picture]", picture)
    phones.desk.wait_for_selector(".verdict--unknown")
    assert "不能判断" in phones.desk.inner_text("[data-verdict]")


def test_a_revoked_licence_is_refused_by_a_phone_that_has_fetched_since(
    phones: Phones, desk: Desk, tmp_path: Any
) -> None:
    log_in(phones.holder)
    phones.holder.goto(f"/my/licences/{desk.card}/present/")
    phones.holder.click("[data-keep-start]")
    phones.holder.wait_for_url("**/show/")
    phones.holder.wait_for_selector("[data-form]:not([hidden])")

    def lose() -> None:
        holder = Licence.objects.get(number=desk.card).holder_id
        actor = identity.actor_for(Binding.objects.get(subject_id=holder).account_id, holder, at=NOW)
        services.withdraw_credentials(desk.card, actor=actor, at=NOW)
        status_lists.forget_kept()

    in_a_thread(lose)
    phones.set_up_desk(desk)
    phones.desk.wait_for_selector(READY, state="attached")
    phones.desks.set_offline(True)
    number = "".join(phones.desk.inner_text("[data-nonce]").split())
    picture = tmp_path / "code.png"
    _show(phones.holder, desk, number)
    phones.holder.locator("[data-shown] [data-qr]").screenshot(path=picture)
    phones.desk.set_input_files("[data-picture]", picture)

    phones.desk.wait_for_selector(".verdict--bad")
    assert "已经失效" in phones.desk.inner_text("[data-verdict]")


def _show(page: Page, desk: Desk, number: str) -> None:
    page.fill("#audience", desk.verifier.verifier.code)
    page.check("input[value=AGE_18]")
    page.fill("#nonce", number)
    page.click("form[data-form] button[type=submit]")
    page.wait_for_selector("[data-qr] svg")


def _put_clock_on(page: Page, *, seconds: int) -> None:
    """As if so much time had passed since the phone last had a network."""
    page.evaluate(
        """seconds => new Promise((resolve, reject) => {
          const opening = indexedDB.open("tongban-licences", 1);
          opening.onerror = reject;
          opening.onsuccess = () => {
            const drawers = opening.result.transaction(["verifier", "licences"], "readwrite");
            drawers.oncomplete = () => { opening.result.close(); resolve(); };
            for (const drawer of ["verifier", "licences"]) {
              const reading = drawers.objectStore(drawer).openCursor();
              reading.onsuccess = () => {
                const found = reading.result;
                if (!found) return;
                found.update({ ...found.value, clockOffset: found.value.clockOffset + seconds });
                found.continue();
              };
            }
          };
        })""",
        seconds,
    )
