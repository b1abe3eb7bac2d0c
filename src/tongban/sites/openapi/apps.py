from django.apps import AppConfig


class OpenapiConfig(AppConfig):
    name = "tongban.sites.openapi"
    label = "site_openapi"
    verbose_name = "开放接口"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.domains.cases import events
        from tongban.domains.exchange import selectors as exchange
        from tongban.foundation.outbox import registry
        from tongban.sites.openapi import clients, webhooks

        exchange.register_interface_source(clients.list_interfaces)
        for event in (
            events.CaseReceived,
            events.CaseMoved,
            events.CaseGranted,
            events.CaseEnded,
            events.CaseLimitNoticed,
        ):
            registry.subscribe(event, name="openapi.record_event", handler=webhooks.record_event)
        registry.subscribe(
            webhooks.WebhookDue, name="openapi.deliver", handler=webhooks.deliver, calls_out=True
        )
