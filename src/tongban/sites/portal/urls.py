"""Addresses of the portal. Each is for people too: readable, shareable, for ever."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, path, register_converter

from tongban.sites.portal.views import (
    authority,
    checking,
    filling,
    finding,
    following,
    looks,
    mine,
    planning,
    proceedings,
    records,
    showing,
    verifying,
    wallet,
)


class Code:
    """Codes of items, divisions, departments, packages; numbers of cases, applications, licences."""

    regex = r"[0-9A-Za-z_.\-]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Code, "code")

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", finding.show_home, name="home"),
    path("search/", finding.show_results, name="search"),
    path("search/suggestions/", finding.show_suggestions, name="suggestions"),
    path("guide/<code:basic_code>/", finding.find_guide, name="find_guide"),
    path("guide/<code:division>/<code:basic_code>/", finding.show_guide, name="guide"),
    path("departments/", finding.list_departments, name="departments"),
    path("departments/<code:code>/", finding.show_department, name="department"),
    path("districts/<code:code>/", finding.show_district, name="district"),
    path("accessibility/", finding.show_accessibility, name="accessibility"),
    path("privacy/", finding.show_privacy, name="privacy"),
    path("events/", planning.list_events, name="events"),
    path("events/<code:code>/", planning.show_event, name="event"),
    path("events/<code:code>/questions/", planning.ask, name="questions"),
    path("events/<code:code>/plan/", planning.show_plan, name="plan"),
    path("events/<code:code>/plan/paper.pdf", planning.print_plan, name="plan_pdf"),
    path("events/<code:code>/plan/save/", planning.save_plan, name="save_plan"),
    path("events/<code:code>/apply/", planning.apply, name="apply"),
    path("plans/<code:token>/", planning.show_shared_plan, name="shared_plan"),
    path("drafts/<uuid:draft_id>/", filling.fill, name="draft"),
    path("drafts/<uuid:draft_id>/autosave/", filling.autosave, name="autosave"),
    path("drafts/<uuid:draft_id>/materials/", filling.show_materials, name="materials"),
    path("drafts/<uuid:draft_id>/uploads/", filling.upload, name="upload"),
    path(
        "drafts/<uuid:draft_id>/uploads/<uuid:upload_id>/remove/", filling.remove_upload, name="remove_upload"
    ),
    path(
        "drafts/<uuid:draft_id>/uploads/<uuid:upload_id>/thumbnail.jpg",
        filling.show_thumbnail,
        name="thumbnail",
    ),
    path("drafts/<uuid:draft_id>/check/", filling.check, name="check"),
    path("drafts/<uuid:draft_id>/discard/", filling.discard, name="delete_draft"),
    path("applications/<code:number>/", following.show_application, name="application"),
    path("applications/<code:number>/receipt/", following.show_receipt, name="receipt"),
    path("applications/<code:number>/after-care.pdf", following.open_booklet, name="booklet"),
    path(
        "applications/<code:number>/items/<code:basic_code>/", following.settle_branch, name="settle_branch"
    ),
    path("cases/<code:number>/supplement/", following.answer_supplement, name="supplement"),
    path(
        "cases/<code:number>/deferred/<uuid:check_id>/", following.hand_in_deferred, name="hand_in_deferred"
    ),
    path("cases/<code:number>/withdraw/", following.withdraw, name="withdraw"),
    path("cases/<code:number>/rate/", following.rate, name="rate"),
    path("cases/<code:number>/clock/", following.explain_clock, name="clock"),
    path("papers/<uuid:paper_id>.pdf", following.open_paper, name="paper"),
    path("licences/check/", checking.check_file, name="check_file"),
    path("licences/<code:number>/", following.check_licence, name="check_licence"),
    path("show/", showing.show_offline, name="show_offline"),
    path("show/worker.js", showing.show_worker, {"door": "show"}, name="show_worker"),
    path("verify/", verifying.verify, name="verify"),
    path("verify/worker.js", showing.show_worker, {"door": "verify"}, name="verify_worker"),
    path("verify/device/", verifying.bind_device, name="verifier_device"),
    path("verify/device/release/", verifying.release_device, name="release_device"),
    path("verifiers/", verifying.list_verifiers, name="verifiers"),
    path("verifiers/<code:code>/", verifying.show_verifier, name="verifier"),
    path("status/", following.look_for_status, name="status_form"),
    path("status/<code:number>/", following.show_status, name="status"),
    path("my/", mine.show_overview, name="my"),
    path("my/acting-for/", mine.act_for, name="act_for"),
    path("my/applications/", mine.list_applications, name="applications"),
    path("my/licences/", wallet.list_licences, name="licences"),
    path("my/licences/proceedings/<uuid:proceeding_id>/", proceedings.show_proceeding, name="proceeding"),
    path("my/licences/<code:number>.pdf", wallet.open_licence, name="licence"),
    path("my/licences/<code:number>.json", wallet.open_licence_data, name="licence_data"),
    path("my/licences/<code:number>/", wallet.show_licence, name="my_licence"),
    path("my/licences/<code:number>/report/", wallet.report_licence, name="report_licence"),
    path("my/consents/", authority.list_consents, name="consents"),
    path("my/consents/ask/", authority.ask_consent, name="ask_consent"),
    path("my/consents/<uuid:consent_id>/", authority.show_consent, name="consent"),
    path("my/licences/<code:number>/present/", showing.present, name="present"),
    path("my/licences/<code:number>/phone/", showing.keep_in_phone, name="keep_in_phone"),
    path(
        "my/licences/<code:number>/phone/withdraw/", showing.withdraw_from_phones, name="withdraw_from_phones"
    ),
    path("my/verifiers/", verifying.my_verifiers, name="my_verifiers"),
    path("my/verifiers/<code:code>/", verifying.change_verifier, name="change_verifier"),
    path("my/messages/", mine.list_messages, name="messages"),
    path("my/messages/<uuid:message_id>/", mine.open_message, name="message"),
    path("my/drafts/", mine.list_drafts, name="drafts"),
    path("my/mandates/", mine.list_mandates, name="mandates"),
    path("my/mandates/<uuid:mandate_id>/revoke/", mine.revoke_mandate, name="revoke_mandate"),
    path("my/records/", records.list_records, name="records"),
    path("my/records/object/", records.object_to, name="object_to_record"),
    path("my/looks/", looks.list_looks, name="looks"),
    path("my/looks/<int:look_id>/", looks.show_look, name="look"),
    path("my/identify/", mine.identify, name="identify"),
]
if not settings.IS_PRODUCTION:
    urlpatterns.append(path("mailbox/", mine.show_mailbox, name="mailbox"))
