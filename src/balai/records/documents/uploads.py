"""Uploads on their way in: too large is refused before it is read, and what is spooled to disk is sealed.

Django spools large uploads as plaintext. Here they go into a nameless file, sealed under a key that only this request
knows; it is gone with the request, even when the process is killed. Setting: FILE_UPLOAD_HANDLERS.
"""

import secrets
import tempfile
from io import BufferedReader
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, MemoryFileUploadHandler

from balai.records.documents.sealing import SealedFile, Sealer

# One page of a form with several files; each file has its own limit when it is stored.
MAX_REQUEST = 64 * 1024 * 1024


def _refuse_too_large(content_length: int | None) -> None:
    if content_length is not None and content_length > getattr(settings, "BALAI_MAX_REQUEST", MAX_REQUEST):
        raise RequestDataTooBig("the request is larger than this installation takes")


class MemoryUpload(MemoryFileUploadHandler):
    """Small uploads, kept in memory; the first handler, so the one that refuses what is too large."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Refuse by the declared length, which the server enforces, before a byte is read."""
        _refuse_too_large(content_length)
        super().handle_raw_input(input_data, META, content_length, boundary, encoding)


class SealedUpload(FileUploadHandler):
    """Larger uploads, spooled sealed."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._key = secrets.token_bytes(32)
        self._file = cast(BinaryIO, tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR))  # noqa: SIM115  # outlives us
        self._sealer = Sealer(self._file, self._key)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Seal a piece."""
        self._sealer.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[Any]":
        """Hand the file out as if it were plain; closing it ends it."""
        size = self._sealer.finish()
        self._file.flush()
        plain = BufferedReader(SealedFile(self._file, self._key, size))
        return UploadedFile(plain, self.file_name, self.content_type, size, self.charset, self.content_type_extra)

    def upload_interrupted(self) -> None:
        """Let go of a file whose sender went away."""
        if hasattr(self, "_file"):
            self._file.close()
