"""What the process reads from its environment, validated once at start."""

import base64
from collections.abc import Callable
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from tongban.foundation.crypto import SoftwareKeys
from tongban.foundation.postgres import default_home, default_url


def _split(text: object) -> object:
    if not isinstance(text, str):
        return text
    return [part.strip() for part in text.split(",") if part.strip()]


def _address(*schemes: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if urlsplit(text).scheme not in schemes or "://" not in text:
            raise ValueError(f"it begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return text.rstrip("/")

    return check


def _data_keys(text: SecretStr) -> SecretStr:
    SoftwareKeys(text.get_secret_value())
    return text


def _base64(text: SecretStr) -> SecretStr:
    try:
        base64.b64decode(text.get_secret_value(), validate=True)
    except ValueError:
        raise ValueError("it is not base64") from None
    return text


Names = Annotated[list[str], NoDecode, BeforeValidator(_split)]
"""Names separated by commas."""
Networks = Annotated[list[IPv4Network | IPv6Network], NoDecode, BeforeValidator(_split)]
WebAddress = Annotated[str, AfterValidator(_address("https", "http"))]
DatabaseAddress = Annotated[str, AfterValidator(_address("postgresql", "postgres"))]
SecureAddress = Annotated[str, AfterValidator(_address("https"))]
MailAddress = Annotated[str, AfterValidator(_address("smtp"))]


class Environment(BaseSettings):
    """Settings of one installation. Every name is read as `TONGBAN_<NAME>`, but `DATABASE_URL` as it is."""

    model_config = SettingsConfigDict(env_prefix="TONGBAN_", extra="ignore")

    mode: Literal["demo", "test", "production"] = "demo"
    home: Path = Field(default_factory=default_home)
    database_url: DatabaseAddress | None = Field(default=None, validation_alias="DATABASE_URL")
    test_db: str | None = None
    secret_key: SecretStr | None = None
    data_keys: Annotated[SecretStr, AfterValidator(_data_keys)] | None = None
    """Keys for data at rest, `id:base64` separated by commas; the first one encrypts, all decrypt."""
    lookup_key: Annotated[SecretStr, AfterValidator(_base64)] | None = None
    """Key of the keyed hash by which encrypted numbers are looked up, base64."""
    allowed_hosts: Names = ["localhost", "127.0.0.1", "[::1]"]
    public_url: WebAddress = "http://127.0.0.1:8000"
    trusted_proxies: int = Field(default=0, ge=0)
    """Reverse proxies in front: so many entries of X-Forwarded-For, from its end, are believed; 0 believes none."""
    city_name: str = "示例市"
    catalogue_region: str = Field(default="3101", pattern=r"^\d{2,12}$")
    """Division whose list of powers is served; the sample city borrows the divisions of 3101."""
    data_bureau: str = Field(default="DSJ", pattern=r"^[A-Z0-9-]{1,32}$")
    """Code of the department that keeps the city's whole data catalogue and settles disputes about sharing."""
    clamd: str | None = Field(default=None, pattern=r"^/|:\d+$")
    """`host:port` or socket path of clamd; None means that no scanner is configured."""
    exchange_inbox: Path | None = None
    """Where departments drop files of rows, a folder a resource; in the home by default."""
    smtp_url: MailAddress | None = None
    webhook_networks: Networks = []
    """Private networks (CIDR) in which department systems and databases may be called, e.g. the government network; none by default."""
    tsa_url: SecureAddress | None = None
    """Time-stamping authority (RFC 3161); None stamps with the platform's own."""
    pkcs11_module: str | None = Field(default=None, pattern=r"^/")
    """Library of the hardware module; keys named by `tongban signing issue --token-label` lie on its token."""
    pkcs11_token: str | None = None
    pkcs11_pin: SecretStr | None = None
    evidence_export: Path | None = None
    """Folder outside the database into which signed evidence of exchanges goes; None means `evidence` in the home folder."""
    evidence_limit_minutes: int = Field(default=10, ge=2)
    """So long evidence may go unsealed, unstamped or unexported before look-ups are refused."""
    otlp_endpoint: WebAddress | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

    def database(self) -> str:
        """URL of the database: `DATABASE_URL`, or the embedded server of this home."""
        return self.database_url or default_url(self.home)


@cache
def environment() -> Environment:
    return Environment()
