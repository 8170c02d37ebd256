"""Files made to hurt, sent to a real hall by strangers at once: everybody else goes on reading pages.

On one web process with four threads, as `balai serve` starts it. What each step took is printed (`pytest -s`).
"""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests import halls
from tests.journeys.hall import Hall, open_hall

from balai.doors.console import timing
from balai.doors.console.bench.servers import family
from balai.records.documents.tests import hostile

MB = 1024 * 1024
FOUR = {
    "600 scans": (hostile.progressive_jpeg, "foto.jpg"),
    "an attachment of 1 GB": (hostile.attachment_bomb, "surat.pdf"),
    "an object stream of 512 MB": (hostile.object_stream_bomb, "surat.pdf"),
    "200 000 paths": (hostile.many_paths, "surat.pdf"),
}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with open_hall(tmp_path_factory.mktemp("hall")) as hall:
        yield hall


class Stranger:
    """Somebody with a browser's cookies who has begun an application, at the page with the files."""

    def __init__(self, hall: Hall) -> None:
        self.http = httpx.Client(base_url=hall.url, follow_redirects=True, timeout=90)
        page = self.http.get("/layanan/surat-keterangan-usaha/ajukan/")
        begun = self.http.post(page.url, data={"csrfmiddlewaretoken": self._token(page.text)})
        found = re.match(r"/permohonan/[0-9a-f-]+/", begun.url.path)
        assert found, begun.text
        self.address = f"{found[0]}evidence/"
        self.token = self._token(self.http.get(self.address).text)  # before others keep every thread busy

    @staticmethod
    def _token(text: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        assert found, text
        return found[1]

    def send(self, name: str, content: bytes) -> str:
        """Send a file as evidence and give the page that comes back."""
        answer = self.http.post(
            self.address, data={"csrfmiddlewaretoken": self.token}, files={"rt_letter": (name, content)}
        )
        assert answer.status_code in (200, 422, 503), answer.status_code
        # a slow machine may have no turn for it in time: that is told, and nothing of the file is kept
        return "no turn" if answer.status_code == 503 else answer.text


class Reader(threading.Thread):
    """Reads a page again and again and keeps how long each took, and how much memory the hall's family had."""

    def __init__(self, hall: Hall) -> None:
        super().__init__(daemon=True)
        self.hall, self.over = hall, threading.Event()
        self.took: list[float] = []
        self.most = 0

    def run(self) -> None:
        """Read until told to stop."""
        with httpx.Client(base_url=self.hall.url, timeout=60) as http:
            while not self.over.wait(0.05):
                started = time.monotonic()
                assert http.get("/layanan/surat-keterangan-usaha/").status_code == 200
                self.took.append(time.monotonic() - started)
                self.most = max(self.most, sum(_resident(pid) for pid in family(self.hall.process.pid)))

    def stop(self) -> None:
        """Stop and wait for the last page."""
        self.over.set()
        self.join(60)


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 // MB
    except (OSError, IndexError):
        return 0


def test_other_pages_are_answered_within_a_second_while_hostile_files_are_judged(hall: Hall) -> None:
    strangers = {name: Stranger(hall) for name in FOUR}
    content = {name: make() for name, (make, _) in FOUR.items()}
    reader, pages = Reader(hall), dict[str, str]()

    def send(name: str) -> None:
        pages[name] = strangers[name].send(FOUR[name][1], content[name])

    before = len(family(hall.process.pid))
    crowded = timing.measure_crowding()  # by other tests; what the files cost comes on top, and is judged
    reader.start()
    senders = [threading.Thread(target=send, args=(name,)) for name in FOUR]
    started = time.monotonic()
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(120)
    took = time.monotonic() - started
    reader.stop()
    slowest = max(reader.took)
    print(  # noqa: T201  # the figures, for whoever asks
        f"{len(FOUR)} hostile files at once, judged in {took:.1f} s: {len(reader.took)} pages meanwhile, the slowest "
        f"after {slowest * 1000:.0f} ms; the hall's family had at most {reader.most} MB"
    )
    assert slowest < 1.0 * crowded
    for name, page in pages.items():
        judged = "terlalu banyak waktu atau memori" in page or "rusak" in page or "Banyak berkas" in page
        assert judged or page == "no turn", (name, re.sub(r"<[^>]+>|\s+", " ", page)[-1500:])
        assert "lihat-berkas" not in page
    # a file that was answered for without a verdict is still judged, to the end of its own time
    assert halls.until(lambda: len(family(hall.process.pid)) <= before + 1, 60), "no child is left, only the porter"


@pytest.mark.long
@pytest.mark.parametrize("name", FOUR)
def test_each_is_refused_with_what_to_do_next_and_a_good_file_is_taken_after_it(hall: Hall, name: str) -> None:
    make, sent = FOUR[name]
    stranger = Stranger(hall)
    page = stranger.send(sent, make())
    assert "terlalu banyak waktu atau memori" in page or "rusak" in page
    taken = stranger.send("surat.pdf", hostile.page(hostile.stream(b"")))
    assert "surat.pdf" in taken and "rusak" not in taken
