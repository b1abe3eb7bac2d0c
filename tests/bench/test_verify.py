"""The benchmark of a verification measures one that refuses what it must, against a baseline that checks the same signatures."""

import pytest

from bench import verify


def test_the_share_and_its_baseline_come_from_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "PHONES", 3)
    monkeypatch.setattr(verify, "ROUNDS", 2)

    share, speed = verify.measure()

    assert share["unit"] == "%"
    assert speed["baseline"] is not None
    assert share["value"] == pytest.approx(
        100 * float(str(speed["value"])) / float(str(speed["baseline"])), abs=1
    )
    assert share["target"] == 80.0


def test_a_verification_that_refused_nothing_would_not_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "PHONES", 1)
    monkeypatch.setattr(verify.status_list, "check", lambda *_given, **_named: 0.0)

    with pytest.raises(SystemExit, match="REVOKED was not refused"):
        verify.measure()
