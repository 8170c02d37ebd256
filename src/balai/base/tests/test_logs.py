"""What a log line says of a request that failed, and what it never says."""

import logging
from collections.abc import Iterator
from io import StringIO
from logging.config import DictConfigurator

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, re_path
from django.utils.module_loading import import_string

from balai.base import logs

CODE, SETUP = "7K3MQ2XF9HJKWZ4T8VBN", "dGhpc19pcy1hLXNldHVwLXRva2Vu8AbC"
RESET = "2vx-c9f8ae-1f0e7b6d5c4a39281706f5e4d3c2b1a0"
PERSON = {"siti@example.test", "+6281234567890", "0812 3456 7890", "0812-3456-7890", "9901014101900001"}


def fail(request: HttpRequest, **given: str) -> HttpResponse:
    """Fall over with all that a bug may know."""
    raise KeyError(f"no {given} among {sorted(PERSON)} with {CODE} {SETUP} {request.POST.get('kode')}")


urlpatterns = [
    path("pemasangan/<str:token>/", fail),
    path("lacak/<str:number>/<str:code>/", fail),
    path("akun/x/<str:key>/", fail),
    re_path(r"^akun/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", fail),
    path("berkas/<str:number>/", fail),
    path("", include("balai.base.pages.urls")),
    path("", include("balai.records.people.urls")),
    path("akun/", include("allauth.urls")),
]


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """Hear what the hall's own handler would write."""
    made: logging.Formatter = DictConfigurator({}).configure_formatter(dict(settings.LOGGING["formatters"]["line"]))  # type: ignore[no-untyped-call]
    heard = StringIO()
    handler = logging.StreamHandler(heard)
    handler.setFormatter(made)
    logging.getLogger().addHandler(handler)
    yield heard
    logging.getLogger().removeHandler(handler)


def ask(address: str, **posted: str) -> int:
    client = Client(raise_request_exception=False)
    answer = client.post(address, posted) if posted else client.get(address)
    return int(answer.status_code)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "secret"),
    [
        (f"/pemasangan/{SETUP}/", SETUP), (f"/pemasangan/{SETUP}", SETUP), ("/pemasangan/pendek/", "pendek"),
        (f"/lacak/SKU-7K3M-Q2XF/{CODE}/", CODE), (f"/lacak/SKU-7K3M-Q2XF/{CODE.lower()}", CODE.lower()),
        (f"/akun/password/reset/key/{RESET}/", RESET.partition("-")[2]), ("/akun/x/aku-dan-kamu/", "aku-dan-kamu"),
        (f"/tidak-ada/{CODE}/", CODE), ("/tidak-ada/siti@example.test/", "siti@example.test"),
        ("/tidak-ada/9901014101900001", "9901014101900001"),
    ],
)  # fmt: skip
def test_no_secret_of_an_address_is_in_a_line_or_its_traceback(lines: StringIO, address: str, secret: str) -> None:
    assert ask(address) in (301, 404, 500)
    said = lines.getvalue()
    assert secret not in said


@pytest.mark.urls(__name__)
def test_a_bug_tells_its_traceback_and_nobody_by_name(lines: StringIO) -> None:
    assert ask("/berkas/SKU-7K3M-Q2XF/", kode=CODE) == 500
    said = lines.getvalue()
    assert "Traceback" in said and "test_logs.py" in said and "KeyError" in said, "whoever mends it must find the place"
    assert "Internal Server Error: /berkas/SKU-7K3M-Q2XF/" in said, "a case's number opens nothing"
    assert not [each for each in (*PERSON, CODE, SETUP) if each in said]


@pytest.mark.parametrize(
    "kept",
    [
        "2026-11-30 21:55:01,436", "SKU-7K3M-Q2XF", "9b2f1c3e-5d6a-4f7b-8c9d-0e1f2a3b4c5d", "GET /meja/berkas/",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "balai.records.people.web.RequireSecondFactor",
        "attempt 12 after 3600 seconds", "127.0.0.1:8000", "kel-64.72.05.1003", "SELECT count(*) FROM base_dispatch",
    ],
)  # fmt: skip
def test_what_an_operator_needs_stays(kept: str) -> None:
    assert logs.blot(kept) == kept


@pytest.mark.parametrize(
    "said", [*sorted(PERSON), CODE, "-".join(CODE[at : at + 4] for at in range(0, 20, 4)), SETUP, "62 812 3456 7890"]
)
def test_shapes_of_secrets_are_blotted_out_wherever_they_stand(said: str) -> None:
    assert said not in logs.blot(f"550 5.1.1 <{said}>: refused ({said}) '{said}'")


def test_every_handler_of_the_hall_writes_so() -> None:
    used = {handler["formatter"] for handler in settings.LOGGING["handlers"].values()}
    for name in used:
        assert issubclass(
            import_string(settings.LOGGING["formatters"][name].get("()", "logging.Formatter")), logs.Redacting
        )
    assert any(isinstance(handler.formatter, logs.Redacting) for handler in logging.getLogger().handlers)


def test_a_line_that_tells_of_no_request_is_written_too(lines: StringIO) -> None:
    try:
        raise ValueError("Key (email)=(siti@example.test) already exists")
    except ValueError:
        logging.getLogger("balai.trial").exception("job failed for %s", "0812 3456 7890")
    said = lines.getvalue()
    assert "job failed for ***" in said and "Key (email)=(***)" in said and "siti" not in said


class Odd(Exception):
    """A fault whose words repeat what somebody typed."""


@pytest.mark.parametrize(
    "words",
    [
        "no person called Siti Aminah here", "'Siti Aminah' is not a village", 'Key (name)=(Siti Aminah) already exists',
        "invalid literal: 'Aminah, Siti'", "{'name': 'Siti Aminah', 'age': 3}", "Siti Aminah", "not SITI AMINAH", "for Dr. Siti Aminah, S.H.",
        "cannot print \"Siti's Aminah shop\"",
    ],
)  # fmt: skip
def test_no_name_of_an_exceptions_own_words_is_in_a_line(lines: StringIO, words: str) -> None:
    try:
        try:
            raise Odd(words)
        except Odd as error:
            logging.getLogger("balai.trial").error("refused: %s", error)
            raise RuntimeError(f"after {words}") from error
    except RuntimeError:
        logging.getLogger("balai.trial").exception("job failed")
    said = lines.getvalue()
    assert "aminah" not in said.lower() and "siti" not in said.lower(), said
    assert "Odd: " in said and "RuntimeError: after" in said and "test_logs.py" in said and "refused: " in said


@pytest.mark.parametrize(
    "words",
    [
        "'village'", "no such column: cases_case.stuck_at", "invalid literal for int() with base 10: 'abc'",
        "[Errno 28] No space left on device: '/var/lib/balai/documents/ab'", "NOT NULL constraint failed: base_deed.id",
        "module 'balai.base.sql' has no attribute 'rows'", "timed out after 20 seconds",
    ],
)  # fmt: skip
def test_what_helps_to_mend_it_stays_in_an_exceptions_words(lines: StringIO, words: str) -> None:
    try:
        raise Odd(words)
    except Odd:
        logging.getLogger("balai.trial").exception("job failed")
    assert f"Odd: {words}" in lines.getvalue()
