"""Officers at the console: one method an act, each through the page's own form."""

from collections.abc import Mapping

from tongban.demo.walkthrough.browser import Browser, Page, StepFailed
from tongban.domains.cases.types import ServiceMethod
from tongban.domains.identity import selectors as identity
from tongban.domains.identity.types import Officer
from tongban.kernel.actors import Role


def officer_for(department: str, role: Role) -> Officer:
    """Whoever of the department holds the role."""
    for one in identity.list_officers(department):
        if role in one.roles:
            return one
    raise StepFailed(f"{department} has nobody who is {role}")


class Desk:
    """An officer at her console, signed in once."""

    def __init__(self, browser: Browser, officer: Officer) -> None:
        self.officer = officer
        self._browser = browser

    def accept(self, number: str) -> str:
        self._press(number, "accept")
        return "发出受理通知书"

    def examine(self, number: str) -> str:
        """Find every point of the manual met, then hand the case on."""
        page = self._dossier(number)
        form = page.form("/points/")
        verdicts = {name: "passed" for name in form.offers if name.startswith("point:")}
        self._browser.send(page, form, verdicts)
        self._press(number, "finish")
        return f"{len(verdicts)} 个审查要点符合"

    def grant(self, number: str, missing: Mapping[str, str]) -> str:
        """Grant; what the licence states and the form did not hold is typed in."""
        page = self._browser.open(f"/console/cases/{number}/acts/grant/")
        form = page.form("/acts/grant/")
        typed = {
            name: missing.get(name.removeprefix("result:"), "")
            for name, value in form.values.items()
            if name.startswith("result:") and value == [""]
        }
        self._browser.send(page, form, typed)
        return "准予，结果已签发"

    def serve(self, number: str) -> str:
        page = self._browser.open(f"/console/cases/{number}/acts/serve/")
        proof = {"method": ServiceMethod.ELECTRONIC.value, "proof": f"电子送达回执 {number}"}
        self._browser.send(page, page.form("/acts/serve/"), proof)
        return "电子送达"

    def _dossier(self, number: str) -> Page:
        return self._browser.open(f"/console/cases/{number}/")

    def _press(self, number: str, slug: str) -> None:
        page = self._dossier(number)
        self._browser.send(page, page.form(f"/acts/{slug}/"))
