"""The portal and the account in a real Chromium: barriers on every page, keyboard, weight, no JavaScript, a passkey.

One file, since each file may get a process of its own, with a city and people of its own to look at.
"""

import gzip
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route

from browser.conftest import Visitors
from sites.city import PASSWORD
from sites.portal import walk
from sites.portal.visits import ACCOUNT_PAGES, PAGES, Visit

pytestmark = pytest.mark.browser
CLOSELY = {
    "home": "/",
    "guide": "/guide/310115/310131001001/",
    "plan": f"/events/OPEN_RESTAURANT/plan/?{walk.QUERY}&entity.scope_has_catering=yes",
}
"""Looked at in the dark, in large type and at other widths as well."""
NOT_OF_ROUTES = {"nothing found": Visit("/search/?q=骑火箭"), "not found": Visit("/nothing/")}
EVERY_PAGE = PAGES | ACCOUNT_PAGES | NOT_OF_ROUTES
PHONE = {"width": 360, "height": 780}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BARRIERS = """options => axe.run(options).then(({violations}) => violations.flatMap(
  one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 200)}`)))"""
"""Said in lines: the whole answer, of what is in order too, takes long to hand over."""
FIRST_PAGE_LIMIT = 60_000
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A device that keeps passkeys and finds its owner at it."""
Opener = Callable[..., Page]


def violations(page: Page) -> list[str]:
    """Each barrier that axe finds on the page, with the element it is in."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # In a frame there is a file, in a document of the browser's own.
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"], "iframes": False}
    found: list[str] = page.evaluate(BARRIERS, options)
    return found


def overflow(page: Page) -> int:
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert isinstance(width, int)
    return width


def photo() -> dict[str, Any]:
    out = BytesIO()
    Image.new("RGB", (60, 40), (200, 220, 240)).save(out, "JPEG")
    return {"name": "平面图.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture(scope="module")
def zhang_san(browser: Browser, server: str) -> dict[str, Any]:
    """The cookies of 张三 acting for 示例小馆."""
    context = browser.new_context(base_url=server, locale="zh-CN")
    page = context.new_page()
    log_in(page)
    act_for_the_firm(page)
    state: dict[str, Any] = context.storage_state()  # type: ignore[assignment]  # a TypedDict of the same shape
    context.close()
    return state


def log_in(page: Page) -> None:
    page.goto("/login/?next=/my/")
    page.fill("#id_login", "zhangsan")
    page.fill("#id_password", PASSWORD)
    page.click("form[action='/login/'] button[type=submit]:not([data-passkey-start])")


def act_for_the_firm(page: Page) -> None:
    page.goto("/my/")
    page.select_option("#subject", label="示例小馆（92310115MADM00019C）")
    page.click("button:has-text('切换')")


@pytest.fixture
def open_page(browser: Browser, server: str) -> Iterator[Opener]:
    """Open an address in a context of its own; a script error on it fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(address: str, *, language: str = "zh-hans", size: str = "", **options: Any) -> Page:
        context = browser.new_context(
            base_url=server, **{"viewport": {"width": 1280, "height": 900}, **options}
        )
        contexts.append(context)
        cookies = {"django_language": language, "tongban_size": size}
        context.add_cookies(
            [{"name": name, "value": value, "url": server} for name, value in cookies.items() if value]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", EVERY_PAGE)
def test_a_page_has_no_barriers_and_fits_a_phone(visitors: Visitors, name: str, language: str) -> None:
    page = visitors.visit(EVERY_PAGE[name], language)

    assert violations(page) == []
    assert page.locator("h1").count() == 1
    assert visitors.errors == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # ViewportSize is a TypedDict of the same shape
    assert overflow(page) <= 0


@pytest.mark.parametrize(
    ("width", "scheme", "size"),
    [(320, "light", ""), (360, "dark", ""), (360, "light", "elder"), (1440, "light", "")],
)
def test_other_widths_dark_and_large_lose_nothing_and_keep_their_contrast(
    open_page: Opener, width: int, scheme: str, size: str
) -> None:
    found = {}
    page = open_page("about:blank", size=size, color_scheme=scheme, viewport={"width": width, "height": 780})
    for name, address in CLOSELY.items():
        page.goto(address)
        found[name] = violations(page) + ([f"{overflow(page)} px too wide"] if overflow(page) > 0 else [])

    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_story_runs_from_questions_to_timeline_by_mouse_and_keyboard(
    open_page: Opener, zhang_san: dict[str, Any]
) -> None:
    page = open_page("/events/OPEN_RESTAURANT/questions/?division=310115", storage_state=zhang_san)
    answer_questions(page)
    page.click("button:has-text('填表申请')")
    with page.expect_navigation():
        page.click("button:has-text('保存，去上传材料')")
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    found = {"form with errors": violations(page)}
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "f-PREMISES-premises-name"

    fill(page)
    page.click("button:has-text('保存，去上传材料')")
    page.wait_for_url("**/materials/**")
    for number in range(page.locator("input[type=file]").count()):
        with page.expect_navigation():
            page.locator("input[type=file]").nth(number).set_input_files([photo()])  # type: ignore[list-item]  # FilePayload
    found["materials uploaded"] = violations(page)

    page.click("a:has-text('去核对')")
    page.locator("label[for=consent-TRUTH]").click()
    page.locator("label[for=consent-SHARING]").click()
    page.click("button:has-text('提交申请')")
    page.wait_for_url("**/receipt/")
    page.click("a:has-text('看办理进度')")
    page.locator("details.branch summary").first.click()
    found["timeline unfolded"] = violations(page)
    page.locator("a:has-text('为什么是这一天')").first.click()
    assert "为什么是这一天" in page.inner_text("h1")

    assert {name: lines for name, lines in found.items() if lines} == {}


def answer_questions(page: Page) -> None:
    while "/plan/" not in page.url:
        if page.locator("input[type=radio]").count():
            page.locator("label:has-text('否')").click()
        else:
            page.locator(".question input.govuk-input").fill("320")
        with page.expect_navigation():
            page.click("button:has-text('下一题')")


def fill(page: Page) -> None:
    for name, value in walk.TYPED.items():
        control = page.locator(f"[name='{name}']")
        if not control.count():
            continue
        if control.first.get_attribute("type") == "radio":
            page.locator(f"[name='{name}'][value='{value}'] + label").click()
        else:
            control.fill(value)
    for group in page.locator("form[data-autosave] fieldset").all():
        if not group.locator("input:checked").count():
            group.locator("label").first.click()
    for control in page.locator("form[data-autosave] input[inputmode=numeric]").all():
        if not control.input_value():
            control.fill("20")


def begin_form(page: Page) -> None:
    """Loaded whole: before its script runs, nothing saves what is typed."""
    page.click("button:has-text('填表申请')")
    page.wait_for_url("**/drafts/**")


def test_what_is_typed_is_saved_by_itself(open_page: Opener, zhang_san: dict[str, Any]) -> None:
    page = open_page(f"/events/OPEN_RESTAURANT/plan/?{walk.QUERY}", storage_state=zhang_san)
    begin_form(page)
    before = page.input_value("#revision")

    page.fill("#f-PREMISES-premises-name", "示例面馆")
    page.keyboard.press("Tab")
    page.wait_for_selector(f"#revision:not([value='{before}'])", state="attached")
    page.reload()

    assert page.input_value("#f-PREMISES-premises-name") == "示例面馆"


def test_a_form_sent_while_it_is_being_saved_meets_no_newer_revision(
    open_page: Opener, zhang_san: dict[str, Any]
) -> None:
    page = open_page(f"/events/OPEN_RESTAURANT/plan/?{walk.QUERY}", storage_state=zhang_san)
    begin_form(page)
    saves: list[Route] = []
    page.route("**/autosave/", lambda route: saves.append(route))

    page.fill("#f-PREMISES-premises-name", "示例面馆")
    with page.expect_request("**/autosave/"):
        page.keyboard.press("Tab")
    page.click("button:has-text('保存，去上传材料')")
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and "/autosave/" not in answer.url
    ) as sent:
        saves[0].continue_()

    assert sent.value.status == 422
    assert len(saves) == 1


def test_suggestions_open_while_typing_and_close_with_escape(open_page: Opener) -> None:
    page = open_page("/")

    page.locator("#q").press_sequentially("居住证")
    page.wait_for_selector(".suggestions a")
    page.keyboard.press("ArrowDown")
    chosen = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Escape")

    assert "居住证" in chosen
    assert page.locator(".suggestions a").count() == 0
    assert page.evaluate("document.activeElement.id") == "q"


def test_the_first_tab_stop_skips_to_the_content(open_page: Opener) -> None:
    page = open_page("/")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到主要内容"
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_the_first_page_weighs_less_than_sixty_kilobytes(browser: Browser, server: str) -> None:
    context = browser.new_context(base_url=server, locale="zh-CN")
    page = context.new_page()
    weights: dict[str, int] = {}
    page.on("response", lambda answer: weights.update({answer.url: len(gzip.compress(answer.body()))}))

    page.goto("/", wait_until="networkidle")
    context.close()

    assert len([url for url in weights if "/static/" in url]) >= 4
    assert sum(weights.values()) < FIRST_PAGE_LIMIT, weights


def test_the_main_path_works_without_javascript(open_page: Opener) -> None:
    page = open_page("/login/", java_script_enabled=False)
    log_in(page)
    act_for_the_firm(page)
    page.goto("/")
    page.fill("#q", "开饭店")
    page.click(".search-box button[type=submit]")
    page.click("main a[href*='/events/OPEN_RESTAURANT/']")
    page.wait_for_url("**/events/OPEN_RESTAURANT/**")
    page.select_option("#division", "310115")
    page.click("button:has-text('开始')")
    page.wait_for_url("**/questions/**")
    answer_questions(page)
    page.click("button:has-text('填表申请')")
    assert "填一张表" in page.inner_text("h1")

    page.click("button:has-text('保存，去上传材料')")
    assert "有地方需要改一下" in page.inner_text("main")
    fill(page)
    page.click("button:has-text('保存，去上传材料')")
    for number in range(page.locator("input[type=file]").count()):
        page.locator("input[type=file]").nth(number).set_input_files([photo()])  # type: ignore[list-item]  # FilePayload
        page.locator("form:has(input[type=file]) button").nth(number).click()
    page.click("a:has-text('去核对')")
    page.check("#consent-TRUTH")
    page.check("#consent-SHARING")
    page.click("button:has-text('提交申请')")

    assert re.search(r"SQ\d", page.inner_text(".receipt__number").replace("\u2009", ""))


HERE = """() => {
  const here = document.activeElement;
  const chosen = here.name && document.querySelector(`[name="${here.name}"]:checked`);
  return {tag: here.tagName, type: here.type || "", name: here.name || "", value: here.value || "",
          words: here.textContent.trim(), isChosen: Boolean(chosen)};
}"""
"""Where the keyboard stands."""
MOST_STOPS = 150


def walk_by_keyboard(page: Page, button: str) -> None:
    """Tab from stop to stop, answer what is open, and press the button or follow the link of these words."""
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here["tag"] in ("BUTTON", "A") and button in here["words"]:
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
        answer_by_keyboard(page, here)
    raise AssertionError(f"{button} cannot be reached")


def answer_by_keyboard(page: Page, here: dict[str, Any]) -> None:
    wanted = walk.TYPED.get(here["name"], "")
    if here["type"] in ("radio", "checkbox"):
        if not here["isChosen"]:
            page.keyboard.press("Space")
        if here["type"] == "radio":
            choose_by_keyboard(page, wanted)
    elif here["tag"] == "SELECT":
        choose_by_keyboard(page, wanted)
    elif here["tag"] == "INPUT" and here["type"] in ("text", "tel", "number") and not here["value"]:
        page.keyboard.type(wanted or "20")


def choose_by_keyboard(page: Page, wanted: str) -> None:
    """The arrow keys walk the choices."""
    for _choice in range(MOST_STOPS):
        if not wanted or page.evaluate(HERE)["value"] == wanted:
            return
        page.keyboard.press("ArrowDown")


def upload_by_keyboard(page: Page, nth: int) -> None:
    """The file dialogue opens from the keyboard; what happens in it is the operating system's."""
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if (
            page.evaluate(
                "[...document.querySelectorAll('input[type=file]')].indexOf(document.activeElement)"
            )
            == nth
        ):
            break
    with page.expect_file_chooser() as opened:
        page.keyboard.press("Space")
    with page.expect_navigation():
        opened.value.set_files([photo()])  # type: ignore[list-item]  # FilePayload is a TypedDict of the same shape


def test_an_application_is_completed_by_keyboard_alone(open_page: Opener, zhang_san: dict[str, Any]) -> None:
    page = open_page("/events/OPEN_RESTAURANT/?division=310115", storage_state=zhang_san)
    # Only a page with a listener hands the dialogue over; one that comes with the key stroke may come too late.
    page.on("filechooser", lambda _chooser: None)

    walk_by_keyboard(page, "开始")
    while "/plan/" not in page.url:
        walk_by_keyboard(page, "下一题")
    walk_by_keyboard(page, "填表申请")
    page.wait_for_load_state("networkidle")
    walk_by_keyboard(page, "保存，去上传材料")
    for number in range(page.locator("input[type=file]").count()):
        upload_by_keyboard(page, number)
    walk_by_keyboard(page, "去核对")
    walk_by_keyboard(page, "提交申请")

    assert page.url.endswith("/receipt/")
    assert re.search(r"SQ\d", page.inner_text(".receipt__number").replace("\u2009", ""))


@pytest.fixture
def with_passkeys(browser: Browser, server: str) -> Iterator[Page]:
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


def test_a_passkey_is_registered_and_signs_in_without_a_password(with_passkeys: Page) -> None:
    page = with_passkeys
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
