"""What the process reads from its environment, validated once at start."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from tongban.foundation.postgres import default_home, default_url


def _split(text: object) -> object:
    if not isinstance(text, str):
        return text
    return [part.strip() for part in text.split(",") if part.strip()]


Names = Annotated[list[str], NoDecode, BeforeValidator(_split)]
"""Names separated by commas."""


class Environment(BaseSettings):
    """Settings of one installation. Every name is read as `TONGBAN_<NAME>`, but `DATABASE_URL` as it is."""

    model_config = SettingsConfigDict(env_prefix="TONGBAN_", extra="ignore")

    mode: Literal["demo", "test", "production"] = "demo"
    home: Path = Field(default_factory=default_home)
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    test_db: str | None = None
    secret_key: SecretStr | None = None
    data_keys: SecretStr | None = None
    """Keys for data at rest, `id:base64` separated by commas; the first one encrypts, all decrypt."""
    lookup_key: SecretStr | None = None
    """Key of the keyed hash by which encrypted numbers are looked up, base64."""
    allowed_hosts: Names = ["localhost", "127.0.0.1", "[::1]"]
    public_url: str = "http://127.0.0.1:8000"
    trusted_proxies: int = Field(default=0, ge=0)
    """Reverse proxies in front: so many entries of X-Forwarded-For, from its end, are believed; 0 believes none."""
    city_name: str = "示例市"
    catalogue_region: str = "3101"
    """Division whose list of powers is served; the sample city borrows the divisions of 3101."""
    clamd: str | None = None
    """`host:port` or socket path of clamd; None means that no scanner is configured."""
    smtp_url: str | None = None
    webhook_networks: Names = []
    """Private networks (CIDR) in which department systems may be called, e.g. the government network; none by default."""
    otlp_endpoint: str | None = None
    log_level: str = "INFO"

    def database(self) -> str:
        """URL of the database: `DATABASE_URL`, or the embedded server of this home."""
        return self.database_url or default_url(self.home)


@cache
def environment() -> Environment:
    return Environment()
