from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "tongban.domains.messaging"
    label = "messaging"
    verbose_name = "统一消息"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.domains.identity.events import MandateGranted, MandateRevoked
        from tongban.domains.messaging.events import MessageSent
        from tongban.domains.messaging.handlers import (
            mail_message,
            tell_authorised,
            tell_decided,
            tell_revoked,
        )
        from tongban.domains.registers.events import ObjectionDecided
        from tongban.foundation.outbox.registry import subscribe

        subscribe(MessageSent, name="messaging.mail", handler=mail_message, calls_out=True)
        subscribe(MandateGranted, name="messaging.tell_authorised", handler=tell_authorised)
        subscribe(MandateRevoked, name="messaging.tell_revoked", handler=tell_revoked)
        subscribe(ObjectionDecided, name="messaging.tell_decided", handler=tell_decided)
