import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from foundation.postgres.conftest import forget
from scripts.conftest import SCRIPT, started
from tongban.foundation import postgres
from tongban.foundation.postgres.processes import servers_of

STAND_IN = Path(__file__).with_name("stand_in.py")
LAUNCH = """
import pathlib, sys
sys.path.insert(0, {script!r})
import _bench
_bench.HOME = pathlib.Path({home!r})
_bench.PREPARE = [sys.executable, {stand_in!r}, "prepare"]
_bench.MEASURE = [sys.executable, {stand_in!r}, "measure"]
sys.exit(_bench.main())
"""


@pytest.fixture
def home(tmp_path: Path, begin: Callable[[Path], None]) -> Iterator[Path]:
    folder = tmp_path / "bench"
    begin(folder)
    yield folder
    forget(folder)


def launch(home: Path) -> subprocess.Popen[str]:
    """Started; the benchmark's processes carry the home's path as their last word."""
    code = LAUNCH.format(script=str(SCRIPT), stand_in=str(STAND_IN), home=str(home))
    return started(code, str(home))


def is_measuring(home: Path) -> bool:
    word = os.fsencode(home)
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            if word in path.read_bytes().split(b"\0"):
                return True
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_end_it_leaves_no_process_server_or_file(home: Path, number: signal.Signals) -> None:
    bench = launch(home)
    assert bench.stdout is not None
    assert bench.stdout.readline() == "measuring\n"
    data = postgres.locate(home).data_directory
    assert servers_of(data) != []

    bench.send_signal(number)
    _, said = bench.communicate(timeout=60)

    assert (bench.returncode, said) == (130, "interrupted\n")
    assert servers_of(data) == []
    assert not home.exists()
    assert not data.exists()
    assert not is_measuring(home)


def test_a_second_run_at_the_same_time_is_refused(home: Path) -> None:
    first = launch(home)
    assert first.stdout is not None
    first.stdout.readline()

    second = launch(home)
    _, said = second.communicate(timeout=30)

    assert second.returncode == 1
    assert "measured already" in said
    assert first.poll() is None
    first.terminate()
    first.communicate(timeout=60)
