from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "tongban.domains.cases"
    label = "cases"
    verbose_name = "办件"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.domains.cases import events, handlers, selectors
        from tongban.domains.exchange import services as exchange
        from tongban.domains.licences import services as licences
        from tongban.domains.licences.events import LicenceChanged
        from tongban.domains.messaging.events import MailRefused
        from tongban.foundation.outbox import registry

        exchange.register_cause_check(selectors.is_live)
        licences.register_case_grounds(selectors.licence_ground)
        for event in (
            events.CaseReceived,
            events.CaseMoved,
            events.CaseGranted,
            events.CaseEnded,
            events.CaseLimitNoticed,
        ):
            registry.subscribe(event, name="cases.tell_applicant", handler=handlers.tell_applicant)
        registry.subscribe(
            events.DataWanted, name="cases.fetch_materials", handler=handlers.fetch_materials, calls_out=True
        )
        registry.subscribe(LicenceChanged, name="cases.follow_licence", handler=handlers.follow_licence)
        registry.subscribe(MailRefused, name="cases.plan_call", handler=handlers.plan_call)
        registry.subscribe(
            events.CalendarEnding,
            name="cases.tell_calendar_editors",
            handler=handlers.tell_calendar_editors,
            calls_out=True,
        )
