from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "tongban.domains.catalogue"
    label = "catalogue"
    verbose_name = "行政权力事项清单"
    default_auto_field = "django.db.models.BigAutoField"
