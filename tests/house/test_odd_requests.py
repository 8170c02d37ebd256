"""No request of a stranger's making is a fault of ours: odd signs, numbers, names, bytes and methods, at every address.

Every address of the table of answers (`tests/house/matrix.yaml`) is asked by somebody who may come in, since whoever is turned away at
the entrance meets no reader of what is sent. The forms are those the pages show. The long search makes its own values.
"""

import ast
import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode, urljoin
from uuid import uuid4

import pytest
from django.contrib.messages import constants
from django.http import HttpResponseBase
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.house.source import SOURCE, modules
from tests.matrix import Line, fill, read_lines, route_of
from tests.world import World

from balai.base.pages.refusals import SECRET

SHORT = ("²", "9" * 5_000, "\x00", "\ud800", "x" * 12_000)  # the default; the long suite tries all
ODD = (
    *SHORT, "٣٤٥", "１２", "Ⅷ", "a\u202eb", "\u200b", "\ufeff1", "1e400", "NaN", "-1", "0",
    "9" * 30, "[" * 3_000, "9999-99-99", "0001-01-01", "10000-01-01", "٢٠٢٦-٠١-٠١", "²" * 16, "%00", "\r\n", "{}", "[[]]", "../../", "",
)  # fmt: skip
ASKED = (
    "cari", "q", "halaman", "meja", "pilih", "kelas", "langkah", "layanan", "jenis", "berkas", "lebar", "sebelum", "tujuan", "dari",
    "sampai", "pesan", "setelah", "kembali", "next", "nib", "tahun", "bulan", "for", "ke", "side", "which", "limit", "thread",
)  # fmt: skip
METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "BREW")  # and HEAD
BODIES = (b"", b"\xff\xfe\x00", b"--x\r\n", b'{"a":1}', b"a=%ff%fe&a=%00&a=1&a=2&%ff=1", b"[" * 3_000)
KINDS = (
    "text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary=x", "application/xml", "",
    "application/x-www-form-urlencoded; charset=utf-16", "x" * 3_000, "application/x-www-form-urlencoded; charset=nope",
)  # fmt: skip
COMERS = ("siti", "budi", "ratna", "admin", "auditor", "archivist", "counter", "joko", "guest", "code")
KEYS = ("siti-token", "budi-token", "no-token")
TAKEN = ("page", "done", "led", "422", "409")
FIELD = re.compile(r"<(?:input|select|textarea)\b[^>]*?\bname=\"([^\"]+)\"")


@dataclass
class Found:
    """What was answered as a fault of ours, each kind once."""

    world: World
    faults: dict[str, str] = field(default_factory=dict)

    def ask(self, told: str, send: Callable[[], HttpResponseBase]) -> HttpResponseBase:
        """Send, undo what was done, and remember a fault; 503 says by itself what is not to be had."""
        with self.world.undone():
            answer = send()
            if answer.streaming:
                for _ in answer.streaming_content:  # type: ignore[attr-defined]
                    pass
        if answer.status_code >= 500 and answer.status_code != 503:
            raised = getattr(answer, "exc_info", None)
            self.faults.setdefault(
                told, f"{answer.status_code} {raised[1]!r:.160}" if raised else str(answer.status_code)
            )
        return answer


@pytest.fixture
def found(world: World) -> Found:
    """Have nothing found yet."""
    return Found(world)


LINES = read_lines()
# By default each address meets some sorts of odd requests and some of their signs, the next address the next ones; the long suite asks
# each for all of all.
TURNS = {"asks": 0, "forms": 0, "parts": 1, "bodies": 1, "methods": 1}
few_or_all = pytest.mark.parametrize("odds", [SHORT, pytest.param(ODD, marks=pytest.mark.long)], ids=["few", "all"])


def in_turn(all: Sequence[Any], at: int, count: int, whole: bool) -> Sequence[Any]:
    """Give some of a row, going on from address to address so that each comes often; or the `whole` row."""
    return all if whole else [all[(at // 2 * count + step) % len(all)] for step in range(count)]


def addresses(sort: str, whole: bool) -> list[tuple[int, Line]]:
    """Number the addresses that a sort of odd requests comes to: every second one, while other sorts come to the rest; or all."""
    return [(number, line) for number, line in enumerate(LINES) if whole or number % 2 == TURNS[sort]]


def comer(line: Line, method: str) -> str:
    """Name somebody who gets through the entrance of an address by a method, "" when nobody does."""
    told = line.answers[method]
    return next((role for role in (*COMERS, *KEYS) if told.get(role) in TAKEN), "")


def plain(line: Line, found: Found) -> str:
    """Give a line's address without what it asks."""
    return fill(found.world, line.at).partition("?")[0]


def encoded(values: dict[str, str] | list[tuple[str, str]]) -> str:
    """Encode as browsers do, and what no browser would send too."""
    return urlencode(values, encoding="utf-8", errors="surrogatepass")


def fields_of(found: Found, browser: Client, line: Line) -> dict[str, str]:
    """Give the fields of the forms that a page shows, and what the table sends there."""
    shown = browser.get(plain(line, found))
    names = FIELD.findall(shown.content.decode("utf-8", "replace")) if not shown.streaming else []
    return dict.fromkeys(names, "1") | {name: fill(found.world, value) for name, value in line.sends.items()}


RAW = ("%ff%fe=%c3%28&%00=%00&&&=&;", "a[]=1&a[]=2&" * 300)


@few_or_all
def test_odd_words_in_what_an_address_asks(found: Found, odds: tuple[str, ...]) -> None:
    for number, line in addresses("asks", odds is ODD):
        if role := comer(line, "GET"):
            browser, at = found.world.browsers[role], plain(line, found)
            for odd in in_turn(odds, number, 1, odds is ODD):
                query = encoded(dict.fromkeys(ASKED, odd))
                found.ask(f"GET {line.at} {odd[:12]!r}", partial(browser.get, at + "?" + query))
            for raw in in_turn(RAW, number, 1, odds is ODD):
                found.ask(f"GET {line.at} {raw[:12]}", partial(browser.get, f"{at}?{raw}"))
    assert found.faults == {}


@few_or_all
def test_odd_words_in_forms(found: Found, odds: tuple[str, ...]) -> None:
    for number, line in addresses("forms", odds is ODD):
        role = comer(line, "POST")
        if not role or line.at.startswith("/api/"):
            continue
        browser, at = found.world.browsers[role], plain(line, found)
        fields = fields_of(found, browser, line) or {"a": "1"}
        for odd in in_turn(odds, number, 2, odds is ODD):
            everywhere = encoded(dict.fromkeys(fields, odd))
            alone = fields if len(odd) < 40 and (odds is ODD or odd == SHORT[number // 2 % 2 * 2]) else {}
            one_by_one = (encoded(fields | {name: odd}) for name in alone)
            for body in (everywhere, *one_by_one):
                send = partial(browser.generic, "POST", at, body, "application/x-www-form-urlencoded")
                found.ask(f"POST {line.at} {odd[:12]!r}", send)
    assert found.faults == {}


@few_or_all
def test_odd_parts_of_an_address(found: Found, odds: tuple[str, ...]) -> None:
    for number, line in addresses("parts", odds is ODD):
        for role in {comer(line, "GET"), comer(line, "POST")} - {""}:
            browser, at = found.world.browsers[role], plain(line, found)
            names = re.findall(r"\{([\w-]+)\}", line.at.partition("?")[0])
            places = [found.world.things[name] for name in names if name != "new"]  # that id is another each time
            for odd in in_turn(odds, number, 2, odds is ODD):
                for place in places:
                    word = quote(odd.encode("utf-8", "surrogatepass"), safe="")[:9_000] or "%20"
                    for method in ("GET", "POST"):
                        target = at.replace(place, word)
                        found.ask(f"{method} {line.at} {odd[:12]!r}", partial(browser.generic, method, target))
    assert found.faults == {}


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.long)], ids=["few", "all"])
def test_odd_bodies_and_types(found: Found, whole: bool) -> None:
    pairs = [(kind, body) for body in BODIES for kind in KINDS]
    for number, line in addresses("bodies", whole):
        if role := comer(line, "POST"):
            browser, at = found.world.browsers[role], plain(line, found)
            for kind, body in in_turn(pairs, number, 3, whole):
                send = partial(browser.generic, "POST", at, body, kind, HTTP_IDEMPOTENCY_KEY=str(uuid4()))
                found.ask(f"POST {line.at} {kind[:60]} {body[:9]!r}", send)
    assert found.faults == {}


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.long)], ids=["few", "all"])
def test_each_method_that_is_not_taken_has_its_page_and_says_what_is(found: Found, whole: bool) -> None:
    bare = []
    for number, line in addresses("methods", whole):
        for role in {comer(line, "GET") or comer(line, "POST")} - {""}:
            for method in ("HEAD", *in_turn(METHODS, number, 1, whole)):
                answer = found.ask(
                    f"{method} {line.at}", partial(found.world.browsers[role].generic, method, plain(line, found))
                )
                if answer.status_code == 405 and not (
                    answer.headers.get("Allow") and (answer.content or method == "HEAD")
                ):  # type: ignore[attr-defined]
                    bare.append(f"{method} {line.at}")
                if (
                    method == "HEAD"
                    and "?" not in line.at
                    and line.answers["GET"][role] == "page"
                    and answer.status_code != 200
                ):
                    bare.append(f"{method} {line.at} is not answered as GET is")
    assert found.faults == {} and bare == []


HEADS = (
    "HTTP_HOST", "HTTP_COOKIE", "HTTP_ACCEPT_LANGUAGE", "HTTP_RANGE", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_REFERER",
    "HTTP_ORIGIN", "HTTP_AUTHORIZATION", "HTTP_X_FORWARDED_FOR", "HTTP_USER_AGENT", "HTTP_ACCEPT", "HTTP_X_DRAFT_SECRET",
    "HTTP_IDEMPOTENCY_KEY", "REMOTE_ADDR",
)  # fmt: skip
SIGNS = ("\x00", "²", "\xff\xfe", "x" * 9_000, "balai.example:99999", "'\"", "../..", "9" * 400, "{}", "[::1", "")
PLACES = (
    "/",
    "/akun/login/",
    "/api/v1/inbox",
    "/tidak/ada",
    "/lacak/",
    "/v/AAAA",
    "/api/v1/services",
    "/meja/",
    "/-/x/y.css",
)


@pytest.mark.parametrize("much", [4, pytest.param(99, marks=pytest.mark.long)], ids=["few", "all"])
def test_odd_headers_and_cookies(found: Found, much: int) -> None:
    cookies = [f"{name}={sign}" for name in ("bahasa", "balai", "csrftoken", "messages") for sign in SIGNS[:much]]
    for at in PLACES[:much]:
        for name in HEADS:
            for value in (*SIGNS[:much], *(cookies if name == "HTTP_COOKIE" else ())):
                for method in ("GET", "POST"):
                    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
                    found.ask(
                        f"{method} {at} {name} {value[:14]!r}", partial(browser.generic, method, at, **{name: value})
                    )
    assert found.faults == {}


@pytest.mark.long
@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_whatever_is_sent_is_no_fault_of_ours(found: Found, data: st.DataObject) -> None:
    line = data.draw(st.sampled_from(LINES))
    role = comer(line, "POST") or comer(line, "GET")
    if role:
        browser, at = found.world.browsers[role], plain(line, found)
        fields = fields_of(found, browser, line)
        words = st.one_of(st.sampled_from(ODD), st.text(max_size=60), st.integers().map(str), st.dates().map(str))
        sent = [(name, data.draw(words)) for name in fields for _ in range(data.draw(st.integers(0, 2)))]
        found.ask(
            f"POST {line.at}", partial(browser.generic, "POST", at, encoded(sent), "application/x-www-form-urlencoded")
        )
        query = encoded(dict.fromkeys(ASKED, data.draw(words)))
        found.ask(f"GET {line.at}", partial(browser.get, f"{at}?{query}"))
    assert found.faults == {}


CREDENTIAL = {
    "id": "AAAA", "rawId": "AAAA", "type": "public-key", "clientExtensionResults": {},
    "response": {"clientDataJSON": "AAAA", "authenticatorData": "AAAA", "signature": "AAAA", "userHandle": "AAAA"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("at", "role"),
    [("login/", "guest"), ("add/", "siti"), ("add/", "budi"), ("reauthenticate/", "budi")],
)
def test_a_passkeys_answer_that_cannot_be_read_is_a_wrong_one(found: Found, at: str, role: str) -> None:
    parts = [CREDENTIAL | {name: value} for name in CREDENTIAL for value in (None, 1, "", "²", [], {})]
    sent = [
        "1" * 5_000,
        "[" * 3_000,
        "NaN",
        "null",
        "[]",
        "{}",
        '"a"',
        *(json.dumps(one) for one in (CREDENTIAL, *parts)),
    ]
    for credential in sent:
        body = encoded({"credential": credential, "name": "x"})
        browser, to = found.world.browsers[role], f"/akun/2fa/webauthn/{at}"
        found.ask(
            f"{to} {credential[:60]}", partial(browser.generic, "POST", to, body, "application/x-www-form-urlencoded")
        )
    assert found.faults == {}


def test_no_door_reads_digits_by_itself() -> None:
    careless = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for floor in (
            "doors/portal",
            "doors/desk",
            "doors/api",
            "rooms",
            "records/documents",
            "records/entrance",
            "base/pages",
        )
        for path in modules(floor)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"isdigit", "isdecimal", "isnumeric"}
    ]
    assert careless == [], "read it by base.numbers.whole"


# What is cut here was typed by nobody: made by us for a mark, told by a machine, or shown shorter and kept whole beside it.
SHORTENED = {
    "base/access_log.py", "base/logkeeping.py", "casework/notices", "casework/issuing/actions.py",
    "casework/issuing/signing.py", "casework/issuing/rules.py", "doors/desk/shown/figures.py", "casework/notices/rules.py", "records/people/actions/rows.py", "base/erasures.py", "base/pages/rendering.py", "records/documents/inspecting.py",
    "rooms/audits/rules.py", "rooms/audits/web/journals.py",
}  # fmt: skip
CUTS = re.compile(r"strip\(|split\(|\.(?:POST|GET)\b|^(?:reason|text|note|body|name|basis|purpose|evidence|typed|q)$")


def test_nothing_typed_is_cut() -> None:
    cut = [
        f"{path.relative_to(SOURCE)}:{node.lineno}: {said}"
        for floor in ("doors/portal", "doors/desk", "doors/api", "casework", "rooms", "records", "base")
        for path in modules(floor)
        if not str(path.relative_to(SOURCE)).startswith(tuple(SHORTENED))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and node.slice.lower is None
        if node.slice.upper is not None and CUTS.search(said := ast.unparse(node.value))
    ]
    assert not cut, "take it whole or refuse it: base.intake"
    ends = [f"{path.name}" for path in SOURCE.rglob("templates/**/*.html") if "maxlength=" in path.read_text("utf-8")]
    assert ends == [], "a pasted text is cut in silence there; say data-most, and let base.intake refuse"


# ---- nothing typed is lost -------------------------------------------------------------------------------------------

TYPES = ("text", "search", "email", "tel", "url", "number", "date", "time", "datetime-local")
REFUSED = (400, 403, 404, 405, 409, 413, 422)
ROLES = ("siti", "budi", "ratna", "admin", "auditor", "archivist", "joko", "guest", "code")


@dataclass
class Shown:
    """One form that a page shows: where it posts to, what it holds, and what a person types in it."""

    at: str
    to: str
    held: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)  # name to type
    secret: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    """Reads the posted forms of a page."""

    def __init__(self, at: str, page: str) -> None:
        super().__init__()
        self.at, self.shown, self.now, self.choice = at, list[Shown](), None, ""
        self.feed(page)

    now: Shown | None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.now = None
            if given.get("method", "").lower() == "post":
                self.now = Shown(self.at, urljoin(self.at, given.get("action", "") or self.at))
                self.shown.append(self.now)
            return
        name, form, kind = given.get("name", ""), self.now, given.get("type", "text")
        if form is None or (not name and tag != "option"):
            return
        if tag == "textarea":
            form.typed[name] = "textarea"
        elif tag == "select":
            self.choice = name
        elif tag == "option":
            if self.choice and given.get("value"):
                form.held.setdefault(self.choice, given["value"])
        elif tag == "input" and kind in TYPES:
            form.typed[name] = kind
        elif tag == "input" and kind == "password":
            form.secret.add(name)
        elif tag == "input" and (kind == "hidden" or (kind in ("radio", "checkbox") and name not in form.held)):
            form.held[name] = given.get("value", "on")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.now = None
        if tag == "select":
            self.choice = ""


def forms_of(found: Found, role: str, seen: set[tuple[str, ...]]) -> Iterator[Shown]:
    """Give every form that the pages of one role show and nobody saw yet: each once for what answers it and its fields."""
    browser = found.world.browsers[role]
    for line in LINES:
        if line.answers["GET"].get(role) != "page" or line.at.startswith("/api/"):
            continue
        at = plain(line, found) + ("?" + fill(found.world, line.at).partition("?")[2] if "?" in line.at else "")
        page = browser.get(at)
        if page.streaming or "html" not in page.headers.get("Content-Type", ""):
            continue
        for one in Forms(at, page.content.decode()).shown:
            mark = (route_of(one.to.partition("#")[0]), *sorted(one.typed))
            if one.typed and mark not in seen:
                seen.add(mark)
                yield one


def tries(form: Shown, number: int, whole: bool) -> Iterator[dict[str, str]]:
    """Fill a form in ways that it may refuse: all in words, one question left empty, or each in turn, and half of it sent."""
    words = {name: f"Ketikan {at} saya" for at, name in enumerate(form.typed)}
    proper = {
        "date": "2026-03-02",
        "time": "08:15",
        "datetime-local": "2026-03-02T08:15",
        "number": "7",
        "email": "s@example.test",
    }
    fitting = {name: proper.get(kind, words[name]) for name, kind in form.typed.items()}
    yield form.held | dict.fromkeys(form.secret, "salah") | words
    yield words
    yield (
        form.held | dict.fromkeys(form.secret, "salah") | {name: " ".join([said] * 700) for name, said in words.items()}
    )
    for name in in_turn(list(form.typed), 2 * number, 1, whole):
        yield form.held | dict.fromkeys(form.secret, "salah") | fitting | {name: ""}


def _says_why_not(answer: HttpResponseBase) -> bool:
    """Tell whether a page that was led to says that something was not done."""
    context = getattr(answer, "context", None) or {}
    return any(
        message.level >= constants.ERROR
        for message in context.get("messages", ())
        if getattr(answer, "redirect_chain", ())
    )


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.long)], ids=["few", "all"])
def test_nothing_typed_is_lost_when_a_form_is_refused(found: Found, whole: bool) -> None:
    lost, refused, seen = dict[str, list[str]](), 0, set[tuple[str, ...]]()
    for role, form in ((comes, form) for comes in ROLES for form in forms_of(found, comes, seen)):
        browser = found.world.browsers[role]
        for sent in tries(form, len(seen), whole):
            ask = partial(browser.post, form.to, sent, follow=True, HTTP_REFERER=f"http://testserver{form.at}")
            answer = found.ask(f"POST {form.to}", ask)
            page = "" if answer.streaming else html.unescape(answer.content.decode("utf-8", "replace"))  # type: ignore[attr-defined]
            if answer.status_code in REFUSED or 'class="fault"' in page or _says_why_not(answer):
                refused += 1
                gone = [name for name in form.typed if name in sent and name not in SECRET and sent[name] not in page]
                if gone:
                    lost.setdefault(f"{answer.status_code} {form.to} (on {form.at}, {role})", gone)
    assert found.faults == {} and lost == {}
    assert refused > len(seen), "most ways in which a form was filled are refused, or nothing was tried"
