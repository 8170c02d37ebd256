"""The entry that granian serves: waits for what comes slowly without holding a thread, and answers when the database does not.

A body is read here, in the loop, under a deadline; Django gets the request when all of it is there. So a thousand clients that send
half an upload and wait cost a thousand small buffers and no thread. Requests go into lanes of threads, and what stalls in one
holds up no other:

- *still*: style sheets, scripts and `/health/live`, which ask no database;
- *ready*: `/health/ready`, one question at a time;
- *open*: pages that are asked without a cookie or a token, so public ones; when the database does not answer, the last good copy of those
  that tell of services does;
- *hall*: all the rest; one of its threads is kept from requests that change something.
"""

import asyncio
import io
import logging
import multiprocessing
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from balai.base.parting import end_with

if (_parent := multiprocessing.parent_process()) is not None and _parent.pid is not None:
    end_with(_parent.pid)  # before anything slow: the server that started this process may be killed any moment

from django.conf import settings

from balai.project.wsgi import application as wsgi
from balai.project.wsgi import make_refusal

log = logging.getLogger("balai.server")

RATE = 10_000  # bytes a second that a body must bring on the whole, beside BALAI_BODY_SECONDS
BODIES = 256  # that are read at once
SPOOL = 64 * 1024  # bytes of a body in memory; the rest lies in the home's tmp
PATIENCE = {
    "still": 10.0,
    "ready": 2.0,
    "open": 8.0,
    "hall": 25.0,
}  # seconds until the client hears that it takes too long
STALE = 2.0  # seconds after which a public page's last good copy is shown
COPIES, COPY_BYTES = 64, 200_000
SAFE = ("GET", "HEAD", "OPTIONS")

Headers = list[tuple[str, str]]
_BASE = {
    "SCRIPT_NAME": "", "SERVER_SOFTWARE": "Balai", "wsgi.errors": sys.stderr, "wsgi.input_terminated": True,
    "wsgi.multiprocess": True, "wsgi.multithread": True, "wsgi.run_once": False, "wsgi.version": (1, 0),
}  # fmt: skip


class Refused(Exception):
    """A request that is answered before Django sees it, by status and the code of a refusal; code "" says nothing."""

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(code)


class Answer:
    """One request's answer: whoever has one first gives it, and nobody gives a second."""

    def __init__(self, proto: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.proto, self.loop = proto, loop
        self.begun = asyncio.Event()
        self._lock, self._taken = threading.Lock(), False

    def take(self) -> bool:
        """Take the right to answer; False when somebody has it."""
        with self._lock:
            taken, self._taken = self._taken, True
        return not taken

    def give(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer whole, unless there is an answer already."""
        if self.take():
            self.proto.response_bytes(status, headers, body)

    def stream(self, status: int, headers: Headers, pieces: Iterable[bytes]) -> None:
        """Answer piece by piece, from a thread of a lane; a client that takes nothing for a minute is let go."""
        if not self.take():
            return
        self.loop.call_soon_threadsafe(self.begun.set)
        transport = self.proto.response_stream(status, headers)

        async def send(piece: bytes) -> None:
            async with asyncio.timeout(60):
                await transport.send_bytes(piece)

        for piece in filter(None, pieces):
            try:
                asyncio.run_coroutine_threadsafe(send(piece), self.loop).result()
            except Exception as error:  # noqa: BLE001 — the client left, or takes nothing any more
                log.info("an answer was not taken to its end: %r", error)
                return


class Copies:
    """The last good copies of public pages, for the time when the database does not answer."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], tuple[Headers, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, key: tuple[str, ...], status: int, headers: Headers, body: bytes) -> None:
        """Keep a page that is the same for everybody."""
        names = {name.lower(): value for name, value in headers}
        shared = "set-cookie" not in names and not {"no-store", "private"} & set(
            names.get("cache-control", "").split(", ")
        )
        if status == 200 and shared and len(body) <= COPY_BYTES:
            with self._lock:
                self._kept[key] = headers, body
                self._kept.move_to_end(key)
                while len(self._kept) > COPIES:
                    self._kept.popitem(last=False)

    def find(self, key: tuple[str, ...] | None) -> tuple[Headers, bytes] | None:
        """Find a page's copy."""
        with self._lock:
            return self._kept.get(key) if key is not None else None


class Server:
    """Takes requests from granian's loop, reads what they bring, and has a lane answer them."""

    def __init__(self) -> None:
        threads = max(settings.BALAI_WEB_THREADS, 2)
        sizes = {"still": 1, "ready": 1, "open": 2, "hall": threads}
        self.lanes = {name: ThreadPoolExecutor(size, name) for name, size in sizes.items()}
        self.changing = asyncio.Semaphore(threads - 1)
        self.copies = Copies()
        self.most = max(settings.BALAI_MAX_REQUEST, settings.BALAI_UPLOAD_BYTES)
        self.reading = self.read_bytes = 0

    async def __call__(self, scope: Any, proto: Any) -> None:
        """Answer one request."""
        loop = asyncio.get_running_loop()
        answer = Answer(proto, loop)
        environ = _environ(scope)
        lane = _lane_of(environ)
        try:
            with await self._read(environ, proto) as body:
                environ["wsgi.input"] = body
                if lane == "hall" and environ["REQUEST_METHOD"] not in SAFE:
                    await self._change(environ, answer)
                else:
                    await self._ask(lane, environ, answer)
        except Refused as refused:
            await self._refuse(environ, answer, refused)

    # ---- what a request brings ----

    async def _read(self, environ: dict[str, Any], proto: Any) -> Any:
        """Read the body. :raises Refused: when it comes too slowly, was cut off, or too many are being read."""
        chunked = "HTTP_TRANSFER_ENCODING" in environ
        declared = int(environ["CONTENT_LENGTH"]) if environ.get("CONTENT_LENGTH", "").isdecimal() else 0
        if not (declared or chunked) or declared > self.most:
            return io.BytesIO()  # what is too long is refused by what it declares, unread
        if self.reading >= BODIES or self.read_bytes > 10 * self.most:
            raise Refused(503, "hall-busy")
        self.reading += 1
        taken = 0
        file = tempfile.SpooledTemporaryFile(SPOOL, dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 — the caller closes it
        try:
            begun = asyncio.get_running_loop().time() + settings.BALAI_BODY_SECONDS
            async with asyncio.timeout_at(begun) as deadline:
                async for piece in proto:
                    taken += len(piece)
                    self.read_bytes += len(piece)
                    file.write(piece)
                    if taken > self.most:
                        break
                    deadline.reschedule(begun + taken / RATE)
            if declared and taken < declared:
                raise Refused(400, "body-slow")  # whoever sent it is gone
            environ["CONTENT_LENGTH"] = str(taken)
            file.seek(0)
        except TimeoutError:
            file.close()
            raise Refused(408, "body-slow") from None
        except BaseException:
            file.close()
            raise
        finally:
            self.reading -= 1
            self.read_bytes -= taken
        return file

    # ---- who answers it ----

    async def _change(self, environ: dict[str, Any], answer: Answer) -> None:
        """Have the hall do something, when one of the places for that is free. :raises Refused: when none becomes free."""
        try:
            async with asyncio.timeout(PATIENCE["hall"]):
                await self.changing.acquire()
        except TimeoutError:
            raise Refused(503, "hall-busy") from None
        try:
            await self._ask("hall", environ, answer)
        finally:
            self.changing.release()

    async def _ask(self, lane: str, environ: dict[str, Any], answer: Answer) -> None:
        """Have a lane answer; after a while say that it takes too long, and let the lane end what it began."""
        key = _key_of(environ) if lane == "open" else None
        keep = (lambda *page: self.copies.keep(key, *page)) if key is not None else None
        future = self.lanes[lane].submit(_run, environ, answer, keep)
        work = asyncio.wrap_future(future)
        if await _is_done(work, answer, STALE if lane == "open" else PATIENCE[lane]):
            return
        kept = self.copies.find(key)
        if kept is None and lane == "open" and await _is_done(work, answer, PATIENCE[lane] - STALE):
            return
        if kept is not None:
            answer.give(200, kept[0], kept[1])
        else:
            await self._refuse(environ, answer, Refused(503, "hall-busy"))
        if not future.cancel() and environ["REQUEST_METHOD"] not in SAFE:
            await asyncio.wait([work])  # it may change something still, and holds its place until it has

    async def _refuse(self, environ: dict[str, Any], answer: Answer, refused: Refused) -> None:
        loop = asyncio.get_running_loop()
        status, headers, body = await loop.run_in_executor(
            self.lanes["still"], make_refusal, environ, refused.status, refused.code
        )
        answer.give(status, [*headers, ("Connection", "close")], body)


async def _is_done(work: "asyncio.Future[None]", answer: Answer, seconds: float) -> bool:
    """Wait for a lane: until it is done, or for as long as it likes once its answer has begun."""
    done, _ = await asyncio.wait([work], timeout=seconds)
    if not done and answer.begun.is_set():
        done, _ = await asyncio.wait([work])
    return bool(done)


def _run(environ: dict[str, Any], answer: Answer, keep: Callable[[int, Headers, bytes], None] | None) -> None:
    """Let Django answer, in a thread of a lane."""
    head: list[Any] = []
    try:
        response = wsgi(environ, lambda status, headers, exc_info=None: head.extend((status, headers)))
        try:
            status, headers = int(head[0].split(" ", 1)[0]), head[1]
            if getattr(response, "streaming", False):
                answer.stream(status, headers, response)
                return
            body = b"".join(response)
            answer.give(status, headers, body)
            if keep is not None:
                keep(status, headers, body)
        finally:
            if hasattr(response, "close"):
                response.close()
    except Exception:
        log.exception("a request could not be answered")
        answer.give(500, [("Content-Type", "text/plain")], b"500")


# ---- the request in WSGI's words ------------------------------------------------------------------------------------


def _environ(scope: Any) -> dict[str, Any]:
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = _BASE | {
        "REQUEST_METHOD": scope.method, "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string, "SERVER_NAME": host.strip("[]"), "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}", "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
    }  # fmt: skip
    for name, value in scope.headers.items():
        if "_" in name:
            continue  # X_Forwarded_For would pass for the proxy's own X-Forwarded-For
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    return environ


def _lane_of(environ: dict[str, Any]) -> str:
    """Choose the lane, and take from a request what that lane does not look at."""
    path = environ["PATH_INFO"]
    if path == "/health/ready":
        return "ready"
    if path.startswith(("/-/", "/static/")) or path == "/health/live":
        environ.pop("HTTP_COOKIE", None)  # with none, nobody asks the database who it is
        return "still"
    stranger = "HTTP_COOKIE" not in environ and "HTTP_AUTHORIZATION" not in environ
    return "open" if stranger and environ["REQUEST_METHOD"] in ("GET", "HEAD") else "hall"


def _key_of(environ: dict[str, Any]) -> tuple[str, ...] | None:
    """Name a page by all that its looks depend on; only what is the same for everybody and true a while longer is kept."""
    path = environ["PATH_INFO"]
    lasting = path in ("/", "/aksesibilitas/") or path.startswith("/layanan/")
    if not lasting or environ["QUERY_STRING"] or environ["REQUEST_METHOD"] != "GET":
        return None
    asked = ("PATH_INFO", "HTTP_HOST", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING")
    return tuple(environ.get(name, "") for name in asked)


def _make_application() -> Callable[[Any, Any], Any]:
    server: list[Server] = []

    async def serve(scope: Any, proto: Any) -> None:
        if not server:
            server.append(Server())
        await server[0](scope, proto)

    return serve


application = _make_application()
