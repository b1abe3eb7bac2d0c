"""Every page of the portal and of the accounts, and who looks at it: one list for barriers and for language."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from sites.city import NOW, PASSWORD, City, open_account
from sites.portal import walk
from sites.portal.test_following import FIELD, ask_for_supplement, case_of, defer_a_material, grant, slot_of
from tongban.domains.identity.models import Account, Subject
from tongban.domains.licences import services as licences
from tongban.domains.licences.types import ConsentAsk, LicenceAction, Notice, SignalKind, VerifierKind
from tongban.domains.messaging.models import Message
from tongban.foundation.audit.models import Entry
from tongban.foundation.outbox.testing import drain
from tongban.kernel.actors import PLATFORM, Actor, ActorKind
from tongban.kernel.national_calendar import national_calendar

VISITOR, OWNER, NEWCOMER, GUARDED, HALFWAY = "visitor", "zhangsan", "newcomer", "linxiao", "linxiao halfway"
DESK = "a verifier's phone"


@dataclass(frozen=True, slots=True)
class Visit:
    """A page by its address, with the names of `Lived` in it."""

    address: str
    who: str = VISITOR
    form_on: str = ""
    """The page whose form for this address, sent empty, answers with the page; else it is simply opened."""


@dataclass(frozen=True, slots=True)
class Lived:
    """What the addresses name, and the browser of everybody who looks."""

    names: Mapping[str, str]
    browsers: Mapping[str, Client]


PLAN = f"plan/?{walk.QUERY}&entity.scope_has_catering=yes"
ASKED, DECIDED = "/applications/{asked}/", "/applications/{decided}/"
PAGES = {
    "portal:home": Visit("/"),
    "portal:search": Visit("/search/?q=许可"),
    "portal:guide": Visit("/guide/310115/310131001001/"),
    "portal:departments": Visit("/departments/"),
    "portal:department": Visit("/departments/SCJG/?division=310115"),
    "portal:district": Visit("/districts/310115/"),
    "portal:accessibility": Visit("/accessibility/"),
    "portal:privacy": Visit("/privacy/"),
    "portal:events": Visit("/events/"),
    "portal:event": Visit("/events/OPEN_RESTAURANT/?division=310115"),
    "portal:questions": Visit("/events/OPEN_RESTAURANT/questions/?division=310115"),
    "portal:plan": Visit(f"/events/OPEN_RESTAURANT/{PLAN}"),
    "portal:shared_plan": Visit("/plans/{token}/"),
    "portal:draft": Visit("/drafts/{draft}/", OWNER),
    "portal:materials": Visit("/drafts/{filled}/materials/", OWNER),
    "portal:check": Visit("/drafts/{filled}/check/", OWNER),
    "portal:upload": Visit("/drafts/{filled}/uploads/", OWNER, "/drafts/{filled}/materials/"),
    "portal:application": Visit(ASKED, OWNER),
    "portal:receipt": Visit("/applications/{asked}/receipt/", OWNER),
    "portal:supplement": Visit("/cases/{asked_case}/supplement/", OWNER, ASKED),
    "portal:hand_in_deferred": Visit("/cases/{asked_case}/deferred/{check}/", OWNER, ASKED),
    "portal:withdraw": Visit("/cases/{asked_case}/withdraw/", OWNER),
    "portal:rate": Visit("/cases/{decided_case}/rate/", OWNER, DECIDED),
    "portal:clock": Visit("/cases/{asked_case}/clock/", OWNER),
    "portal:status_form": Visit("/status/"),
    "portal:status": Visit("/status/{asked}/"),
    "portal:check_file": Visit("/licences/check/"),
    "portal:check_licence": Visit("/licences/{licence}/"),
    "portal:my": Visit("/my/", OWNER),
    "portal:applications": Visit("/my/applications/", OWNER),
    "portal:licences": Visit("/my/licences/", OWNER),
    "portal:my_licence": Visit("/my/licences/{licence}/", OWNER),
    "portal:report_licence": Visit("/my/licences/{licence}/report/?kind=refused", OWNER),
    "portal:proceeding": Visit("/my/licences/proceedings/{proceeding}/", OWNER),
    "portal:consents": Visit("/my/consents/", OWNER),
    "portal:ask_consent": Visit("/my/consents/ask/?type=YYZZ", OWNER),
    "portal:consent": Visit("/my/consents/{consent}/", OWNER),
    "portal:present": Visit("/my/licences/{licence}/present/?to={verifier}", OWNER),
    "portal:my_verifiers": Visit("/my/verifiers/", OWNER),
    "portal:show_offline": Visit("/show/"),
    "portal:verify": Visit("/verify/", DESK),
    "portal:verifier_device": Visit("/verify/device/"),
    "portal:verifiers": Visit("/verifiers/"),
    "portal:verifier": Visit("/verifiers/{verifier}/", OWNER),
    "portal:messages": Visit("/my/messages/", OWNER),
    "portal:message": Visit("/my/messages/{message}/", OWNER),
    "portal:drafts": Visit("/my/drafts/", OWNER),
    "portal:mandates": Visit("/my/mandates/", OWNER),
    "portal:looks": Visit("/my/looks/", OWNER),
    "portal:records": Visit("/my/records/", OWNER),
    "portal:object_to_record": Visit("/my/records/object/?resource=FR-ENTITY&field=address", OWNER),
    "portal:look": Visit("/my/looks/{look}/", OWNER),
    "portal:identify": Visit("/my/identify/", NEWCOMER),
    "portal:mailbox": Visit("/mailbox/"),
}
ACCOUNT_PAGES = {
    "account": Visit("/account/", GUARDED),
    "account_login": Visit("/login/"),
    "account_logout": Visit("/logout/", GUARDED),
    "account_inactive": Visit("/inactive/"),
    "account_signup": Visit("/signup/"),
    "account_reauthenticate": Visit("/reauthenticate/", OWNER),
    "account_email": Visit("/email/", GUARDED),
    "account_email_verification_sent": Visit("/confirm-email/"),
    "account_confirm_email": Visit("/confirm-email/{email_key}/"),
    "account_change_password": Visit("/password/change/", GUARDED),
    "account_reset_password": Visit("/password/reset/"),
    "account_reset_password_done": Visit("/password/reset/done/"),
    "account_reset_password_from_key": Visit("/password/reset/key/{reset_key}/"),
    "account_reset_password_from_key_done": Visit("/password/reset/key/done/"),
    "mfa_index": Visit("/account/two-step/", GUARDED),
    "mfa_authenticate": Visit("/account/two-step/authenticate/", HALFWAY),
    "mfa_reauthenticate": Visit("/account/two-step/reauthenticate/", GUARDED),
    "mfa_activate_totp": Visit("/account/two-step/totp/activate/", NEWCOMER),
    "mfa_deactivate_totp": Visit("/account/two-step/totp/deactivate/", GUARDED),
    "mfa_view_recovery_codes": Visit("/account/two-step/recovery-codes/", GUARDED),
    "mfa_generate_recovery_codes": Visit("/account/two-step/recovery-codes/generate/", GUARDED),
    "mfa_list_webauthn": Visit("/account/two-step/webauthn/", GUARDED),
    "mfa_add_webauthn": Visit("/account/two-step/webauthn/add/", GUARDED),
    "mfa_reauthenticate_webauthn": Visit("/account/two-step/webauthn/reauthenticate/", GUARDED),
    "mfa_remove_webauthn": Visit("/account/two-step/webauthn/keys/{key}/remove/", GUARDED),
    "mfa_edit_webauthn": Visit("/account/two-step/webauthn/keys/{key}/edit/", GUARDED),
}
NO_PAGES = {
    "portal:suggestions": Visit("/search/suggestions/?q=许可"),
    "portal:find_guide": Visit("/guide/310131001001/"),
    "portal:plan_pdf": Visit(f"/events/OPEN_RESTAURANT/{PLAN}".replace("plan/", "plan/paper.pdf")),
    "portal:save_plan": Visit("/events/OPEN_RESTAURANT/plan/save/"),
    "portal:apply": Visit(f"/events/OPEN_RESTAURANT/apply/?{walk.QUERY}", OWNER),
    "portal:autosave": Visit("/drafts/{draft}/autosave/", OWNER),
    "portal:remove_upload": Visit("/drafts/{draft}/uploads/{check}/remove/", OWNER),
    "portal:thumbnail": Visit("/drafts/{draft}/uploads/{check}/thumbnail.jpg", OWNER),
    "portal:delete_draft": Visit("/drafts/{draft}/discard/", OWNER),
    "portal:settle_branch": Visit("/applications/{asked}/items/310131001001/", OWNER),
    "portal:paper": Visit("/papers/{paper}.pdf", OWNER),
    "portal:booklet": Visit("/applications/{decided}/after-care.pdf", OWNER),
    "portal:act_for": Visit("/my/acting-for/", OWNER),
    "portal:keep_in_phone": Visit("/my/licences/{licence}/phone/", OWNER),
    "portal:withdraw_from_phones": Visit("/my/licences/{licence}/phone/withdraw/", OWNER),
    "portal:change_verifier": Visit("/my/verifiers/{verifier}/", OWNER),
    "portal:release_device": Visit("/verify/device/release/"),
    "portal:show_worker": Visit("/show/worker.js"),
    "portal:verify_worker": Visit("/verify/worker.js"),
    "portal:licence": Visit("/my/licences/{licence}.pdf", OWNER),
    "portal:licence_data": Visit("/my/licences/{licence}.json", OWNER),
    "portal:revoke_mandate": Visit("/my/mandates/{check}/revoke/", OWNER),
    "preferences": Visit("/preferences/"),
    "account_set_password": Visit("/password/set/", OWNER),
    "account_confirm_login_code": Visit("/login/code/confirm/"),
    "mfa_download_recovery_codes": Visit("/account/two-step/recovery-codes/download/", GUARDED),
    "mfa_login_webauthn": Visit("/account/two-step/webauthn/login/"),
}
"""Routes that show no page of their own: files, fragments, forms that lead on."""
ELSEWHERE = ("console", "api", "credentials", "live", "ready", "metrics")


def routes() -> Iterator[str]:
    """The name of every route but the officers', the departments' and the machines'."""
    for pattern in get_resolver().url_patterns:
        yield from _names(pattern, "")


def _names(pattern: URLPattern | URLResolver, namespace: str) -> Iterator[str]:
    if isinstance(pattern, URLPattern):
        if pattern.name not in ELSEWHERE:
            yield f"{namespace}{pattern.name}"
        return
    if pattern.namespace in ELSEWHERE or str(pattern.pattern).rstrip("/") in ELSEWHERE:
        return
    for one in pattern.url_patterns:
        yield from _names(one, f"{pattern.namespace}:" if pattern.namespace else namespace)


def look(lived: Lived, visit: Visit, language: str) -> str:
    """The page as the HTTP client gets it."""
    browser = lived.browsers[visit.who]
    browser.cookies["django_language"] = language
    address = visit.address.format(**lived.names)
    if visit.form_on:
        holder = browser.get(visit.form_on.format(**lived.names)).content.decode()
        response = browser.post(address, _hidden(holder, address))
    else:
        response = browser.get(address, follow=True)
    assert response.status_code == (422 if visit.form_on else 200), (address, response.status_code)
    return str(response.content.decode())


def _hidden(page: str, action: str) -> dict[str, str]:
    """What the form sends when nothing is typed into it."""
    form = re.search(rf'<form[^>]* action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert form, action
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))


def live() -> Lived:
    """Two applications, one that was asked for something and one decided, two drafts, a guarded account, a new one."""
    accounts = {one.username: one for one in Account.objects.all()}
    city = City(
        {"zhangsan": accounts["zhangsan"].binding.subject_id, "xiaoguan": _subject("示例小馆")},
        {name: one.pk for name, one in accounts.items()},
    )
    owner = Client(SERVER_NAME="localhost")
    owner.force_login(accounts["zhangsan"])
    owner.post("/my/acting-for/", {"subject": str(city.subjects["xiaoguan"])})
    asked = walk.hand_in(owner, walk.complete(owner))
    decided = walk.hand_in(owner, walk.complete(owner))
    asked_case, decided_case = case_of(city, asked), case_of(city, decided)
    check = defer_a_material(asked_case.number)
    ask_for_supplement(city, asked_case, FIELD, slot_of(city, asked_case))
    grant(city, decided_case)
    drain()
    account = accounts[GUARDED]
    guarded, halfway = _guard(account)
    saved = owner.post(f"/events/OPEN_RESTAURANT/{PLAN}".replace("plan/", "plan/save/"))
    key = Authenticator.objects.get(user=account, type=Authenticator.Type.WEBAUTHN)
    verifier = licences.register_verifier(
        name="示例江畔酒店",
        kind=VerifierKind.HOTEL,
        address="示例市浦东新区示例路 18 号",
        phone="",
        actor=PLATFORM,
        at=NOW,
    )
    names = {
        "asked": asked,
        "decided": decided,
        "asked_case": asked_case.number,
        "decided_case": decided_case.number,
        "check": str(check.id),
        "verifier": verifier.verifier.code,
        "paper": str(asked_case.papers[0].id),
        "licence": case_of(city, decided).licences[0],
        "consent": str(_consent(city)),
        "look": str(_look(city)),
        "draft": walk.begin(owner).split("/")[2],
        "filled": walk.complete(owner).split("/")[2],
        "token": saved["Location"].split("/")[2],
        "message": str(Message.objects.filter(to_subject=city.subjects["xiaoguan"]).latest("id").pk),
        "proceeding": str(_proceeding(case_of(city, decided).licences[0])),
        "email_key": EmailConfirmationHMAC(EmailAddress.objects.get(user=account)).key,
        "reset_key": _reset_key(account),
        "key": str(key.pk),
    }
    browsers = {OWNER: owner, GUARDED: guarded, HALFWAY: halfway, NEWCOMER: _newcomer()}
    browsers[DESK] = Client(SERVER_NAME="localhost")
    browsers[DESK].post("/verify/device/", {"verifier": verifier.verifier.code, "secret": verifier.secret})
    return Lived(names, {VISITOR: Client(SERVER_NAME="localhost"), **browsers})


def _proceeding(licence: str) -> UUID:
    """One that its holder was told of."""
    opened = licences.open_proceeding(
        licence, signal=SignalKind.INSPECTION, text="现场检查的事由", actor=PLATFORM, at=NOW
    )
    notice = Notice(LicenceAction.REVOKE, "示例法", "第一条", "现场检查的事由")
    licences.notify(opened.id, notice, calendar=national_calendar(), actor=PLATFORM, at=NOW)
    return opened.id


def _consent(city: City) -> UUID:
    """What an office asked the firm for."""
    office = Actor(ActorKind.DEPARTMENT_SYSTEM, None, "消防救援局", department="XFJY-310115")
    scope = {"YYZZ": ("name", "uscc")}
    ask = ConsentAsk(
        city.subjects["xiaoguan"], "公众聚集场所检查", scope, is_once=True, until=date(2026, 4, 1)
    )
    return licences.ask_consent(ask, actor=office, at=NOW).id


def _look(city: City) -> int:
    """A look of the firm's own register."""
    looks = Entry.objects.filter(action="LOOK_UP", subject_id=city.subjects["xiaoguan"])
    return looks.latest("id").pk


def _subject(name: str) -> UUID:
    return Subject.objects.get(name=name).pk


def _guard(account: Account) -> tuple[Client, Client]:
    """The account gets a second factor, recovery codes and a passkey: signed in, and with only the password given."""
    guarded, halfway = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
    password = {"login": account.username, "password": PASSWORD}
    guarded.post("/login/", password)
    guarded.post("/reauthenticate/", {"password": PASSWORD})
    TOTP.activate(account, generate_totp_secret())
    RecoveryCodes.activate(account)
    WebAuthn.add(account, "林晓的手机", _credential())
    halfway.post("/login/", password)
    guarded.get("/account/")  # shows, in Chinese, that the log-in worked
    return guarded, halfway


def _credential() -> dict[str, object]:
    """What a device answers when a passkey is registered."""
    key = ES256.from_cryptography_key(generate_private_key(SECP256R1()).public_key())
    data = AttestedCredentialData.create(bytes(16), b"passkey of a test", key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    attested = AttestationObject.create(
        "none", AuthenticatorData.create(sha256(b"localhost").digest(), flags, 0, data), {}
    )
    client = json.dumps({"type": "webauthn.create", "challenge": "", "origin": "http://localhost"})
    return {
        "id": websafe_encode(data.credential_id),
        "rawId": websafe_encode(data.credential_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client.encode()),
            "attestationObject": websafe_encode(bytes(attested)),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }


def _newcomer() -> Client:
    browser = Client(SERVER_NAME="localhost")
    open_account(NEWCOMER, "", None)
    browser.post("/login/", {"login": NEWCOMER, "password": PASSWORD})
    browser.post("/reauthenticate/", {"password": PASSWORD})
    browser.get("/my/identify/")  # as above
    return browser


def _reset_key(account: Account) -> str:
    return f"{user_pk_to_url_str(account)}-{default_token_generator.make_token(account)}"
