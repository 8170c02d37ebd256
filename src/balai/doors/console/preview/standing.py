"""What this process previews now: the newest look, the hall it stands in, and a name for each look that pages ask by."""

import threading
from secrets import token_hex

from balai.doors.console.preview.hall import PreviewHall
from balai.doors.console.preview.look import FolderLook


class PreviewStanding:
    """The one preview of a process; written by whoever watches, read by pages."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._run, self._number = token_hex(4), 0
        self._results = 0
        self.hall: PreviewHall | None = None
        self.look: FolderLook | None = None
        self.shown: FolderLook | None = None  # the newest that could be read

    def take(self, look: FolderLook) -> None:
        """Let a new look stand, or what came of rehearsing the one that stands."""
        with self._lock:
            again = self.look is not None and self.look.judged is look.judged and look.judged is not None
            self.look, self._number, self._results = look, self._number + (not again), self._results + 1
            if look.judged is not None:
                self.shown = look

    @property
    def name(self) -> str:
        """Name the look that stands now: what was read, and what came of it so far, which a map alone shows."""
        return f"{self._run}-{self._number} {self._results}"

    @property
    def news(self) -> str:
        """Say what every page asks for: the name, and how many faults there are, `-` while that is found out."""
        look = self.look
        return f"{self.name} {len(look.faults) if look is not None and look.rehearsed else '-'}"


STANDING = PreviewStanding()
