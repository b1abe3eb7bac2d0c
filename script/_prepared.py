"""Whether the sample city stands as this source wants it: then a start has nothing to prepare and loads no Django to find out."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import psycopg
from _processes import ROOT

NAME = "prepared.json"
PACKAGE = ROOT / "src" / "tongban"
# A restored backup is another database of the same server, a data folder made anew another server of the same name.
DATABASE = """
SELECT (SELECT system_identifier FROM pg_control_system()), (SELECT oid FROM pg_database WHERE datname = current_database()),
       (SELECT md5(string_agg(app || '.' || name, ',' ORDER BY app, name)) FROM django_migrations)
"""


def accounts_of(home: Path, url: str, products: Iterable[Path]) -> str | None:
    """What the last preparation said of the accounts, or None when the city must be prepared: its source, its database or one of
    the products is not what it was."""
    try:
        kept = json.loads((home / NAME).read_text(encoding="utf-8"))
        is_current = kept["source"] == _source() and kept["database"] == _database(url)
        accounts = str(kept["accounts"])
    except (OSError, ValueError, KeyError, psycopg.Error):
        return None
    return accounts if is_current and all(product.exists() for product in products) else None


def remember(home: Path, url: str, accounts: str) -> None:
    """Keep that the city has just been prepared; whole or not at all."""
    kept = {"source": _source(), "database": _database(url), "accounts": accounts}
    with tempfile.NamedTemporaryFile("w", dir=home, encoding="utf-8", delete=False) as file:
        json.dump(kept, file, ensure_ascii=False)
    Path(file.name).replace(home / NAME)


def _source() -> str:
    """Changes with the schema, the sample data and the locked packages, whose migrations count as well."""
    files = [
        *PACKAGE.glob("**/migrations/*.py"),
        *(PACKAGE / "demo").rglob("*.json"),
        *(PACKAGE / "demo").rglob("*.py"),
    ]
    digest = hashlib.sha256()
    for file in sorted([*files, ROOT / "requirements" / "base.txt"]):
        digest.update(os.fsencode(file.relative_to(ROOT)) + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _database(url: str) -> str:
    with psycopg.connect(url, connect_timeout=5) as connection:
        found = connection.execute(DATABASE).fetchone()
    assert found is not None
    return ":".join(map(str, found))
