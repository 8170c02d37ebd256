"""`balai witness`: cosign the checkpoints of other organisations' logs while they only grow; needs no hall (C2SP tlog-witness)."""

import argparse
import hashlib
import os
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from balai.base.tlog import notes, witness

HELP = "cosign another hall's log while it only grows; runs anywhere, without a hall"
PATIENCE = 10  # seconds that a request may take to arrive


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--home", type=Path, metavar="DIR", required=True, help="the witness's own folder: its key, and what it saw"
    )
    parser.add_argument(
        "--name", help="its name, such as saksi.kampus.example; kept from the first start on (default: this machine's)"
    )
    parser.add_argument(
        "--log", action="append", default=[], metavar="KEY", help="the key of a log to cosign, as /log/keys of its hall shows it; may be given again"
    )  # fmt: skip
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument(
        "--key", action="store_true", help="print the witness's key, making it if there is none, and end"
    )


def run(args: argparse.Namespace) -> int:
    """Answer until stopped; exit code 2 when a log's key is none."""
    try:
        logs = [notes.Verifier.read(line) for line in args.log]
    except ValueError as fault:
        print(f"balai: {fault}")
        return 2
    signer = load_signer(args.home, args.name)
    if args.key:
        print(signer.verifier.line)
        return 0
    if not logs:
        print("balai: which log? Give its key with --log, as /log/keys of its hall shows it.")
        return 2
    server = make_server(witness.Witness(args.home / "seen", signer, logs), args.host, args.port)
    print(
        f"Witness {signer.name} answers at http://{args.host}:{server.server_port}  (stop with Ctrl+C; state in {args.home})",
        flush=True,
    )
    print(
        f"Its line for BALAI_LOG_WITNESSES: http://{args.host}:{server.server_port} {signer.verifier.line}", flush=True
    )
    try:
        server.serve_forever()
    finally:
        server.server_close()
    return 0


def load_signer(home: Path, name: str | None) -> notes.NoteSigner:
    """Load the witness's key, or make it; its name stays the first one. :raises SystemExit: for another name, or one with spaces."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    key, called = home / "witness.key", home / "name"
    if not key.exists():
        made = name or socket.getfqdn()
        if any(each.isspace() for each in made) or "+" in made:
            raise SystemExit(f"balai: {made!r} is no name: it must hold neither spaces nor +")
        witness.write_synced(called, made.encode() + b"\n")
        witness.write_synced(key, os.urandom(32))
    kept = called.read_text(encoding="utf-8").strip()
    if name and name != kept:
        raise SystemExit(f"balai: this witness is called {kept!r}; another name needs another --home")
    return notes.NoteSigner(kept, key.read_bytes(), notes.WITNESS)


def make_server(made: witness.Witness, host: str, port: int) -> ThreadingHTTPServer:
    """Make the server that asks a witness."""

    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "balai-witness", ""

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > witness.LONGEST:
                self.close_connection = True
                return self._tell(
                    witness.WitnessReply(
                        413 if length.isdigit() else 411, witness.TEXT, "too long, or of unknown length\n"
                    )
                )
            body = self.rfile.read(int(length))
            if self.path != "/add-checkpoint":
                return self._tell(witness.WitnessReply(404, witness.TEXT, "there is only /add-checkpoint\n"))
            return self._tell(made.cosign(body, int(time.time())))

        def do_GET(self) -> None:
            if self.path == "/":
                return self._tell(witness.WitnessReply(200, witness.TEXT, f"{made.signer.verifier.line}\n"))
            digest, _, rest = self.path.removeprefix("/").partition("/")
            origins = {hashlib.sha256(origin.encode()).hexdigest(): origin for origin in made.logs}
            note = made.read_seen(origins[digest])[2] if rest == "checkpoint" and digest in origins else ""
            return self._tell(witness.WitnessReply(200 if note else 404, witness.TEXT, note or "nothing here\n"))

        def _tell(self, answer: witness.WitnessReply) -> None:
            content = answer.text.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return ThreadingHTTPServer((host, port), Handler)
