"""Uploads through real requests: spooled sealed, and too large refused unread."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

HANDLERS = ["balai.records.documents.uploads.MemoryUpload", "balai.records.documents.uploads.SealedUpload"]
SEEN: dict[str, Any] = {}


def take(request: HttpRequest) -> HttpResponse:
    file = request.FILES["file"]
    assert isinstance(file, UploadedFile)
    folder = Path(SEEN["folder"])
    SEEN["names"] = list(folder.iterdir())
    SEEN["spool"] = b""
    for entry in Path(f"/proc/{os.getpid()}/fd").iterdir():
        target = os.readlink(entry) if entry.is_symlink() else ""
        if target.startswith(str(folder)):  # "…/#123 (deleted)": the nameless file
            SEEN["spool"] = entry.read_bytes()
    SEEN["data"] = b"".join(file.chunks())
    SEEN["name"], SEEN["size"] = file.name, file.size
    return HttpResponse("ok")


urlpatterns = [path("", take)]
handler400 = "balai.base.pages.refusals.bad_request"
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def spool(settings: Any, tmp_path: Path) -> None:
    settings.MIDDLEWARE = []  # which would ask for addresses that are not here
    settings.FILE_UPLOAD_HANDLERS = HANDLERS
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    SEEN.clear()
    SEEN["folder"] = str(tmp_path)


@pytest.mark.parametrize("size", [10, 499_000, 3_000_000])
def test_what_is_sent_arrives(client: Client, size: int) -> None:
    data = os.urandom(size)
    assert client.post("/", {"file": SimpleUploadedFile("foto.jpg", data)}).content == b"ok"
    assert (SEEN["data"], SEEN["name"], SEEN["size"]) == (data, "foto.jpg", size)


def test_a_spooled_upload_lies_sealed_in_a_file_without_a_name(client: Client) -> None:
    data = b"rahasia Siti " * 200_000
    client.post("/", {"file": SimpleUploadedFile("surat.pdf", data)})
    assert SEEN["names"] == []
    assert len(SEEN["spool"]) > len(data)
    assert b"rahasia" not in SEEN["spool"]
    assert SEEN["data"] == data


class Unreadable:
    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def test_a_request_of_200_mb_is_refused_unread() -> None:
    environ = RequestFactory().get("/").META | {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "CONTENT_LENGTH": str(200 * 1024 * 1024),
        "wsgi.input": Unreadable(),
    }
    request = WSGIRequest(environ)
    with pytest.raises(RequestDataTooBig):
        request.FILES  # noqa: B018
