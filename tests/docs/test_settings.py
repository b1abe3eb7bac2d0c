"""What the documentation says of the settings is what the code reads."""

import re
from pathlib import Path

from tongban.config.environment import Environment

OPERATING = Path(__file__).resolve().parents[2] / "docs" / "operating.md"


def names_in_code() -> set[str]:
    fields = Environment.model_fields.items()
    return {str(field.validation_alias or f"TONGBAN_{name.upper()}") for name, field in fields}


def test_every_setting_has_its_row_and_no_row_is_of_another() -> None:
    table = OPERATING.read_text(encoding="utf-8").split("## Settings")[1].split("\n## ")[0]

    rows = re.findall(r"^\| `([A-Z0-9_]+)` \|", table, re.MULTILINE)

    assert sorted(rows) == sorted(names_in_code())


def test_the_defaults_told_are_the_defaults() -> None:
    table = OPERATING.read_text(encoding="utf-8")

    for name in ("mode", "public_url", "city_name", "catalogue_region", "log_level", "trusted_proxies"):
        default = Environment.model_fields[name].default
        assert f"| `TONGBAN_{name.upper()}` | `{default}` |" in table
