"""Confined: what a stranger sent is opened in a process of its own, which can do nothing but read it and answer.

Three kinds of process. **We** hold the file and ask. The **porter** starts with the first file; it loads the readers once and forks
a **child** for each file, which costs a few milliseconds. A child has a share of CPU, memory and time, no file, no socket, no program
it could start, and ends with its answer. One that is killed or falls over takes nothing with it.

The porter never sees a byte of a file: we speak to the child by a socket that is handed through. It ends when we do, or after
ten minutes without work. It is started by `exec`, with one thread, because a process with threads must not be forked.
"""

import contextlib
import ctypes
import fcntl
import gc
import importlib
import json
import os
import platform
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from balai.base import unlocked

AT_ONCE = 2  # children of one hall on one machine, whatever processes it has
IN_HAND = 3  # files at work or waiting: a web process has four threads, and one is kept for everybody else
PATIENCE = 20.0  # seconds a file waits for its turn
IDLE = 600.0
_LIMITS = struct.Struct(">IIQ")  # CPU seconds, wall milliseconds, bytes of memory
_SIZE = struct.Struct(">Q")
_STARTED = b"\x01"
_PIECE = 256 * 1024
_MOST_WORDS = 64 * 1024  # of an answer's words; its picture has a limit of its own
_TICK = 0.05


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one child may take: CPU seconds, seconds by the clock, bytes beyond what the porter has loaded, bytes of answer."""

    cpu: int
    wall: float
    memory: int
    answer: int


class Full(Exception):
    """Too many files are open already, or the porter does not start."""


class Died(Exception):
    """The child ended without an answer: it reached a limit, or fell over the file."""


class Reader(Protocol):
    """The module a porter loads: `prepare` brings in all it will need, `answer` opens one file."""

    def prepare(self) -> None:
        """Load everything: nothing can be loaded later."""
        ...

    def answer(self, job: Mapping[str, Any], data: bytes) -> tuple[Mapping[str, Any], bytes]:
        """Open one file; give words and, where asked for, bytes."""
        ...


# ---- our side --------------------------------------------------------------------------------------------------------


class Gate:
    """Lets few files be open at once and few wait, so that whoever sends many keeps nobody from reading a page."""

    def __init__(
        self, at_once: int = AT_ONCE, in_hand: int = IN_HAND, *, folder: Callable[[], Path] | None = None
    ) -> None:
        """Make a gate; with a `folder` the processes that share it let in so many together."""
        self._changed = threading.Condition()
        self._folder = folder
        self._at_once, self._in_hand = at_once, in_hand
        self._held = self._running = 0

    @contextlib.contextmanager
    def place(self, hurry: float = 0.0) -> Iterator[None]:
        """Wait for a turn; who finds all places taken waits `hurry` seconds for one. :raises Full: when there is none."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._held < self._in_hand, hurry):
                raise Full
            self._held += 1
        running = False
        try:
            with self._changed:
                running = self._changed.wait_for(lambda: self._running < self._at_once, PATIENCE)
                if not running:
                    raise Full
                self._running += 1
            with self._shared():
                yield
        finally:
            with self._changed:
                self._held -= 1
                self._running -= running
                self._changed.notify_all()

    @contextlib.contextmanager
    def _shared(self) -> Iterator[None]:
        """Hold one of the places that all processes of the hall share; the kernel frees it when its holder dies. :raises Full:"""
        ends = time.monotonic() + PATIENCE
        with contextlib.ExitStack() as held:
            places = self._places(held)
            while places and not any(_holds(place) for place in places):
                if time.monotonic() > ends:
                    raise Full
                time.sleep(_TICK / 5)
            yield

    def _places(self, held: contextlib.ExitStack) -> list[BinaryIO]:
        """Open the places; none where nothing is shared, nor where a full or read-only disk has no room for them."""
        if self._folder is None:
            return []
        try:
            folder = self._folder()
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return [held.enter_context((folder / f"place-{at}").open("wb")) for at in range(self._at_once)]
        except OSError:
            return []


def _holds(place: BinaryIO) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class Porter:
    """The process that forks children around one reader, started when first needed and again when it is gone."""

    def __init__(self, reader: str) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = 0

    @property
    def pid(self) -> int | None:
        """Give the porter's process, None before the first file."""
        return self._process.pid if self._process is not None and self._owner == os.getpid() else None

    def ask(
        self, job: Mapping[str, Any], file: BinaryIO, size: int, limits: ChildLimits
    ) -> tuple[dict[str, Any], bytes]:
        """Have one file opened and give the answer.

        :raises Died: when the child ended over it; :raises Full: when no child could be started.
        """
        unlocked.require(f"opening a file ({self._reader})")
        for _ in range(2):  # a porter that went home while idle is replaced once
            process, channel = self._child(limits)
            with channel, contextlib.suppress(OSError):
                channel.settimeout(limits.wall + 5)  # the porter ends a child that is late; this is for one that hangs
                if channel.recv(1) == _STARTED:
                    return self._converse(process, channel, job, file, size, limits)
            self.stop(process)
        raise Full

    @staticmethod
    def _converse(
        process: subprocess.Popen[bytes],
        channel: socket.socket,
        job: Mapping[str, Any],
        file: BinaryIO,
        size: int,
        limits: ChildLimits,
    ) -> tuple[dict[str, Any], bytes]:
        try:
            return _converse(channel, job, file, size, limits)
        except Died:
            if process.poll() is not None:
                raise Full from None  # not the file's fault: the porter was ended, and its children with it
            raise

    def _child(self, limits: ChildLimits) -> tuple[subprocess.Popen[bytes], socket.socket]:
        """Order a child and give its porter and the way to it; when the order does not arrive that way is closed."""
        ours, theirs = socket.socketpair()
        order = _LIMITS.pack(limits.cpu, int(limits.wall * 1000), limits.memory)
        with self._lock, theirs:
            process, control = self._running()
            with contextlib.suppress(OSError):
                socket.send_fds(control, [order], [theirs.fileno()])
        return process, ours

    def _running(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        mine = self._owner == os.getpid()
        if self._control is not None and mine and self._process is not None and self._process.poll() is None:
            return self._process, self._control
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = _start(self._reader, theirs)
        self._control, self._owner = ours, os.getpid()
        return self._process, ours

    def stop(self, only: subprocess.Popen[bytes] | None = None) -> None:
        """End the porter, and with it every child; `only` when it is this one still, and no other that was begun meanwhile."""
        with self._lock:
            if only is not None and only is not self._process:
                return
            if self._process is not None and self._owner == os.getpid():
                assert self._control is not None
                self._control.close()
                try:
                    self._process.wait(2)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
            self._process = self._control = None


def _start(reader: str, control: socket.socket) -> subprocess.Popen[bytes]:
    source = str(Path(__file__).parents[2])
    code = f"import sys; sys.path.insert(0, {source!r})\nfrom balai.base.confined import main; main({reader!r})"
    return subprocess.Popen(
        [sys.executable, "-I", "-c", code],
        stdin=control.fileno(),
        stdout=subprocess.DEVNULL,
        env={"LANG": "C.UTF-8"},
        cwd="/",
    )


def _converse(
    channel: socket.socket, job: Mapping[str, Any], file: BinaryIO, size: int, limits: ChildLimits
) -> tuple[dict[str, Any], bytes]:
    """Hand a file over and read the answer: JSON and bytes, never anything that would run here."""
    try:
        _send(channel, json.dumps(job).encode())
        channel.sendall(_SIZE.pack(size))
        while piece := file.read(_PIECE):
            channel.sendall(piece)
        words = json.loads(_receive(channel, _MOST_WORDS))
        return dict(words), _receive(channel, limits.answer)
    except (OSError, EOFError, ValueError, TypeError) as error:
        raise Died from error


def _send(channel: socket.socket, content: bytes) -> None:
    channel.sendall(_SIZE.pack(len(content)) + content)


def _receive(channel: socket.socket, most: int) -> bytes:
    (size,) = _SIZE.unpack(_read(channel, _SIZE.size))
    if size > most:
        raise EOFError("more than was agreed")
    return _read(channel, size)


def _read(channel: socket.socket, size: int) -> bytes:
    content = bytearray(size)
    view, at = memoryview(content), 0
    while at < size:
        got = channel.recv_into(view[at:])
        if not got:
            raise EOFError
        at += got
    return bytes(content)


# ---- the porter ------------------------------------------------------------------------------------------------------


def main(reader: str) -> None:
    """Fork a child for each order on standard input until it closes or nothing comes for a while."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a stopping hall finishes what is in its hands; we end when it does
        signal.signal(number, signal.SIG_IGN)
    control = socket.socket(fileno=0)
    work: Reader = importlib.import_module(reader)
    work.prepare()
    _be_the_first_to_go()
    gc.collect()
    gc.freeze()  # so that the children share what is loaded
    children: dict[int, float] = {}
    last = time.monotonic()
    try:
        while children or time.monotonic() - last < IDLE:
            if select.select([control], [], [], _TICK if children else IDLE)[0]:
                order, handles, _, _ = socket.recv_fds(control, _LIMITS.size, 1)
                if not order:
                    return
                cpu, wall, memory = _LIMITS.unpack(order)
                children[_fork(control, handles[0], cpu, memory, work)] = time.monotonic() + wall / 1000
                last = time.monotonic()
            _reap(children)
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)


def _be_the_first_to_go() -> None:
    """Have the kernel end us before the hall when the machine runs out of memory."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")


def _reap(children: dict[int, float]) -> None:
    """Forget children that ended and end those that are late."""
    now = time.monotonic()
    for pid, ends in list(children.items()):
        if ends < now:
            os.kill(pid, signal.SIGKILL)
        if os.waitpid(pid, 0 if ends < now else os.WNOHANG)[0]:
            del children[pid]


def _fork(control: socket.socket, handle: int, cpu: int, memory: int, work: Reader) -> int:
    pid = os.fork()
    if pid:
        os.close(handle)
        return pid
    try:
        control.detach()
        os.dup2(handle, 0)  # the channel takes the place of the porter's own
        os.close(handle)
        os.dup2(1, 2)  # a reader's complaints would bring a stranger's words into our log
        confine(cpu=cpu, memory=memory)
        _work(socket.socket(fileno=0, family=socket.AF_UNIX, type=socket.SOCK_STREAM, proto=0), work)
    finally:
        os._exit(0)


def _work(channel: socket.socket, work: Reader) -> None:
    channel.sendall(_STARTED)
    job = json.loads(_receive(channel, _MOST_WORDS))
    (size,) = _SIZE.unpack(_read(channel, _SIZE.size))
    words, made = work.answer(job, _read(channel, size))
    _send(channel, json.dumps(words).encode())
    _send(channel, made)


# ---- the child's walls -----------------------------------------------------------------------------------------------


def confine(*, cpu: int, memory: int) -> None:
    """Give up, for good, the right to take more than this, to open anything, and to ask the kernel for anything but that."""
    os.nice(5)  # whoever reads a page comes first
    _die_with_parent()
    for what, most in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_AS, _address_space() + memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),  # all in use: no file and no socket can be added
    ):
        resource.setrlimit(what, (most, most))
    if can_filter():
        _filter_calls()


def _address_space() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30


_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_FILTER = 2
_ALLOW, _KILL, _DENY, _ABSENT = 0x7FFF0000, 0x80000000, 0x00050000 | 1, 0x00050000 | 38  # EPERM, ENOSYS
_CLONE_THREAD = 0x10000
_X32 = 0x40000000


@dataclass(frozen=True, slots=True)
class _Machine:
    """One kind of machine: how the kernel names it, its two ways to make a thread, and what reading, computing and answering take."""

    mark: int
    clone: int
    clone3: int
    calls: Mapping[str, int]


_MACHINES = {
    "x86_64": _Machine(0xC000003E, 56, 435, {  # arch/x86/entry/syscalls/syscall_64.tbl
        "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12,
        "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "sched_yield": 24, "mremap": 25, "madvise": 28, "nanosleep": 35,
        "setitimer": 38, "getpid": 39, "sendto": 44, "recvfrom": 45, "exit": 60, "gettimeofday": 96, "sigaltstack": 131, "gettid": 186,
        "time": 201, "futex": 202, "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228, "clock_nanosleep": 230,
        "exit_group": 231, "set_robust_list": 273, "getrandom": 318, "membarrier": 324, "rseq": 334,
    }),
    "aarch64": _Machine(0xC00000B7, 220, 435, {  # include/uapi/asm-generic/unistd.h: no poll, time or old stat there
        "read": 63, "write": 64, "close": 57, "fstat": 80, "ppoll": 73, "lseek": 62, "mmap": 222, "mprotect": 226, "munmap": 215,
        "brk": 214, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "sched_yield": 124, "mremap": 216,
        "madvise": 233, "nanosleep": 101, "setitimer": 103, "getpid": 172, "sendto": 206, "recvfrom": 207, "exit": 93,
        "gettimeofday": 169, "sigaltstack": 132, "gettid": 178, "futex": 98, "sched_getaffinity": 123, "restart_syscall": 128,
        "clock_gettime": 113, "clock_nanosleep": 115, "exit_group": 94, "set_robust_list": 99, "getrandom": 278,
        "membarrier": 283, "rseq": 293,
    }),
}  # fmt: skip


def can_filter() -> bool:
    """Tell whether calls to the kernel are filtered here: on Linux on x86-64 and 64-bit ARM; elsewhere the limits stand alone."""
    return sys.platform == "linux" and platform.machine() in _MACHINES


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _filter_calls() -> None:
    """Let the kernel answer only the calls of this kind of machine in `_MACHINES`, and threads; anything else is "not permitted"."""
    program = _program(_MACHINES[platform.machine()])
    code = ctypes.create_string_buffer(b"".join(program))
    libc = ctypes.CDLL(None, use_errno=True)
    head = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_PR_SET_SECCOMP, _FILTER, head, 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter")


def _program(machine: _Machine) -> list[bytes]:
    """Write the filter for the kernel's little machine: load a word of the call, compare, jump, return."""

    def load(at: int) -> bytes:
        return struct.pack("HBBI", 0x20, 0, 0, at)

    def unless(kind: int, value: int, skip: int = 1) -> bytes:
        return struct.pack("HBBI", kind, 0, skip, value)

    def answer(value: int) -> bytes:
        return struct.pack("HBBI", 0x06, 0, 0, value)

    equal, at_least, has_bits = 0x15, 0x35, 0x45
    made = [load(4), struct.pack("HBBI", equal, 1, 0, machine.mark), answer(_KILL), load(0)]
    made += [unless(at_least, _X32), answer(_KILL)]
    for number in machine.calls.values():
        made += [unless(equal, number), answer(_ALLOW)]
    made += [
        unless(equal, machine.clone3),
        answer(_ABSENT),
    ]  # the C library then asks by `clone`, whose flags can be seen
    made += [unless(equal, machine.clone, 3), load(16), unless(has_bits, _CLONE_THREAD), answer(_ALLOW), answer(_DENY)]
    return made
