"""A citizen at the portal: from the questions to the receipt, and the rating at the end."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from PIL import Image

from tongban.demo.walkthrough.browser import Browser, File, Form, Page, StepFailed
from tongban.domains.evaluation.types import Level

YES, NO = "yes", "no"
MOST_QUESTIONS = 40
MOST_RATINGS = 40


def paper(name: str) -> File:
    """A photograph of a paper, made on the fly."""
    out = BytesIO()
    Image.new("RGB", (1240, 1754), (246, 246, 240)).save(out, "JPEG", quality=60)
    return File(f"{name}.jpg", out.getvalue(), "image/jpeg")


class Citizen:
    """One person at the portal, signed in once; `name` is who is told of."""

    def __init__(self, browser: Browser, name: str) -> None:
        self.name = name
        self._browser = browser

    def act_for(self, subject: UUID) -> None:
        page = self._browser.open("/my/")
        self._browser.send(page, page.form("/my/acting-for/"), {"subject": str(subject)})

    def authorise(self, *, kind: str, name: str, number: str, scope: str, until: str) -> str:
        page = self._browser.open("/my/mandates/")
        asked = {"kind": kind, "name": name, "number": number, "scope": scope, "until": until}
        self._browser.send(page, page.form_with("scope"), asked)
        return f"授权{name}，到 {until}"

    def search(self, words: str, code: str) -> str:
        page = self._browser.open(f"/search/?{urlencode({'q': words})}")
        if f"/events/{code}/" not in page.text:
            raise StepFailed(f"「{words}」 does not find {code}")
        return f"搜索「{words}」，找到这件事"

    def answer(self, code: str, division: str, answers: Mapping[str, str]) -> tuple[Page, int]:
        """Answer one question a page until the plan comes; the plan and how many were asked."""
        page = self._browser.open(f"/events/{code}/questions/?{urlencode({'division': division})}")
        for asked in range(MOST_QUESTIONS):
            if urlsplit(page.address).path.endswith("/plan/"):
                return page, asked
            form = page.form_with("question")
            question = form.values["question"][0]
            page = self._browser.send(page, form, {question: _answer_to(question, form, answers)})
        raise StepFailed(f"{code}: no plan after {MOST_QUESTIONS} questions")

    def begin(self, plan: Page) -> Page:
        """Press „填表申请" on the plan: the form of a new draft."""
        return self._browser.send(plan, plan.form("/apply/"))

    def fill(self, page: Page, typed: Mapping[str, str], required: Sequence[str]) -> Page:
        """Type what the form does not hold yet and go on to the materials."""
        form = page.form_with("revision")
        shown = [key for key in required if key in form.values or key in form.offers]
        changes = {key: _value_for(key, form, typed) for key in shown if not any(form.values.get(key, ()))}
        unknown = [key for key, value in changes.items() if not value]
        if unknown:
            raise StepFailed(f"the story has nothing to type for {', '.join(unknown)}")
        answered = self._browser.send(page, form, changes)
        if not answered.address.partition("?")[0].endswith("/materials/"):
            raise StepFailed(f"{answered.address}: {answered.complaints}")
        return answered

    def upload_all(self, page: Page) -> tuple[Page, int]:
        """Hand in one photograph for every paper asked for."""
        slots = [form.values["slot"][0] for form in page.forms if "slot" in form.values]
        for slot in slots:
            form = next(one for one in page.forms if one.values.get("slot") == [slot])
            page = self._browser.send(page, form, file=paper("材料"))
        return page, len(slots)

    def hand_in(self, draft: str) -> str:
        """Check everything, agree to the standing texts, submit; the application's number."""
        page = self._browser.open(f"{draft}check/")
        form = page.form("/check/")
        agreed = {"consent-TRUTH": "on", "consent-SHARING": "on"}
        receipt = self._browser.send(page, form, agreed)
        parts = urlsplit(receipt.address).path.split("/")
        if parts[-2] != "receipt":
            raise StepFailed(f"not handed in: {receipt.complaints}")
        return parts[-3]

    def timeline(self, application: str) -> Page:
        return self._browser.open(f"/applications/{application}/")

    def rate_all(self, application: str) -> int:
        """Very satisfied with every service that can be rated; how many there were."""
        best = {"level": str(Level.VERY_SATISFIED.value), "words": "一次办好，很方便。"}
        page = self._browser.open(f"/applications/{application}/")
        for rated in range(MOST_RATINGS):
            forms = [one for one in page.forms if one.action.endswith("/rate/")]
            if not forms:
                return rated
            page = self._browser.send(page, forms[0], best)
        raise StepFailed(f"{application} can be rated without end")


def _answer_to(question: str, form: Form, answers: Mapping[str, str]) -> str | list[str]:
    if question in answers:
        return answers[question]
    if question in form.offers:
        offered = form.offers[question]
        return NO if NO in offered else next(one for one in offered if one)
    raise StepFailed(f"the story has no answer to {question}")


def _value_for(key: str, form: Form, typed: Mapping[str, str]) -> str:
    """What the story says for the field or for its element; else the first thing offered; else nothing."""
    element = key.partition(".")[2]
    for name in (key, element):
        if name in typed:
            return typed[name]
    offered = [one for one in form.offers.get(key, ()) if one]
    if NO in offered:
        return NO
    return offered[0] if offered else ""
