"""A folder that is handed over as a bag: what is taken, and everything by which one could lead out of it or say what is not so."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from balai.records.filing.bags import judge_bag


def make(folder: Path, *, version: str = "1.0", encoding: str = "UTF-8") -> Path:
    """Make a bag of two files with two manifests."""
    (folder / "data" / "surat").mkdir(parents=True)
    files = {"data/surat/satu.pdf": b"satu", "data/Nu\u0301ñez.txt": b"dua"}
    for path, text in files.items():
        (folder / path).write_bytes(text)
    (folder / "bagit.txt").write_text(f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n")
    (folder / "bag-info.txt").write_text("Source-Organization: Kelurahan\n  Contoh\nPayload-Oxum: 7.2\n", encoding)
    for name in ("sha256", "sha512"):
        lines = [f"{hashlib.new(name, text).hexdigest()}  {path}\n" for path, text in files.items()]
        (folder / f"manifest-{name}.txt").write_text("".join(lines), encoding)
    told = hashlib.sha256((folder / "bag-info.txt").read_bytes()).hexdigest()
    (folder / "tagmanifest-sha256.txt").write_text(f"{told}  bag-info.txt\n", encoding)
    return folder


@pytest.mark.parametrize(("version", "encoding"), [("1.0", "UTF-8"), ("0.97", "UTF-16"), ("0.93", "UTF-8")])
def test_a_whole_bag_is_taken_with_every_digest(tmp_path: Path, version: str, encoding: str) -> None:
    bag = judge_bag(make(tmp_path / "bag", version=version, encoding=encoding))
    assert (bag.faults, bag.warnings, bag.whole) == ((), (), True)
    assert ("Source-Organization", "Kelurahan Contoh") in bag.info
    assert bag.files["data/surat/satu.pdf"]["sha512"] == hashlib.sha512(b"satu").hexdigest()
    assert len(bag.files) == 2


def change(name: str, old: str, new: str) -> Callable[[Path], object]:
    """Change a tag file."""
    return lambda bag: (bag / name).write_text((bag / name).read_text("utf-8").replace(old, new, 1), "utf-8")


def add(name: str, line: str) -> Callable[[Path], object]:
    """Add a line to a tag file, or make one."""
    return lambda bag: (bag / name).open("a", encoding="utf-8").write(f"{line}\n")


OF = hashlib.sha256(b"satu").hexdigest()
MISUSES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a letter was changed": (
        lambda bag: (bag / "data/surat/satu.pdf").write_bytes(b"dusta"),
        "is not what its sha256 says",
    ),
    "a letter is gone": (lambda bag: (bag / "data/surat/satu.pdf").unlink(), "is listed and not there"),
    "a letter nobody listed": (lambda bag: (bag / "data/tiga").write_bytes(b""), "is listed by no manifest"),
    "one manifest lists less": (
        change("manifest-sha512.txt", "data/surat/satu.pdf", "data/Núñez.txt"),
        "manifest-sha512.txt",
    ),
    "a link out": (lambda bag: (bag / "data/keluar").symlink_to("/etc/passwd"), "is a link"),
    "a linked folder": (lambda bag: (bag / "data/keluar").symlink_to(bag.parent), "is a link"),
    "a pipe": (lambda bag: os.mkfifo(bag / "data/pipa"), "is no file"),
    "up and out": (add("manifest-sha256.txt", f"{OF}  data/../../satu.pdf"), "leads out"),
    "up by an escape": (add("manifest-sha256.txt", f"{OF}  data/%0a/../../x"), "leads out"),
    "from the root": (add("manifest-sha256.txt", f"{OF}  /etc/passwd"), "leads out"),
    "somebody's home": (add("manifest-sha256.txt", f"{OF}  ~root/x"), "leads out"),
    "a drive": (add("manifest-sha256.txt", f"{OF}  C:\\x"), "leads out"),
    "a zero byte": (add("manifest-sha256.txt", f"{OF}  data/a\0b"), "leads out"),
    "a tag file as payload": (add("manifest-sha256.txt", f"{OF}  bag-info.txt"), "is not below data"),
    "payload among tags": (add("tagmanifest-sha256.txt", f"{OF}  data/surat/satu.pdf"), "is payload"),
    "twice": (add("manifest-sha256.txt", f"{OF}  data/surat/satu.pdf"), "a second time"),
    "no digest": (add("manifest-sha256.txt", "data/surat/satu.pdf"), "is no digest and path"),
    "fetched": (add("fetch.txt", "http://127.0.0.1/x 4 data/x"), "nothing is fetched"),
    "fetched from outside": (add("fetch.txt", "http://127.0.0.1/x 4 ../x"), "leads out"),
    "an unknown digest": (add("manifest-crc32.txt", "00000000  data/surat/satu.pdf"), "crc32 is not known"),
    "the sum of bytes": (change("bag-info.txt", "7.2", "8.2"), "is not what its sha256 says"),
    "a version to come": (change("bagit.txt", "1.0", "2.0"), "BagIt 2.0 is not known"),
    "no words": (change("bagit.txt", "UTF-8", "zlib"), "is no encoding of text"),
    "not its encoding": (lambda bag: (bag / "bag-info.txt").write_bytes(b"a: \xff\n"), "cannot be read as UTF-8"),
    "no declaration": (lambda bag: (bag / "bagit.txt").unlink(), "There is no bagit.txt"),
    "no payload": (
        lambda bag: [(bag / f"manifest-{name}.txt").unlink() for name in ("sha256", "sha512")],
        "no payload manifest",
    ),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_what_is_not_whole_is_refused_in_words(tmp_path: Path, misuse: str) -> None:
    bag = make(tmp_path / "bag")
    spoil, words = MISUSES[misuse]
    spoil(bag)
    report = judge_bag(bag)
    assert not report.whole
    assert any(words in fault for fault in report.faults), report.faults


def test_a_sum_that_does_not_hold_is_told_where_nothing_else_does(tmp_path: Path) -> None:
    bag = make(tmp_path / "bag")
    (bag / "tagmanifest-sha256.txt").unlink()
    change("bag-info.txt", "7.2", "8.2")(bag)
    assert judge_bag(bag).faults == ("Payload-Oxum says 8.2; there are 7.2.",)


def test_what_is_no_bag_raises_nothing(tmp_path: Path) -> None:
    assert judge_bag(tmp_path / "tiada").faults == ("This is no folder.",)
    assert not judge_bag(tmp_path).whole
