"""The demonstration's own pages answer this machine alone, and nobody whom something passed on."""

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from balai.doors.console.demo import web

PASSED_ON = [
    "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Server",
    "X-Forwarded-Prefix", "X-Forwarded", "Forwarded-For", "X-Real-IP", "Via", "CF-Connecting-IP", "CF-Connecting-IPv6", "CF-Ray",
    "True-Client-IP", "Fastly-Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "Client-IP", "X-Original-Forwarded-For",
    "X-Original-URL", "X-Original-Host", "X-Envoy-External-Address", "X-Azure-ClientIP", "X-AppEngine-User-IP", "Fly-Client-IP",
    "X-ProxyUser-Ip", "WL-Proxy-Client-IP", "Proxy-Client-IP", "X-Amzn-Trace-Id", "Ngrok-Trace-Id", "CDN-Loop",
]  # fmt: skip


@pytest.fixture(autouse=True)
def demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "is_demo", lambda: True)


@web.demo_only
def page(request: HttpRequest) -> HttpResponse:
    """Answer something."""
    return HttpResponse("demonstration")


def test_this_machine_is_answered() -> None:
    usual = {"accept-language": "id", "user-agent": "x", "referer": "http://127.0.0.1:8000/", "origin": "http://127.0.0.1:8000",
             "x-requested-with": "XMLHttpRequest", "dnt": "1", "sec-fetch-site": "same-origin", "priority": "u=0"}  # fmt: skip
    assert page(RequestFactory().get("/demo/", headers=usual)).status_code == 200


@pytest.mark.parametrize("header", PASSED_ON)
def test_whatever_was_passed_on_finds_nothing(header: str) -> None:
    with pytest.raises(Http404):
        page(RequestFactory().get("/demo/", headers={header: "127.0.0.1"}))
    with pytest.raises(Http404):
        page(RequestFactory().get("/demo/", headers={header: ""}))


@pytest.mark.parametrize("address", ["10.0.0.1", "2001:db8::1", "", "nonsense"])
def test_another_machine_finds_nothing(address: str) -> None:
    with pytest.raises(Http404):
        page(RequestFactory().get("/demo/", REMOTE_ADDR=address))
