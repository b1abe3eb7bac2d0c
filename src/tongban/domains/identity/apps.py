from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "tongban.domains.identity"
    label = "identity"
    verbose_name = "统一身份认证"
    default_auto_field = "django.db.models.BigAutoField"
