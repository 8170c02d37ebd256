"""Too large an upload is a page that says so, and is not read to its end."""

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from balai.base.pages import uploads

HANDLERS = [
    "balai.base.pages.uploads.Capped",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]


@override_settings(FILE_UPLOAD_HANDLERS=HANDLERS, BALAI_UPLOAD_BYTES=1000)
@pytest.mark.parametrize("csrf", [True, False])
def test_a_large_upload_is_413_in_plain_words(csrf: bool) -> None:
    client = Client(enforce_csrf_checks=csrf)
    client.get("/v/")  # hands out the CSRF cookie, without which nothing is read at all
    response = client.post("/v/", {"file": SimpleUploadedFile("a.pdf", b"x" * 2000, "application/pdf")})
    assert response.status_code == 413
    assert "terlalu besar" in response.content.decode()


def test_a_sender_that_lies_about_the_length_is_caught_on_the_way() -> None:
    with override_settings(BALAI_UPLOAD_BYTES=10):
        handler = uploads.Capped()
        assert handler.receive_data_chunk(b"12345", 0) == b"12345"
        with pytest.raises(RequestDataTooBig):
            handler.receive_data_chunk(b"678901", 5)
