from pathlib import Path

import _setup
import pytest


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(_setup, "ROOT", tmp_path)
    monkeypatch.setattr(_setup, "STATE", tmp_path / "state")
    (tmp_path / "state").mkdir()
    file = tmp_path / "锁 lock.txt"
    file.write_text("one")
    return file


def make_step(source: Path) -> _setup.Step:
    product = source.with_name("product")
    return _setup.Step(
        "sample", "Sample", [source], [product], lambda _log: product.write_text("made") and None
    )


def test_step_is_due_until_it_ran(source: Path) -> None:
    step = make_step(source)

    before = step.is_current()
    step.run()

    assert (before, step.is_current()) == (False, True)


def test_changed_input_makes_the_step_due(source: Path) -> None:
    make_step(source).run()

    source.write_text("two")

    assert not make_step(source).is_current()


def test_missing_product_makes_the_step_due(source: Path) -> None:
    make_step(source).run()

    source.with_name("product").unlink()

    assert not make_step(source).is_current()


def test_moved_tree_makes_the_step_due(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_step(source).run()
    monkeypatch.setattr(_setup, "ROOT", source.parents[1])

    assert not make_step(source).is_current()


def test_failed_step_shows_the_program_s_output_and_stays_due(source: Path) -> None:
    def fail(log: Path) -> None:
        _setup._call(log, "sh", "-c", "echo no space left; exit 3")

    step = _setup.Step("sample", "Sample", [source], [], fail)

    with pytest.raises(_setup.StepFailed, match=r"no space left\nsh -c .* ended with 3"):
        step.run()

    assert not step.is_current()
