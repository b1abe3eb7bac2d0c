from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "tongban.domains.exchange"
    label = "exchange"
    verbose_name = "数据目录与共享"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.domains.exchange import selectors
        from tongban.domains.exchange.services import watching
        from tongban.domains.standards.selectors import register_usage_source
        from tongban.foundation import telemetry

        telemetry.watch(watching.readings, watching.notice)
        register_usage_source(selectors.element_usage)
