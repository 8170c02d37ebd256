"""A process that has loaded what others wrote, and of ours the engine at most: each script runs in a fork of it, in an environment of its own.

A hall's start takes 1.5 s of CPU, and half of it goes to packages that are the same whatever a test sets. What they are is learnt
from the first script; what cannot be loaded without settings, each script loads for itself.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

SERVE = """
OURS = {ours!r}
import atexit, contextlib, importlib, json, os, sys, traceback

def learn(names):
    sys.path[:0] = OURS
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)

def run(job):
    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["environment"])
    for number, name, flags in ((0, "in", os.O_RDONLY), (1, "out", os.O_WRONLY | os.O_CREAT), (2, "err", os.O_WRONLY | os.O_CREAT)):
        os.dup2(os.open(os.path.join(job["folder"], name), flags, 0o600), number)
    sys.path[:0] = ["", *filter(None, job["environment"].get("PYTHONPATH", "").split(os.pathsep))]
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
    code = 0
    try:
        exec(compile(job["script"], "<script>", "exec"), {"__name__": "__main__"})
    except SystemExit as told:
        code = told.code if isinstance(told.code, int) else 0 if told.code is None else 1
        if isinstance(told.code, str):
            print(told.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    seen = [name for name, each in list(sys.modules.items()) if "site-packages" in (getattr(each, "__file__", None) or "") or OURS and name.startswith("balai.engine")]
    with open(os.path.join(job["folder"], "seen"), "w") as file:
        json.dump(seen, file)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)

learnt = False
for line in sys.stdin:
    job = json.loads(line)
    child = os.fork()
    if not child:
        run(job)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(code, flush=True)
    if not learnt and code == 0:
        learnt = True
        with open(os.path.join(job["folder"], "seen")) as file:
            learn(json.load(file))
    print("ready", flush=True)
"""


class Warm:
    """Runs scripts one after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def run(
        self, script: str, environment: Mapping[str, str], *, typed: str = "", cwd: Path = Path()
    ) -> "subprocess.CompletedProcess[str]":
        """Run a script as `python -c` would, with this environment and nothing else of ours."""
        assert self.process.stdin is not None and self.process.stdout is not None
        with TemporaryDirectory(prefix="balai-warm-") as folder:
            (Path(folder) / "in").write_text(typed, "utf-8")
            job = {"script": script, "environment": dict(environment), "cwd": str(cwd.resolve()), "folder": folder}
            print(json.dumps(job), file=self.process.stdin, flush=True)
            code = int(self.process.stdout.readline())
            assert self.process.stdout.readline() == "ready\n"
            out, err = ((Path(folder) / name).read_text("utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess(["-c", script], code, out, err)


@contextmanager
def started(source: Path | None = None) -> Iterator[Warm]:
    """Start the process that is forked, and end it; with a source it loads the engine from there, which no setting changes."""
    with subprocess.Popen(
        [sys.executable, "-I", "-c", SERVE.replace("{ours!r}", repr([str(source)] if source else []))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith(("BALAI_", "DJANGO_"))},
    ) as process:  # fmt: skip
        yield Warm(process)
        assert process.stdin is not None
        process.stdin.close()
