"""Why a production start is refused: `tongban check --deploy` and every `tongban serve` and `tongban worker` in production."""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connection

from tongban.config.environment import Environment, environment

_SECRETS = {
    "secret_key": "TONGBAN_SECRET_KEY",
    "data_keys": "TONGBAN_DATA_KEYS",
    "lookup_key": "TONGBAN_LOOKUP_KEY",
}
_DURABILITY = {"fsync": "on", "full_page_writes": "on", "data_checksums": "on"}
MIN_SECRET = 32


def missing_settings(env: Environment) -> Iterator[str]:
    """What the environment lacks for production."""
    for field, name in _SECRETS.items():
        secret = getattr(env, field)
        if secret is None:
            yield f"{name} is not set"
        elif len(secret.get_secret_value()) < MIN_SECRET:
            yield f"{name} is shorter than {MIN_SECRET} characters"
    if env.database_url is None:
        yield "DATABASE_URL is not set: production does not run on the embedded database by accident"
    if not env.public_url.startswith("https://"):
        yield "TONGBAN_PUBLIC_URL is not an https address"


def weak_durability() -> Iterator[str]:
    """Settings of the server under which an acknowledged application could be lost."""
    try:
        with connection.cursor() as cursor:
            for name, wanted in _DURABILITY.items():
                cursor.execute("SELECT current_setting(%s)", [name])
                found = cursor.fetchone()[0]
                if found != wanted:
                    yield f"PostgreSQL has {name} = {found}; an accepted application could be lost"
            cursor.execute("SELECT current_setting('synchronous_commit')")
            found = cursor.fetchone()[0]
            if found == "off":
                yield "PostgreSQL has synchronous_commit = off; an accepted application could be lost"
    except DatabaseError as error:
        yield f"the database does not answer: {type(error).__name__}"


def reasons() -> list[str]:
    return [*missing_settings(environment()), *weak_durability()]


@register(Tags.security, deploy=True)
def production_can_start(**_options: object) -> list[CheckMessage]:
    return [Error(reason, id="tongban.E100") for reason in reasons()]
