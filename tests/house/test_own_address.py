"""One address says all: from `BALAI_URL` follow forms, cookies, HSTS, hosts and every link; no header of a visitor does."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.house.source import ROOT, modules, name_of, nodes
from tests.warm import Warm, started

KEPT_BY_NAME = {
    "project/rsgi.py"
}  # a copy of a public page is kept under the name it was asked for, and makes no link of it
FROM_THE_VISITOR = {"get_host", "get_port", "build_absolute_uri", "get_current_site", "is_secure"}
ASK = """
import io, json, sys
from balai.project import wsgi
from django.conf import settings
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.urls import path

def tell(request):
    told = {"secure": request.is_secure(), "link": request.build_absolute_uri("/akun/confirm-email/x/"),
            "token": get_token(request), "method": request.method}
    return HttpResponse(json.dumps(told), content_type="application/json")

from balai.project import urls
urls.urlpatterns.insert(0, path("tell/", tell))

def ask(method, where, **headers):
    told = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": where, "QUERY_STRING": "", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000",
               "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
               "wsgi.errors": sys.stderr, **headers}
    body = b"".join(wsgi.application(environ, lambda status, headers, *_: told.extend([status, headers])))
    return {"status": int(told[0][:3]), "headers": [[n.lower(), v] for n, v in told[1]], "body": body.decode()}

steps = json.load(sys.stdin)
answers = []
for method, where, headers in steps:
    if method == "POST":
        page = ask("GET", "/tell/", HTTP_HOST=headers["HTTP_HOST"])
        cookie = next(v for n, v in page["headers"] if n == "set-cookie")
        headers["HTTP_COOKIE"] = cookie.split(";")[0]
        headers["HTTP_X_CSRFTOKEN"] = json.loads(page["body"])["token"]
    answers.append(ask(method, where, **headers))
answers.append({name: getattr(settings, name) for name in
    ("BALAI_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE",
     "LANGUAGE_COOKIE_SECURE", "ALLAUTH_TRUSTED_PROXY_COUNT", "ACCOUNT_DEFAULT_HTTP_PROTOCOL")})
print(json.dumps(answers))
"""


Ask = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with started() as process:
        yield process


@pytest.fixture
def ask(warm: Warm, tmp_path: Path) -> Ask:
    """Send requests as the server hands them over, in a process with these settings; the last answer is the settings."""

    def ask(url: str, *steps: tuple[str, str, dict[str, str]], **settings: str) -> list[Any]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("BALAI_", "DJANGO_"))}
        told = warm.run(
            ASK, clean | {"PYTHONPATH": str(ROOT / "src"), "BALAI_HOME": str(tmp_path), "BALAI_URL": url} | settings,
            typed=json.dumps(steps),
        )  # fmt: skip
        assert told.returncode == 0, told.stderr
        return list(json.loads(told.stdout.splitlines()[-1]))

    return ask


def header(answer: dict[str, Any], name: str) -> list[str]:
    return [value for key, value in answer["headers"] if key == name]


# What the browser sends as Origin, and what a proxy may make of Host: with the port, without it, or its own.
PLACES = [
    ("https://layanan.kota.example", "https://layanan.kota.example", "layanan.kota.example"),
    ("https://layanan.kota.example", "https://layanan.kota.example", "127.0.0.1:8000"),
    ("https://layanan.kota.example/", "https://layanan.kota.example", "layanan.kota.example:8000"),
    ("https://Layanan.Kota.Example:443", "https://layanan.kota.example", "layanan.kota.example"),
    ("https://layanan.kota.example:8443", "https://layanan.kota.example:8443", "layanan.kota.example"),
    ("https://layanan.kota.example:8443", "https://layanan.kota.example:8443", "layanan.kota.example:8443"),
    ("https://[2001:db8::7]:8443", "https://[2001:db8::7]:8443", "[2001:db8::7]"),
    ("http://10.7.0.3:9000", "http://10.7.0.3:9000", "10.7.0.3:9000"),
    ("http://10.7.0.3:9000", "http://10.7.0.3:9000", "10.7.0.3"),
    ("http://127.0.0.1:8000", "http://localhost:8000", "localhost:8000"),
    ("http://127.0.0.1:8000", "http://localhost:9999", "localhost:9999"),  # a tunnel, a mapped port
]


@pytest.mark.parametrize("url", sorted({url for url, _, _ in PLACES}))
def test_a_browsers_form_is_taken_at_the_halls_address(ask: Ask, url: str) -> None:
    places = [(origin, host) for each, origin, host in PLACES if each == url]
    steps = [
        ("POST", "/tell/", {"HTTP_HOST": host, "HTTP_ORIGIN": each})
        for origin, host in places
        for each in (origin, "https://elsewhere.example")
    ]
    *answers, settings = ask(url, *steps)
    for (origin, host), taken, foreign in zip(places, answers[::2], answers[1::2], strict=True):
        assert taken["status"] == 200, (origin, host, taken["body"])
        assert foreign["status"] == 403, (origin, host)
        told = json.loads(taken["body"])
        assert told["secure"] is url.startswith("https")
        assert told["link"].startswith(settings["BALAI_URL"] + "/")


def test_a_form_without_an_origin_is_judged_by_its_referer(ask: Ask) -> None:
    url, host = "https://layanan.kota.example:8443", {"HTTP_HOST": "layanan.kota.example"}
    taken, foreign, silent, _ = ask(
        url,
        ("POST", "/tell/", host | {"HTTP_REFERER": f"{url}/akun/login/"}),
        ("POST", "/tell/", host | {"HTTP_REFERER": "https://elsewhere.example/"}),
        ("POST", "/tell/", dict(host)),
    )  # fmt: skip
    assert [taken["status"], foreign["status"], silent["status"]] == [200, 403, 403]


def test_an_https_address_makes_every_answer_secure(ask: Ask) -> None:
    host = {"HTTP_HOST": "layanan.kota.example"}
    page, machine, lost, probe, settings = ask(
        "https://layanan.kota.example", ("GET", "/tell/", host), ("GET", "/api/nowhere", host),
        ("GET", "/nowhere/", host), ("GET", "/health/live", host),
    )  # fmt: skip
    for answer in (page, machine, lost, probe):
        assert header(answer, "strict-transport-security") == ["max-age=31536000"], answer
    (cookie,) = header(page, "set-cookie")
    assert "; Secure" in cookie
    assert "Domain" not in cookie
    assert settings["SESSION_COOKIE_NAME"] == "__Host-balai"
    assert settings["CSRF_COOKIE_NAME"] == "__Host-csrf"
    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["LANGUAGE_COOKIE_SECURE"]
    assert settings["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1  # somebody ends TLS before us
    assert settings["ACCOUNT_DEFAULT_HTTP_PROTOCOL"] == "https"
    assert set(settings["ALLOWED_HOSTS"]) == {"layanan.kota.example", "127.0.0.1", "localhost", "[::1]"}


def test_a_plain_address_stays_plain_whatever_a_visitor_says(ask: Ask) -> None:
    says = {"HTTP_HOST": "localhost:8000", "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_HOST": "evil.example"}
    page, settings = ask("http://127.0.0.1:8000", ("GET", "/tell/", says))
    assert header(page, "strict-transport-security") == []
    told = json.loads(page["body"])
    assert not told["secure"]
    assert told["link"] == "http://127.0.0.1:8000/akun/confirm-email/x/"
    assert "Secure" not in header(page, "set-cookie")[0]
    assert settings["SESSION_COOKIE_NAME"] == "balai"
    assert settings["ALLAUTH_TRUSTED_PROXY_COUNT"] == 0


def test_no_header_of_a_visitor_reaches_a_link(ask: Ask) -> None:
    named = ("GET", "/tell/", {"HTTP_HOST": "layanan.kota.example:6666", "HTTP_X_FORWARDED_PROTO": "http"})
    other = ("GET", "/tell/", {"HTTP_HOST": "kota-lama.example"})
    foreign = ("GET", "/tell/", {"HTTP_HOST": "elsewhere.example"})
    port, second, refused, settings = ask(
        "https://layanan.kota.example", named, other, foreign, BALAI_HOSTS="kota-lama.example, .desa.example"
    )
    for answer in (port, second):
        assert json.loads(answer["body"])["link"] == "https://layanan.kota.example/akun/confirm-email/x/"
    assert refused["status"] == 400
    assert {"kota-lama.example", ".desa.example", "layanan.kota.example"} <= set(settings["ALLOWED_HOSTS"])
    assert set(settings["CSRF_TRUSTED_ORIGINS"]) == {
        "https://layanan.kota.example", "https://kota-lama.example", "https://*.desa.example",
    }  # fmt: skip


def test_no_source_of_ours_asks_the_visitor_where_the_hall_is() -> None:
    """A link made of Host would lead where whoever sent the header wants."""
    asked = {
        f"{name_of(path)}: {node.attr if isinstance(node, ast.Attribute) else node.id}"
        for path in modules()
        for node in nodes(path)
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) in FROM_THE_VISITOR
    }
    assert asked == set()
    for kind in ("HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "SERVER_NAME"):
        holders = {name_of(path) for path in modules() if kind in path.read_text("utf-8")}
        assert {name for name in holders if not name.startswith("doors/console/bench/")} - KEPT_BY_NAME == set(), kind


@pytest.mark.parametrize("command", ["serve", "worker", "backup"])
def test_a_hall_with_a_nonsense_address_does_not_start(tmp_path: Path, command: str) -> None:
    words = [command, *([str(tmp_path / "out")] if command == "backup" else []), "--home", str(tmp_path / "home")]
    told = subprocess.run(
        [sys.executable, "-m", "balai.doors.console", *words], capture_output=True, text=True, check=False, timeout=60,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "BALAI_URL": "layanan.kota.example/ "},
    )  # fmt: skip
    assert told.returncode == 1
    assert told.stderr.startswith("balai: BALAI_URL is 'layanan.kota.example/ ': it has spaces")
    assert len(told.stderr.splitlines()) == 1
    assert not (tmp_path / "home").exists()
