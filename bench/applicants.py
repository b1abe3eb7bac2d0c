"""Restaurateurs who are about to submit: sample people of their own, each signed in, with drafts ready to hand in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from bench import drafts, load
from tongban.demo import seeding
from tongban.demo.walkthrough.browser import Browser
from tongban.demo.walkthrough.citizen import Citizen
from tongban.demo.walkthrough.stories import RESTAURANT
from tongban.domains.eforms import selectors
from tongban.domains.eforms.models import Draft
from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import SubjectKind
from tongban.domains.lifeevents import services as lifeevents
from tongban.kernel.identifiers import resident_id, uscc


@dataclass(frozen=True, slots=True)
class Applicant:
    """One person's browser, ready: what it sends with each submission and the drafts it has to submit."""

    cookie: str
    body: bytes
    drafts: tuple[UUID, ...]

    def requests(self, port: int) -> list[bytes]:
        """Each draft's last button as the bytes of the request."""
        return [load.post(f"/drafts/{draft}/check/", port, self.cookie, self.body) for draft in self.drafts]


def people(total: int) -> dict[str, list[dict[str, Any]]]:
    """As many owners of a restaurant as wanted, each like the sample city's, with numbers of their own."""
    made: dict[str, list[dict[str, Any]]] = {kind: [] for kind in seeding.read("people")}
    for nth in range(total):
        person, entity = username(nth), f"firm-{nth}"
        renamed = {RESTAURANT.person: person, RESTAURANT.applicant: entity}
        for kind, rows in seeding.read("people").items():
            made[kind].extend(_renamed(row, renamed, nth) for row in rows if _concerns(row, renamed))
    return made


def username(nth: int) -> str:
    return f"bench-{nth:03d}"


def prepare(port: int, *, applicants: int, drafts_each: int, at: datetime) -> list[Applicant]:
    """Sign each one in and fill one draft in her browser, page by page; then copy it as often as wanted."""
    ready = []
    for nth in range(applicants):
        browser = Browser(f"http://127.0.0.1:{port}")
        browser.sign_in(username(nth), seeding.PASSWORD)
        path = _fill(browser, nth, at)
        form = browser.open(f"{path}check/").form("/check/")
        sent = {name: values[0] for name, values in form.values.items() if values}
        body = urlencode({**sent, "consent-TRUTH": "on", "consent-SHARING": "on"}).encode()
        original = Draft.objects.get(pk=UUID(path.split("/")[2]))
        ready.append(Applicant(browser.cookie, body, tuple(drafts.copies(original, drafts_each))))
        browser.close()
    return ready


def _fill(browser: Browser, nth: int, at: datetime) -> str:
    """The path of a draft with everything typed and uploaded."""
    story, citizen = RESTAURANT, Citizen(browser, username(nth))
    firm = identity.find_subject(SubjectKind.ENTITY, _entity_number(nth))
    owner = identity.find_subject(SubjectKind.PERSON, _person_number(nth))
    assert firm is not None
    assert owner is not None
    citizen.act_for(firm.id)
    plan, _asked = citizen.answer(story.package, story.division, story.answers)
    page = citizen.begin(plan)
    path = urlsplit(page.address).path
    draft = selectors.get_draft(UUID(path.split("/")[2]), owner.id)
    fields = [one for group in lifeevents.plan_for_draft(draft, at=at).form.groups for one in group.fields]
    page = citizen.fill(page, story.typed, [one.key for one in fields if one.is_required])
    citizen.upload_all(page)
    return path


def _concerns(row: dict[str, Any], renamed: dict[str, str]) -> bool:
    named = [row[name] for name in ("key", "subject", "other", "holder", "principal", "agent") if name in row]
    return bool(named) and all(name in renamed for name in named)


def _renamed(row: dict[str, Any], renamed: dict[str, str], nth: int) -> dict[str, Any]:
    changed = {
        name: renamed.get(value, value) if isinstance(value, str) else value for name, value in row.items()
    }
    if "number" in row:
        changed["number"] = _person_number(nth) if "birth_date" in row else _entity_number(nth)
    return changed


def _person_number(nth: int) -> str:
    body = f"31011518860512{nth:03d}"
    return body + resident_id.check_character(body)


def _entity_number(nth: int) -> str:
    return uscc.compose_uscc("92", "310115", f"MAB{nth:05d}")
