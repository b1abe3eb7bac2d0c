"""The console in a real Chromium: accessibility of every page, keyboard, acceptance of many, the editor beside its guide."""

from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from django.urls import URLPattern, resolve, reverse
from playwright.sync_api import Browser, Page

from browser.conftest import in_a_thread
from browser.test_portal import overflow, violations
from domains.cases.city import WANG_MIN, Story, new_case, submission
from sites.city import NOW, PASSWORD, open_account
from sites.portal import walk
from sites.portal.test_every_page import chinese_words, content_words, left_of_the_interface, read
from tongban.domains.cases import selectors as cases
from tongban.domains.cases import services as handling
from tongban.domains.cases.models import CallTask, Case
from tongban.domains.cases.types import SupplementItem, TickMark
from tongban.domains.catalogue import selectors as guides
from tongban.domains.catalogue import services as catalogue
from tongban.domains.catalogue.selectors import drafts
from tongban.domains.catalogue.types import Guide, Part, Stage
from tongban.domains.identity import selectors as identity
from tongban.domains.identity import services as accounts
from tongban.domains.identity.models import Account, Subject
from tongban.domains.messaging import services as messaging
from tongban.foundation.outbox.models import Message
from tongban.kernel.actors import PLATFORM, Actor, ActorKind, Role
from tongban.sites.console.acts import BY_SLUG
from tongban.sites.console.urls import urlpatterns

pytestmark = pytest.mark.browser
OFFICE, CITY_OFFICE = "SCJG-310115", "SCJG"
FOOD, DISTRICT = "310131001001", "310115"
NOBODY = "00000000-0000-0000-0000-000000000000"
ONLY_POSTS = 405
ROW = "document.activeElement.closest('tr').rowIndex"
ANSWERS_A_FILE = {
    "attachment",
    "paper",
    "assistance_document",
    "data_csv",
    "data_quarantine",
    "licence_file",
    "materials_csv",
}
ACTS_NOT_LOOKED_AT_YET = {"ask-missing", "assist"}
NOT_LOOKED_AT_YET = {
    "assistance",
    "collection",
    "collections",
    "counter",
    "data",
    "data_ask",
    "data_batch",
    "data_batches",
    "data_demand",
    "data_demands",
    "data_element",
    "data_elements",
    "data_evidence",
    "data_evidence_record",
    "data_finding",
    "data_findings",
    "data_grants",
    "data_ledger",
    "data_lists",
    "data_objection",
    "data_objections",
    "data_quality",
    "data_resource",
    "data_resource_quality",
    "data_resources",
    "data_verifiers",
    "licence",
    "licence_report",
    "licence_reports",
    "licence_types",
    "licences",
    "materials",
    "privacy",
    "privacy_alarm",
    "privacy_complaint",
    "proceeding",
    "proceedings",
}
"""Pages of the data stewards, licence keepers and the privacy officer, for which no story is told here yet."""
STATES = {
    "received": ("accept", "supplement", "refuse-acceptance", "correct", "hand-over", "step-aside"),
    "accepted": ("finish", "extend", "suspend", "procedure", "terminate"),
    "suspended": ("resume",),
    "examined": ("grant", "refuse", "return"),
    "granted": ("serve",),
}
"""A case in each state, with the acts looked at on it."""
PAGES = {
    "queue": "/console/?view=OPEN",
    "queue of nothing": "/console/?view=OPEN&q=没有的馆",
    "dossier": "/console/cases/{received}/",
    "dossier sent back": "/console/cases/{supplementing}/",
    "dossier decided": "/console/cases/{granted}/",
    "clock": "/console/cases/{accepted}/clock/",
    "checks": "/console/checks/",
    "oversight": "/console/oversight/",
    "dead letters": "/console/letters/",
    "calendar": "/console/calendar/",
    "cover": "/console/cover/",
    "searches without result": "/console/searches/",
    "manuals": "/console/manuals/",
    "manual": "/console/manuals/{manual}/",
    "items": "/console/items/",
    "procedure": "/console/items/procedure/{procedure}/",
    "substance": "/console/items/substance/{substance}/",
    "preview": "/console/items/substance/{substance}/preview/",
    "new material": "/console/items/substance/{substance}/materials/",
    "material": "/console/items/substance/{substance}/materials/m1/",
    "situation": "/console/items/substance/{substance}/situations/COMMON/",
    **{
        f"act {slug}": f"/console/cases/{{{state}}}/acts/{slug}/"
        for state, slugs in STATES.items()
        for slug in slugs
    },
}
VISITS = [(name, "zh-hans") for name in PAGES] + [
    (name, "en") for name in PAGES if not name.startswith("act ") or name == "act supplement"
]
"""Each route in each language; the forms of the acts, one template, each in one and the longest in both."""
CLOSELY = ("queue", "dossier", "substance", "procedure", "manual")
"""Looked at on a phone as well, in the dark and in large type."""
WRITTEN_HERE = (
    "示例全能",
    "骑火箭",
    "对方拒收",
    "面积不足",
    "请补交餐位数",
    "餐位数",
    "与布局图不一致",
    "请按布局图填写",
    "没有的馆",
    "科员",
    "60 个",
    "8 人",
)
Opener = Callable[..., Page]


def set_up() -> dict[str, str]:
    """Officers of every post, a case in each state, drafts of both kinds, a dead letter, a search that found nothing."""
    handler = appoint("allround", OFFICE)
    editor = appoint("allround-city", CITY_OFFICE)
    catalogue.note_zero_hit("骑火箭", at=NOW)
    Message.objects.create(
        subscriber="webhooks/CaseMoved",
        queue=OFFICE,
        payload={},
        is_dead=True,
        attempts=12,
        reason="对方拒收",
    )
    open_draft = {
        "substance": draft(Part.SUBSTANCE, drafts.list_substances({CITY_OFFICE}), editor),
        "procedure": draft(Part.PROCEDURE, drafts.list_procedures({OFFICE}), handler),
    }
    guide = guides.get_guide(FOOD, DISTRICT, NOW.date())
    manual = f"{guide.substance.version_id}/{guide.procedure.version_id}"
    drafted = {kind: str(found) for kind, found in open_draft.items()}
    numbers = cases_in_every_state(handler)
    refuse_mail_about(numbers["accepted"])
    return {**numbers, **drafted, "manual": manual}


def refuse_mail_about(number: str) -> None:
    """The applicant's address takes no mail: there is a call to make."""
    case = Case.objects.get(number=number)
    context = {"item_name": case.item_name, "case_number": number, "due_on": "", "materials": ""}
    message = messaging.send("CHECK_DUE", to_subject=case.applicant_id, context=context, at=NOW)
    CallTask.objects.create(case=case, message_id=message.id, title="请补交餐位数", made_at=NOW)


def appoint(username: str, office: str) -> Actor:
    account = open_account(username, "示例全能", None)
    accounts.appoint_officer(
        account_id=account, department=office, post="科员", roles=tuple(Role), actor=PLATFORM, at=NOW
    )
    return identity.actor_for(account, at=NOW)


def draft(part: Part, kept: tuple[drafts.KeptPart, ...], editor: Actor) -> UUID:
    owner = next(one.owner_id for one in kept if one.basic_code == FOOD)
    return catalogue.draft_version(part=part, owner_id=owner, actor=editor, at=NOW)


def cases_in_every_state(handler: Actor) -> dict[str, str]:
    """Their numbers by state: the first as it came in by the portal, the others with its answers."""
    first = cases.get_dossier(hand_in(), actor=handler)
    guide = guides.get_guide(FOOD, DISTRICT, NOW.date())
    numbers = {"received": first.number}
    for state in ("clear", "supplementing", "accepted", "suspended", "examined", "granted"):
        case = new_case(guide, answers=first.answers, uses_promise=state == "granted")
        application = submission(first.applicant_id, case, key=state)
        applicant = Actor(ActorKind.CITIZEN, uuid4(), "张三", acting_for=first.applicant_id)
        receipt = handling.submit(application, actor=applicant, at=NOW)
        numbers[state] = receipt.cases[0].number
        lead_to(state, Story(numbers[state]), guide)
    return numbers


def hand_in() -> str:
    """Number of the food case of a restaurant's application at the portal."""
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(Account.objects.get(username="zhangsan"))
    browser.post("/my/acting-for/", {"subject": str(Subject.objects.get(name="示例小馆").pk)})
    walk.hand_in(browser, walk.complete(browser))
    return Case.objects.get(department=OFFICE).number


def lead_to(state: str, story: Story, guide: Guide) -> None:
    """By the way of the law to the state wanted; what waits for a decision has a point that failed."""
    if state == "supplementing":
        wrong = SupplementItem("PREMISES.premises.seats", "餐位数", "与布局图不一致", "请按布局图填写")
        handling.request_supplement(**story.names, items=[wrong], actor=WANG_MIN, at=NOW)
        return
    if state == "clear":
        story.tick(*(TickMark(one.code, True) for one in guide.substance.points), when=NOW)
        return
    story.accept(NOW)
    if state == "suspended":
        handling.suspend(**story.names, procedure="TESTING", days=5, actor=WANG_MIN, at=NOW)
    if state not in ("examined", "granted"):
        return
    first, *others = [one.code for one in guide.substance.points if one.stage is Stage.EXAMINATION]
    found = TickMark(first, state == "granted", "面积不足")
    story.tick(found, *(TickMark(code, True) for code in others), when=NOW)
    story.examine(NOW)
    if state == "granted":
        story.grant(NOW)


@pytest.fixture(scope="module")
def names(server: str) -> Iterator[dict[str, str]]:
    """What the addresses of :data:`PAGES` name."""
    yield in_a_thread(set_up)
    # The other files of this database deliver what is due and look for what failed.
    in_a_thread(Message.objects.filter(is_dead=True).delete)


@pytest.fixture(scope="module")
def desks(browser: Browser, server: str, names: dict[str, str]) -> Iterator[dict[str, Page]]:
    """The browsers of the district's officer and of the city's editor, signed in."""
    found = {username: sign_in(browser, server, username) for username in ("allround", "allround-city")}
    yield found
    for page in found.values():
        page.context.close()


def sign_in(browser: Browser, server: str, username: str) -> Page:
    context = browser.new_context(base_url=server, locale="zh-CN")
    context.add_init_script(AXE_SCRIPT)  # nearly each of its pages is looked at
    page = context.new_page()
    page.goto("/login/")
    page.fill("#id_login", username)
    page.fill("#id_password", PASSWORD)
    page.click("form[action='/login/'] button[type=submit]:not([data-passkey-start])")
    page.wait_for_url("**/console/**")
    return page


@pytest.fixture
def open_page(desks: dict[str, Page], server: str, names: dict[str, str]) -> Iterator[Opener]:
    """Open a page of :data:`PAGES`, or an address, as who works there; a script error fails the test."""
    errors: list[str] = []
    for page in desks.values():
        page.on("pageerror", lambda error: errors.append(str(error)))

    def opened(
        name: str,
        *,
        language: str = "zh-hans",
        size: str = "standard",
        scheme: Literal["light", "dark"] = "light",
        width: int = 1280,
    ) -> Page:
        address = PAGES.get(name, name).format(**names)
        page = desks["allround-city" if "/substance/" in address else "allround"]
        chosen = {"django_language": language, "tongban_size": size}
        page.context.add_cookies(
            [{"name": key, "value": value, "url": server} for key, value in chosen.items()]
        )
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        return page

    yield opened
    assert errors == []


@pytest.mark.parametrize(("name", "language"), VISITS)
def test_a_page_has_no_barriers(open_page: Opener, name: str, language: str) -> None:
    page = open_page(name, language=language)

    assert violations(page) == []
    assert page.locator("h1").count() == 1
    assert overflow(page) <= 0


def test_in_english_only_content_is_chinese_and_is_said_to_be(
    desks: dict[str, Page], names: dict[str, str], server: str
) -> None:
    content = sorted([*WRITTEN_HERE, *in_a_thread(content_words)], key=len, reverse=True)
    left, unmarked = {}, {}

    for name, pattern in PAGES.items():
        page = desks["allround-city" if "/substance/" in pattern else "allround"]
        page.context.add_cookies([{"name": "django_language", "value": "en", "url": server}])
        shown = page.request.get(pattern.format(**names)).text()
        assert '<html lang="en"' in shown, name
        left[name] = left_of_the_interface(chinese_words(shown), content)
        unmarked[name] = read(shown).unmarked

    assert {name: words for name, words in left.items() if words} == {}
    assert {name: words for name, words in unmarked.items() if words} == {}


@pytest.mark.parametrize(("scheme", "size"), [("dark", "standard"), ("light", "elder")])
@pytest.mark.parametrize("name", CLOSELY)
def test_small_dark_and_large_lose_nothing_and_keep_their_contrast(
    open_page: Opener, name: str, scheme: Literal["light", "dark"], size: str
) -> None:
    page = open_page(name, size=size, scheme=scheme, width=360)

    assert violations(page) == []
    assert overflow(page) <= 0


def test_every_route_that_shows_a_page_is_looked_at(open_page: Opener, names: dict[str, str]) -> None:
    page = open_page("checks")
    looked_at = [resolve(urlsplit(address.format(**names)).path) for address in PAGES.values()]
    routes = [one for one in urlpatterns if isinstance(one, URLPattern)]

    show_pages = {str(one.name) for one in routes if page.request.get(an_address(one)).status != ONLY_POSTS}

    assert len(routes) == len(urlpatterns)
    assert show_pages - ANSWERS_A_FILE - NOT_LOOKED_AT_YET == {match.url_name for match in looked_at}
    assert show_pages >= NOT_LOOKED_AT_YET
    assert {match.kwargs["slug"] for match in looked_at if match.url_name == "act"} == set(
        BY_SLUG
    ) - ACTS_NOT_LOOKED_AT_YET


def an_address(route: URLPattern) -> str:
    """An address of the route, whatever it names."""
    anything = {"UUIDConverter": NOBODY, "IntConverter": 1}
    converters = route.pattern.converters
    named = {name: anything.get(type(one).__name__, "nothing") for name, one in converters.items()}
    return reverse(f"console:{route.name}", kwargs=named)


def test_the_queue_is_worked_by_keyboard(open_page: Opener, names: dict[str, str]) -> None:
    page = open_page("queue")
    page.keyboard.press("?")
    is_explained = page.evaluate("document.querySelector('[data-keys-help]').open")
    page.keyboard.press("?")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.evaluate(ROW)
    page.keyboard.press("k")
    first = page.evaluate(ROW)
    page.keyboard.press("/")
    searches = page.evaluate("document.activeElement.id")
    page.keyboard.type("jx")
    page.keyboard.press("Escape")
    page.locator("main").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/**")
    page.keyboard.press("a")

    assert is_explained is True
    assert (first, second) == (1, 2)
    assert searches == "q"
    assert page.evaluate("document.activeElement.closest('.act-bar') !== null") is True


def test_the_rest_of_the_queue_follows_without_a_page(
    open_page: Opener, names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cases.list_queue.__kwdefaults__, "limit", 2)
    page = open_page("queue")

    page.locator(".pager a[rel=next]").wait_for(state="detached")
    numbers = page.locator("tr[data-row] .queue__under").all_inner_texts()
    for _row in numbers:
        page.keyboard.press("j")

    assert {number.split(" ")[0] for number in numbers} >= {names[state] for state in ("clear", *STATES)}
    assert len(numbers) == len(set(numbers)) == page.evaluate(ROW)
    assert page.inner_text("[data-shown]") == f"显示 {len(numbers)} 件。"


def test_the_ticked_are_accepted_by_keyboard_and_what_stays_is_explained(
    open_page: Opener, names: dict[str, str]
) -> None:
    page = open_page("/console/?view=TO_ACCEPT")

    for _row in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.keyboard.press("a")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    (refused,) = page.locator("[role=alert]").all_inner_texts()
    assert refused.startswith(f"{names['received']}没有受理：需要人工核对：")
    assert "已受理 1 件" in page.inner_text(".flash[role=status]")
    assert page.locator("tr[data-row]").count() == 1


def test_the_editor_shows_beside_the_form_what_the_guide_becomes_and_saves_nothing(open_page: Opener) -> None:
    page = open_page("substance")
    before = page.input_value("#f-summary")

    page.fill("#f-summary", "示例：开店前先办这一个。")
    page.wait_for_selector("#outlook :text('示例：开店前先办这一个。')")
    changed = page.inner_text("#outlook")
    page.fill("#f-summary", "")
    page.wait_for_selector("#outlook :text('请填写这一项。')")
    found = violations(page)
    page.reload()

    assert "简介：由“" in changed
    assert found == []
    assert page.input_value("#f-summary") == before
