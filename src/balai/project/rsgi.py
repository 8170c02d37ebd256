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
import secrets
import sys
import tempfile
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import lru_cache, partial
from queue import SimpleQueue
from typing import Any

from balai.base.parting import end_with

if (_parent := multiprocessing.parent_process()) is not None and _parent.pid is not None:
    end_with(_parent.pid)  # before anything slow: the server that started this process may be killed any moment

from django.conf import settings

from balai.base import heap, patience, throttle
from balai.project.wsgi import application as wsgi
from balai.project.wsgi import make_refusal, mind_one_line
from balai.records.documents import sealing

log = logging.getLogger("balai.server")

RATE = 10_000  # bytes a second that a body must bring on the whole, beside BALAI_BODY_SECONDS
LEAST = 4  # threads for the hall: three may have a stranger's file in hand (base/confined.py), and one is for everybody else
BODIES = 256  # that are read at once; of one address, BALAI_ADDRESS_BODIES and a quarter of the bytes
SPOOL = 64 * 1024  # bytes of a body in memory; a longer one lies sealed in the home's tmp
PATIENCE = {
    "still": 10.0,
    "ready": 2.0,
    "open": 8.0,
    "hall": 25.0,
}  # seconds until the client hears that it takes too long
SILENT = 8.0  # seconds after which a request to the hall is told so when the database says nothing
STALE = 2.0  # seconds after which a public page's last good copy is shown
COPIES, COPY_BYTES = 64, 200_000
SWEEP = 0.1  # seconds after which what was answered is cleared away: waking the loop for each costs more than all the rest here
SAFE = ("GET", "HEAD", "OPTIONS")

Headers = list[tuple[str, str]]
_BASE = {
    "SCRIPT_NAME": "", "SERVER_SOFTWARE": "Balai", "wsgi.errors": sys.stderr, "wsgi.input_terminated": True,
    "wsgi.multiprocess": True, "wsgi.multithread": True, "wsgi.run_once": False, "wsgi.version": (1, 0),
}  # fmt: skip


class RequestRefused(Exception):
    """A request that is answered before Django sees it, by status and the code of a refusal; code "" says nothing."""

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(code)


class FirstReply:
    """One request's answer: whoever has one first gives it, and nobody gives a second."""

    def __init__(self, proto: Any, loop: asyncio.AbstractEventLoop, ended: "deque[FirstReply]") -> None:
        self.proto, self.loop, self.ended = proto, loop, ended
        self.taken = False
        self.given = loop.create_future()  # granian takes a request whose coroutine has ended for one without an answer
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take the right to answer; False when somebody has it."""
        with self._lock:
            taken, self.taken = self.taken, True
        return not taken

    def give(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer whole, unless there is an answer already."""
        if self.take():
            self.proto.response_bytes(status, headers, body)
            self.ended.append(self)

    def stream(self, status: int, headers: Headers, pieces: Iterable[bytes]) -> None:
        """Answer piece by piece, from a thread of a lane; a client that takes nothing for a minute is let go."""
        if not self.take():
            return
        transport = self.proto.response_stream(status, headers)

        async def send(piece: bytes) -> None:
            async with asyncio.timeout(60):
                await transport.send_bytes(piece)

        for piece in filter(None, pieces):
            try:
                asyncio.run_coroutine_threadsafe(send(piece), self.loop).result()
            except Exception as error:  # noqa: BLE001 — the client left, or takes nothing any more
                log.info("an answer was not taken to its end: %r", error)
                break
        self.ended.append(self)


Work = tuple["Future[None]", Callable[[], None], bool]


class Lane:
    """Threads that do one kind of requests; the one that worked last is asked first, since its line to the database is warm.

    With `kept` threads for what changes nothing, that many at least stay free of requests that change something.
    """

    def __init__(self, name: str, size: int, *, kept: int = 0) -> None:
        self.name, self.size, self.most = name, size, size - kept
        self._lock = threading.Lock()
        self._idle: list[SimpleQueue[Work]] = []
        self._begun = self._changing = 0
        self._waiting: deque[Work] = deque()
        self._held: deque[Work] = deque()  # what changes something, while there is no place for it

    @staticmethod
    def work(do: Callable[[], None], *, changes: bool = False) -> Work:
        """Describe what is to be done; by its future, what was not begun yet may be cancelled."""
        return Future(), do, changes

    def submit(self, work: Work) -> None:
        """Have a thread do it."""
        with self._lock:
            if work[2] and self._changing >= self.most:
                self._held.append(work)
            else:
                self._changing += work[2]
                self._hand(work)

    def _hand(self, work: Work) -> None:
        if self._idle:
            self._idle.pop().put(work)
        elif self._begun < self.size:
            self._begun += 1
            threading.Thread(target=self._live, args=(work,), name=f"{self.name}-{self._begun}", daemon=True).start()
        else:
            self._waiting.append(work)

    def _live(self, work: Work) -> None:
        mine: SimpleQueue[Work] = SimpleQueue()
        while True:
            future, do, changes = work
            if future.set_running_or_notify_cancel():
                do()
                future.set_result(None)
            del future, do
            with self._lock:
                if changes:
                    self._changing -= 1
                    if self._held:
                        self._changing += 1
                        self._waiting.append(self._held.popleft())
                if self._waiting:
                    work = self._waiting.popleft()
                    continue
                self._idle.append(mine)
            work = mine.get()


class Spool:
    """A body on its way in: small ones in memory, larger ones in a nameless file, sealed under a key of this request's own."""

    def __init__(self) -> None:
        self.size = 0
        self._small = bytearray()
        self._file: Any = None
        self._sealer: sealing.Sealer | None = None
        self._key = b""

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self.size += len(piece)
        if self._sealer is None and self.size > SPOOL:
            self._key = secrets.token_bytes(32)
            self._file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 — `finish` hands it on
            self._sealer = sealing.Sealer(self._file, self._key)
            self._sealer.write(bytes(self._small))
            self._small.clear()
        if self._sealer is None:
            self._small += piece
        else:
            self._sealer.write(piece)

    def finish(self) -> Any:
        """Give all of it to read; whoever reads closes it."""
        if self._sealer is None:
            return io.BytesIO(self._small)
        size = self._sealer.finish()
        self._file.flush()
        return io.BufferedReader(sealing.SealedFile(self._file, self._key, size))

    def close(self) -> None:
        """Let go of it."""
        if self._file is not None:
            self._file.close()


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


class Sender:
    """One address whose bodies are being read: how many, and their bytes so far."""

    __slots__ = ("read_bytes", "reading")

    def __init__(self) -> None:
        self.reading = self.read_bytes = 0


class Server:
    """Takes requests from granian's loop, reads what they bring, and has a lane answer them."""

    def __init__(self) -> None:
        threads = max(settings.BALAI_WEB_THREADS, LEAST)
        self.lanes = {
            "still": Lane("still", 1), "ready": Lane("ready", 1), "open": Lane("open", 2), "hall": Lane("hall", threads, kept=1),
        }  # fmt: skip
        self.copies = Copies()
        heap.settle()  # everything a page needs is loaded by now
        self.most = max(settings.BALAI_MAX_REQUEST, settings.BALAI_UPLOAD_BYTES)
        self.reading = self.read_bytes = 0
        self.senders: dict[str, Sender] = {}  # whose bodies are being read, by address
        self.loop = asyncio.get_running_loop()
        self.ended: deque[FirstReply] = deque()  # whose coroutines may end
        self.open, self.sweeping = 0, False

    async def __call__(self, scope: Any, proto: Any) -> None:
        """Take one request; a thread answers it, and whoever takes too long is answered for here."""
        answer, environ = FirstReply(proto, self.loop, self.ended), _environ(scope)
        if self.ended:
            self._end()
        if not self.sweeping:
            self.sweeping = True
            self.loop.call_later(SWEEP, self._sweep)
        self.open += 1
        try:
            await self._answer(environ, answer, proto)
        finally:
            self.open -= 1

    async def _answer(self, environ: dict[str, Any], answer: FirstReply, proto: Any) -> None:
        lane = _lane_of(environ)
        try:
            environ["wsgi.input"] = await self._read(environ, proto)
        except RequestRefused as refused:
            self._refuse(environ, answer, refused)
            await answer.given
            return
        key = _key_of(environ) if lane == "open" else None
        keep = partial(self.copies.keep, key) if key is not None else None
        changes = lane == "hall" and environ["REQUEST_METHOD"] not in SAFE
        wait = {"open": STALE, "hall": SILENT}.get(lane, PATIENCE[lane])
        work = Lane.work(partial(_run, environ, answer, keep), changes=changes)
        late = self.loop.call_later(wait, self._late, lane, environ, answer, key, work[0])
        self.lanes[lane].submit(work)
        await answer.given
        late.cancel()

    def _end(self) -> None:
        """Let the coroutines end whose requests were answered."""
        while self.ended:
            self.ended.popleft().given.set_result(None)

    def _sweep(self) -> None:
        """End what was answered; again as long as something is asked."""
        self.sweeping = bool(self.open)
        self._end()
        if self.sweeping:
            self.loop.call_later(SWEEP, self._sweep)

    # ---- what a request brings ----

    async def _read(self, environ: dict[str, Any], proto: Any) -> Any:
        """Read the body. :raises Refused: when it comes too slowly, was cut off, or too many are being read."""
        chunked = "HTTP_TRANSFER_ENCODING" in environ
        declared = int(environ["CONTENT_LENGTH"]) if environ.get("CONTENT_LENGTH", "").isdecimal() else 0
        if not (declared or chunked) or declared > self.most:
            return io.BytesIO()  # what is too long is refused by what it declares, unread
        if self.reading >= BODIES or self.read_bytes > 10 * self.most:
            raise RequestRefused(503, "hall-busy")
        address = throttle.address_in(environ)
        sender = self.senders.get(address) or Sender()
        if sender.reading >= settings.BALAI_ADDRESS_BODIES or sender.read_bytes > 2.5 * self.most:
            raise RequestRefused(429, "address-busy")
        self.senders[address] = sender
        self.reading += 1
        sender.reading += 1
        spool = Spool()
        try:
            if declared <= SPOOL and not chunked:
                async with asyncio.timeout(settings.BALAI_BODY_SECONDS):
                    spool.write(await proto())
            else:
                await self._gather(spool, proto, sender)
            if declared and spool.size < declared:
                raise RequestRefused(400, "body-slow")  # whoever sent it is gone
            environ["CONTENT_LENGTH"] = str(spool.size)
            return spool.finish()
        except TimeoutError:
            spool.close()
            raise RequestRefused(408, "body-slow") from None
        except OSError as error:
            spool.close()
            log.error("what a request brought could not be kept: %s", error)  # a disk that is full, or takes nothing
            raise RequestRefused(503, "hall-busy") from None
        except BaseException:
            spool.close()
            raise
        finally:
            self.reading -= 1
            sender.reading -= 1
            if not sender.reading:
                del self.senders[address]

    async def _gather(self, spool: Spool, proto: Any, sender: Sender) -> None:
        """Read a long body piece by piece; the longer it is, the longer it may take."""
        begun = self.loop.time() + settings.BALAI_BODY_SECONDS
        try:
            async with asyncio.timeout_at(begun) as deadline:
                async for piece in proto:
                    self.read_bytes += len(piece)
                    sender.read_bytes += len(piece)
                    spool.write(piece)
                    if spool.size > self.most:
                        return
                    deadline.reschedule(begun + spool.size / RATE)
        finally:
            self.read_bytes -= spool.size
            sender.read_bytes -= spool.size

    # ---- who answers it ----

    def _late(
        self,
        lane: str,
        environ: dict[str, Any],
        answer: FirstReply,
        key: tuple[str, ...] | None,
        future: "Future[None]",
    ) -> None:
        """Answer for a lane that did not: by a public page's last good copy, or by saying that it takes too long."""
        if answer.taken:
            return
        kept = self.copies.find(key)
        if kept is not None:
            answer.give(200, *kept)
        elif key is not _LAST and (lane == "open" or (lane == "hall" and not patience.is_silent())):
            wait = PATIENCE[lane] - (STALE if lane == "open" else SILENT)
            self.loop.call_later(wait, self._late, lane, environ, answer, _LAST, future)
            return
        else:
            self._refuse(environ, answer, RequestRefused(503, "hall-busy"))
        if future.cancel():
            environ["wsgi.input"].close()

    def _refuse(self, environ: dict[str, Any], answer: FirstReply, refused: RequestRefused) -> None:
        def make() -> None:
            status, headers, body = make_refusal(environ, refused.status, refused.code)
            answer.give(status, [*headers, ("Connection", "close")], body)

        self.lanes["still"].submit(Lane.work(make))


_LAST = ("",)  # no page's name: there is no copy, and this was the second time of asking


def _run(environ: dict[str, Any], answer: FirstReply, keep: Callable[[int, Headers, bytes], None] | None) -> None:
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
    finally:
        environ["wsgi.input"].close()


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
        key = _key_for(name)
        if key:
            environ[key] = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}" if key in environ else value
    return environ


@lru_cache(maxsize=256)
def _key_for(name: str) -> str:
    """Name a header as WSGI does; "" for one with an underscore: X_Forwarded_For would pass for the proxy's own X-Forwarded-For."""
    key = name.upper().replace("-", "_")
    return "" if "_" in name else key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


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
            mind_one_line()
            server.append(Server())
        await server[0](scope, proto)

    return serve


application = _make_application()
