"""Memory that the machine lends as a folder: what tests write and throw away waits for no disk there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 — what lies in it has a name nobody can know beforehand
# Bytes: the suite leaves a few hundred megabytes there, and a machine needs its memory for more than tests.
ENOUGH = 6 * 2**30


def is_enough(folder: Path) -> bool:
    """Tell whether a folder in memory can hold what the tests write, and lets programs be run from it."""
    try:
        told = os.statvfs(folder)
    except OSError:
        return False
    return told.f_bavail * told.f_frsize >= ENOUGH and not told.f_flag & os.ST_NOEXEC and os.access(folder, os.W_OK)


@contextmanager
def temporary(memory: Path = MEMORY) -> Iterator[None]:
    """Let whatever is temporary, here and in every process started meanwhile, lie in memory; on the disk where there is too little.

    A folder somebody named by TMPDIR is kept.
    """
    if "TMPDIR" in os.environ or not is_enough(memory):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="balai-tests-", dir=memory) as folder:
        # PostgreSQL and a deployed hall's user have folders of their own in it
        os.chmod(folder, 0o711)  # noqa: S103
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        try:
            yield
        finally:
            del os.environ["TMPDIR"]
            tempfile.tempdir = None
