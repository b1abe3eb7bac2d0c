"""核验方 as the data bureau keeps them: who outside the government checks licences."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.domains.licences.types import NewVerifier, Verifier, VerifierKind
from tongban.kernel.actors import Actor
from tongban.sites.console.pages.data import Tab, tabs
from tongban.sites.shared.fields import FieldView
from tongban.sites.shared.formats import grouped, plain_day


@dataclass(frozen=True, slots=True)
class VerifierLine:
    code: str
    name: str
    kind: str
    address: str
    since: str
    action: str
    """Empty for whoever may not change it."""


@dataclass(frozen=True, slots=True)
class Secret:
    name: str
    code: str
    secret: str


@dataclass(frozen=True, slots=True)
class VerifiersPage:
    tabs: tuple[Tab, ...]
    lines: tuple[VerifierLine, ...]
    query: str
    secret: Secret | None
    fields: tuple[FieldView, ...]
    """Empty for stewards of other departments, who look only."""
    problems: tuple[dict[str, str], ...]
    action: str


def kind_words() -> dict[str, str]:
    return {
        VerifierKind.HOTEL.value: _("酒店、民宿"),
        VerifierKind.BANK.value: _("银行"),
        VerifierKind.CLINIC.value: _("医院、诊所"),
        VerifierKind.VENUE.value: _("场馆、景区"),
        VerifierKind.SHOP.value: _("商店、餐饮"),
        VerifierKind.OTHER.value: _("其他"),
    }


def build(
    actor: Actor,
    verifiers: Iterable[Verifier],
    query: str,
    *,
    may_change: bool,
    made: NewVerifier | None,
    fields: tuple[FieldView, ...],
    problems: tuple[dict[str, str], ...],
) -> VerifiersPage:
    kinds = kind_words()
    lines = [
        VerifierLine(
            code=one.code,
            name=one.name,
            kind=kinds[one.kind.value],
            address=one.address,
            since=plain_day(one.registered_at),
            action=reverse("console:data_verifier", args=[one.code]) if may_change else "",
        )
        for one in verifiers
    ]
    return VerifiersPage(
        tabs=tabs(actor, "console:data_verifiers"),
        lines=tuple(lines),
        query=query,
        secret=None if made is None else Secret(made.verifier.name, made.verifier.code, grouped(made.secret)),
        fields=fields if may_change else (),
        problems=problems,
        action=reverse("console:data_verifiers"),
    )
