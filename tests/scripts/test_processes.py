"""The scripts' child processes."""

from scripts.conftest import SCRIPT, started

ASKED_TO_END_WHILE_IT_LOOKS = """
import os, signal, sys, threading
sys.path.insert(0, sys.argv[1])
from _processes import EndRequested, has_ended, heed_endings, start

class Lock:
    # What Popen collects its child under; the request to end comes just after it was taken.
    def __init__(self):
        self.inner = threading.Lock()
    def acquire(self, *given):
        taken = self.inner.acquire(*given)
        os.kill(os.getpid(), signal.SIGTERM)
        return taken
    def release(self):
        self.inner.release()
    __enter__ = lambda self: self.inner.acquire()
    __exit__ = lambda self, *_: self.inner.release()

heed_endings()
child = start([sys.executable, "-c", "import time; time.sleep(600)"])
child._waitpid_lock = Lock()
try:
    has_ended(child)
except EndRequested:
    child.kill()
    print("asked to end; the child ended with", child.wait(timeout=20))
"""


def test_a_request_to_end_that_comes_while_a_child_is_looked_at_blocks_nobody() -> None:
    script = started(ASKED_TO_END_WHILE_IT_LOOKS, str(SCRIPT))

    out, said = script.communicate(timeout=60)

    assert (out, said) == ("asked to end; the child ended with -9\n", "")
