"""Mail over a city's mail server."""

import ssl
from functools import cache

from django.core.mail.backends.smtp import EmailBackend


class SmtpBackend(EmailBackend):
    """Django's own; what may vouch for the server is read once a process, not once a mail."""

    @property
    def ssl_context(self) -> ssl.SSLContext:
        return _trusted()


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()
