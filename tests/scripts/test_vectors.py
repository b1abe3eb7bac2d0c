"""Vectors that are not there: a failure where they were named or in CI, a skip with its reason elsewhere."""

from pathlib import Path

import pytest

from vectors import sources


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sources, "DEFAULT_FOLDER", tmp_path)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv(sources.VARIABLE, raising=False)
    return tmp_path


def require_what_is_not_there() -> None:
    (parameter,) = sources.cases("clock")
    sources.require(*parameter.values, "clock")


@pytest.mark.parametrize("named", ["", "elsewhere"])
def test_missing_vectors_are_skipped_aloud_unless_a_folder_is_named(
    empty: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv(sources.VARIABLE, named)

    with pytest.raises(
        pytest.fail.Exception if named else pytest.skip.Exception, match=r"vectors\.json is missing"
    ):
        require_what_is_not_there()


def test_missing_vectors_fail_in_continuous_integration(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="name the folder of the vectors by TONGBAN_VECTORS"):
        require_what_is_not_there()


def test_vectors_are_read_from_the_folder_that_is_named(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty / "named" / "clock").mkdir(parents=True)
    (empty / "named" / "clock" / "vectors.json").write_text('{"vectors": [{"id": "a"}, {"id": "b"}]}')
    monkeypatch.setenv(sources.VARIABLE, str(empty / "named"))

    assert [parameter.id for parameter in sources.cases("clock")] == ["a", "b"]
