from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "tongban.domains.registers"
    label = "registers"
    verbose_name = "人口库与法人库"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.domains.exchange.services import (
            register_default_provider,
            register_provider,
            register_row_store,
        )
        from tongban.domains.registers.services.deposits import DepositProvider, deposit_rows
        from tongban.domains.registers.services.providers import PROVIDERS
        from tongban.domains.registers.services.scanning import scan_rows

        for resource, provider in PROVIDERS.items():
            register_provider(resource, provider)
        register_default_provider(DepositProvider)
        register_row_store(deposit_rows, scan_rows)
