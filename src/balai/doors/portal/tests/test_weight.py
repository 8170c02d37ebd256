"""What pages weigh on the line, as a phone on EDGE gets them. `BALAI_WEIGH=1` writes the figures that `/design` shows."""

import gzip
import os
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from balai.base.pages import design

from .test_apply import begin, fill, prove

pytestmark = pytest.mark.django_db
NAMED = re.compile(r'<(link|script|img)\b[^>]*?(?:src|href)="(/[^"]+)"[^>]*>')
PACKED = {"accept-encoding": "gzip"}


def weigh(client: Client, path: str) -> tuple[int, str]:
    """Give the bytes of a page as they are sent, and the page."""
    answer = client.get(path, headers=PACKED)
    assert answer.status_code == 200 and answer.get("Content-Encoding") == "gzip", path
    return len(answer.content), gzip.decompress(answer.content).decode()


def named(client: Client, page: str) -> Iterator[tuple[str, bool, int]]:
    """Yield each file a page names by src or href, once: its address, whether it is fetched later, its bytes."""
    seen = set()
    for found in NAMED.finditer(page):
        address = found[2]
        if (found[1] == "link" and not re.search(r'rel="(stylesheet|icon|manifest)"', found[0])) or address in seen:
            continue
        seen.add(address)
        yield address, 'loading="lazy"' in found[0], len(client.get(address, headers=PACKED).content)


def test_pages_are_light_and_the_figures_that_are_shown_are_true(stranger: Client) -> None:
    html, page = weigh(stranger, "/")
    files = list(named(stranger, page))
    assert any(address.endswith(".css") for address, _, _ in files) and any(late for _, late, _ in files)
    home = html + sum(size for _, late, size in files if not late)
    lazy = sum(size for _, late, size in files if late)
    service = weigh(stranger, "/layanan/surat-keterangan-usaha/")[0]
    whole = home + lazy + service + weigh(stranger, "/layanan/surat-keterangan-usaha/ajukan/")[0]
    base = begin(stranger)
    for name in ("data-diri", "business", "details", "evidence", "statement"):
        whole += weigh(stranger, f"{base}{name}/")[0]
    fill(stranger, base, known=False)
    whole += weigh(stranger, f"{base}periksa/")[0]
    assert stranger.post(f"{base}periksa/", {"declare": "1"})["Location"] == f"{base}kode/"
    whole += weigh(stranger, f"{base}kode/")[0]
    whole += weigh(stranger, prove(stranger, base)["Location"])[0]
    rows = {
        "home": (home, design.HOME),
        "lazy": (lazy, design.LAZY),
        "service": (service, design.HOME),
        "journey": (whole, design.JOURNEY),
    }
    if os.environ.get("BALAI_WEIGH"):
        head = design.WEIGHTS.read_text("utf-8").split("\n", 1)[0]
        lines = "".join(
            f"  - {{what: pages.design.{key}, bytes: {size}, most: {most}}}\n" for key, (size, most) in rows.items()
        )
        design.WEIGHTS.write_text(f'{head}\ndate: "{timezone.now().date()}"\nrows:\n{lines}', "utf-8")
    shown = {row["what"].rpartition(".")[2]: row["bytes"] for row in design.read_weights()["rows"]}
    for key, (size, most) in rows.items():
        assert size <= most, f"{key}: {size} bytes, {most} at most"
        assert abs(size - shown[key]) <= max(0.1 * size, 1000), (
            f"{key}: {size} bytes now; BALAI_WEIGH=1 writes the figures anew"
        )
