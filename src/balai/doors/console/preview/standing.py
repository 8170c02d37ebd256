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
        self.hall: PreviewHall | None = None
        self.look: FolderLook | None = None
        self.shown: FolderLook | None = None  # the newest that could be read

    def take(self, look: FolderLook) -> None:
        """Let a new look stand."""
        with self._lock:
            self.look, self._number = look, self._number + 1
            if look.judged is not None:
                self.shown = look

    @property
    def name(self) -> str:
        """Name the look that stands now."""
        return f"{self._run}-{self._number}"


STANDING = PreviewStanding()
