from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "tongban.domains.catalogue"
    label = "catalogue"
    verbose_name = "行政权力事项清单"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.domains.catalogue.selectors.guides import element_usage
        from tongban.domains.standards.selectors import register_usage_source

        register_usage_source(element_usage)
