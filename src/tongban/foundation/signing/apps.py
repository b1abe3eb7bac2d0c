from django.apps import AppConfig


class SigningConfig(AppConfig):
    name = "tongban.foundation.signing"
    label = "signing"
    verbose_name = "签名"
    default_auto_field = "django.db.models.BigAutoField"
