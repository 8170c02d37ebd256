"""A bound on what one request may upload, told before it is read: a page of words instead of a full disk."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class Capped(FileUploadHandler):
    """Refuses a request whose files together exceed `BALAI_UPLOAD_BYTES` (40 MB unless set); the first upload handler.

    :raises RequestDataTooBig: which becomes the page for 413.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.most = int(getattr(settings, "BALAI_UPLOAD_BYTES", 40_000_000))
        self.taken = 0

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Refuse by the length the sender declares, before anything is read."""
        self._bound(content_length)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Refuse by what really came, whatever was declared; pass the chunk on."""
        self.taken += len(raw_data)
        self._bound(self.taken)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers after this one."""

    def _bound(self, size: int) -> None:
        if size > self.most:
            raise RequestDataTooBig(f"the upload is larger than {self.most} bytes")
