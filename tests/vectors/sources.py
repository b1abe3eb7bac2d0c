"""Where the vectors are read from, and what happens when they are not there."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = REPOSITORY.parent / "shared" / "data"
VARIABLE = "TONGBAN_VECTORS"


def folder() -> Path:
    return Path(os.environ.get(VARIABLE) or DEFAULT_FOLDER)


def read_document(area: str) -> dict[str, Any] | None:
    """The document of an area's vectors, None when it is missing."""
    path = folder() / area / "vectors.json"
    if not path.is_file():
        return None
    return json.loads(path.read_text(encoding="utf-8"))


def cases(area: str, *kinds: str) -> list[Any]:
    """One parameter a vector of the given kinds; one that fails or skips aloud when there are none."""
    document = read_document(area)
    if document is None:
        return [pytest.param(None, id=f"{area}-missing")]
    vectors = [vector for vector in document["vectors"] if not kinds or vector["kind"] in kinds]
    if not vectors:
        return [pytest.param(None, id=f"{area}-{'-'.join(kinds)}-none")]
    return [pytest.param(vector, id=vector["id"]) for vector in vectors]


def require(vector: dict[str, Any] | None, area: str) -> dict[str, Any]:
    """The vector; fails when the folder is named or in CI but lacks it, skips with the reason elsewhere."""
    if vector is not None:
        return vector
    path = folder() / area / "vectors.json"
    if path.is_file():
        pytest.skip(f"{path} holds no vectors of this kind")
    message = f"{path} is missing; name the folder of the vectors by {VARIABLE}"
    if os.environ.get(VARIABLE) or os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def shared_document(name: str) -> dict[str, Any]:
    """A file of the shared data, beside the vectors or in its default folder; missing, it fails in CI and is skipped elsewhere."""
    for base in (folder(), DEFAULT_FOLDER):
        if (base / name).is_file():
            found: dict[str, Any] = json.loads((base / name).read_text(encoding="utf-8"))
            return found
    message = f"{name} is neither under {folder()} ({VARIABLE}) nor under {DEFAULT_FOLDER}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
