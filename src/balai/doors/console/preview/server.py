"""Serves the throwaway hall in this very process, so that a page shows what was just read; for one author on this machine."""

import logging
import socketserver
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from balai.doors.console.preview.standing import STANDING

log = logging.getLogger("balai.preview")
HOST = "127.0.0.1"
IDLE = 0.5  # seconds between looks at the outbox


class PreviewServer(socketserver.ThreadingMixIn, WSGIServer):
    """A thread for each request; an author's browser asks a handful at once."""

    daemon_threads = True
    request_queue_size = 64

    def server_bind(self) -> None:
        """Bind without asking a name server who this machine is."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away while its page was reloaded."""
        log.debug("a request was cut off", exc_info=True)


class QuietHandler(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Leave the terminal to the results."""


def open_server(port: int) -> PreviewServer:
    """Listen on a port of this machine and answer in a thread of its own."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connections

    hall = WSGIHandler()

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == "/pratinjau/kini":  # asked three times a second by every page: nothing behind it
            body = STANDING.news.encode()
            head = [("Content-Type", "text/plain"), ("Cache-Control", "no-store"), ("Content-Length", str(len(body)))]
            start_response(f"{HTTPStatus.OK.value} {HTTPStatus.OK.phrase}", head)
            return [body]
        try:
            response = hall(environ, start_response)
            body = b"".join(response)
            response.close()
            return [body]
        finally:
            connections.close_all()  # this thread ends with its request

    server = PreviewServer((HOST, port), QuietHandler)
    server.set_app(answer)
    threading.Thread(target=server.serve_forever, name="pages", daemon=True).start()
    return server


def work(turn: Any, stop: threading.Event) -> None:
    """Do the hall's own work and its couriers' until it stops."""
    from balai.doors.console.supervisor import Workers

    def own() -> None:
        workers = Workers(turn).start()
        while not stop.is_set():
            with turn:
                did = workers.work()
            if not did:
                stop.wait(IDLE)
        workers.stop()

    threading.Thread(target=own, name="work", daemon=True).start()


def follow(look_again: Callable[[], None], changed: Callable[[], bool], stop: threading.Event, every: float) -> None:
    """Look again whenever something was saved, until it stops."""
    while not stop.wait(every):
        if changed():
            time.sleep(0.02)  # an editor that writes several files at once, or one in two steps, is let finish
            look_again()
