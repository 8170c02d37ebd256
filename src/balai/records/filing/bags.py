"""BagIt (RFC 8493, and the drafts 0.93 to 0.97 before it): a folder that somebody handed over, judged before anything of it is taken.

A bag is `bagit.txt`, payload below `data/`, and manifests that give a digest for each file. Nothing of it is believed: no path may lead
out of the bag, no link is followed, a file that a `fetch.txt` names is never fetched, whatever stands in `data/` must be listed. A bag
with warnings is whole all the same: files listed twice, names that differ in case alone, what an operating system left behind.
"""

import codecs
import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

VERSIONS = ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")
ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
DECLARATION, FETCH, PAYLOAD = "bagit.txt", "fetch.txt", "data/"
LARGEST_TAG = 64 * 1024 * 1024  # bytes of a manifest or of any other file about the bag
MOST_FAULTS = 100
CHUNK = 1024 * 1024
LEFT_BY_SYSTEMS = (".ds_store", "thumbs.db", "desktop.ini")
_MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9]+)\.txt")
_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+(\*?)(.+)")
_FETCHED = re.compile(r"(\S+)[ \t]+(\d+|-)[ \t]+(.+)")
_ESCAPED = re.compile(r"%(0[AaDd]|25)")
_OXUM = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class BagReport:
    """What a folder turned out to be: `faults` in words, none for a bag that may be taken; `warnings` that do not keep it out."""

    version: str
    info: tuple[tuple[str, str], ...]  # of bag-info.txt, in its order; a label may stand more than once
    files: Mapping[str, Mapping[str, str]]  # payload by its path: its digests by algorithm
    faults: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Tell whether the bag may be taken."""
        return not self.faults


def judge_bag(folder: Path) -> BagReport:
    """Judge a folder as a bag. Files are read a mebibyte at a time; never raises for what the folder holds."""
    judging = _Judging(folder)
    judging.run()
    return BagReport(
        judging.version,
        tuple(judging.info),
        judging.payload,
        tuple(judging.faults[:MOST_FAULTS]),
        tuple(judging.warnings),
    )


@dataclass(slots=True)
class _Judging:
    """One folder being judged."""

    folder: Path
    version: str = ""
    encoding: str = "utf-8"
    info: list[tuple[str, str]] = field(default_factory=list)
    there: dict[str, str] = field(default_factory=dict)  # normalised path: the path as it lies on the disk
    payload: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    missed: int = 0  # files that are listed, not there, and not needed

    def run(self) -> None:
        """Judge from the outside in; what makes all else meaningless ends it."""
        if not self.folder.is_dir():
            self.faults.append("This is no folder.")
            return
        self.list_files()
        if self.faults or not self.read_declaration():
            return
        manifests = {
            (bool(found[1]), found[2]): name for name in self.there if (found := _MANIFEST.fullmatch(name)) is not None
        }
        listed = {
            kind: lines
            for kind, name in sorted(manifests.items())
            if (lines := self.read_manifest(name, *kind)) is not None
        }
        if not any(not tag for tag, _ in manifests):
            self.faults.append("There is no payload manifest (manifest-sha512.txt).")
        if not (self.folder / PAYLOAD).is_dir():
            self.faults.append("There is no folder data.")
        self.read_fetch()
        self.read_info()
        self.hold_complete({algorithm: lines for (tag, algorithm), lines in listed.items() if not tag})
        if not self.faults:
            self.hold_digests(listed)
            self.hold_oxum()

    def list_files(self) -> None:
        """List every file of the folder; a link, or what is no file, keeps the bag out."""
        for at, folders, names in os.walk(self.folder):
            for name in [*folders, *names]:
                path = Path(at) / name
                told = path.relative_to(self.folder).as_posix()
                if path.is_symlink():
                    self.faults.append(f"{told} is a link; a bag holds files alone.")
                elif name in names and not path.is_file():
                    self.faults.append(f"{told} is no file.")
                elif name in names:
                    self.there[_normal(told)] = told

    def read_declaration(self) -> bool:
        """Read bagit.txt: the version, and in which encoding the other tag files are written."""
        try:
            text = self.read_bytes(DECLARATION).decode("utf-8")
        except (KeyError, UnicodeDecodeError):
            self.faults.append("There is no bagit.txt in UTF-8.")
            return False
        loose = "" if "1.0" in text.partition("\n")[0] else r"[ \t]*"
        said = rf"BagIt-Version{loose}:[ \t]*(\d+\.\d+)[ \t]*\r?\n?Tag-File-Character-Encoding{loose}:[ \t]*(\S+)\s*"
        found = re.fullmatch(said, text.replace("\r\n", "\n").replace("\r", "\n"))
        if found is None:
            self.faults.append("bagit.txt does not say BagIt-Version and Tag-File-Character-Encoding, one line each.")
            return False
        self.version, self.encoding = found[1], found[2]
        if self.version not in VERSIONS:
            self.faults.append(f"BagIt {self.version} is not known here; {VERSIONS[0]} to {VERSIONS[-1]} are.")
        try:
            if not codecs.lookup(self.encoding)._is_text_encoding:
                raise LookupError
        except LookupError:
            self.faults.append(f'"{self.encoding}" is no encoding of text.')
        return not self.faults

    def read_manifest(self, name: str, tag: bool, algorithm: str) -> dict[str, str] | None:
        """Read digests by path; None for what cannot be used."""
        if algorithm not in ALGORITHMS:
            self.faults.append(f"{name}: {algorithm} is not known here; {', '.join(ALGORITHMS)} are.")
            return None
        found: dict[str, str] = {}
        for number, line in enumerate(self.read_lines(name), 1):
            parts = _LINE.fullmatch(line)
            if parts is None:
                self.faults.append(f"{name}:{number} is no digest and path.")
                continue
            digest, starred, path = parts[1].lower(), parts[2], self.read_path(parts[3], f"{name}:{number}", tag=tag)
            if starred:
                self.warnings.append(f"{name}:{number} has the star of md5sum.")
            if path is None:
                continue
            if path in found and (found[path] != digest or self.version == "1.0"):
                self.faults.append(f"{name}:{number} lists {path} a second time.")
            elif path in found:
                self.warnings.append(f"{name}:{number} lists {path} a second time.")
            found[path] = digest
        return found

    def read_path(self, written: str, at: str, *, tag: bool = False) -> str | None:
        """Give the path a line names, normalised; None, with a fault, for one that leads out of the bag."""
        path = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), written) if self.version == "1.0" else written
        if path.startswith("./"):
            self.warnings.append(f"{at}: {path} begins with a dot.")
            path = path.removeprefix("./")
        parts = path.split("/")
        if (
            not all(parts)
            or {".", ".."} & set(parts)
            or "\0" in path
            or path[0] in "~\\%"
            or re.match(r"[A-Za-z]:", path)
        ):
            self.faults.append(f"{at}: {path} leads out of the bag.")
            return None
        if path.startswith(PAYLOAD) is tag:
            self.faults.append(f"{at}: {path} {'is payload' if tag else 'is not below data'}.")
            return None
        return _normal(path)

    def read_fetch(self) -> None:
        """Read which payload lies elsewhere; it must have been brought along, since nothing is fetched."""
        for number, line in enumerate(self.read_lines(FETCH), 1) if FETCH in self.there else ():
            parts = _FETCHED.fullmatch(line)
            if parts is None:
                self.faults.append(f"{FETCH}:{number} is no address, length and path.")
            elif (path := self.read_path(parts[3], f"{FETCH}:{number}")) is not None and path not in self.there:
                self.faults.append(f"{FETCH}:{number}: {path} was not brought along, and nothing is fetched.")

    def read_info(self) -> None:
        """Read bag-info.txt, which the oldest drafts call package-info.txt: labels and values, long ones indented."""
        name = "bag-info.txt" if "bag-info.txt" in self.there else "package-info.txt"
        for line in self.read_lines(name) if name in self.there else ():
            label, colon, value = line.partition(":")
            if line[:1] in (" ", "\t") and self.info:
                self.info[-1] = (self.info[-1][0], f"{self.info[-1][1]} {line.strip()}")
            elif colon:
                self.info.append((label.strip(), value.strip()))
            else:
                self.faults.append(f"{name}: {line[:60]!r} is no label and value.")

    def hold_complete(self, manifests: Mapping[str, Mapping[str, str]]) -> None:
        """Refuse payload that no manifest lists, what is listed and not there, and in 1.0 a manifest that lists less than another."""
        there = {path for path in self.there if path.startswith(PAYLOAD)}
        every = set().union(*manifests.values()) if manifests else set()
        for path in sorted(there - every):
            self.faults.append(f"{path} is listed by no manifest.")
        for algorithm, lines in manifests.items():
            if self.version == "1.0":
                self.faults += [
                    f"manifest-{algorithm}.txt does not list {path}." for path in sorted(every - set(lines))
                ]
            for path in sorted(set(lines) - there):
                same = [one for one in there if one.casefold() == path.casefold() and lines.get(one) == lines[path]]
                if same or path.rpartition("/")[2].casefold() in LEFT_BY_SYSTEMS:
                    self.missed += not same
                    self.warnings.append(f"{path} is not there{f', but {same[0]} is' if same else ''}.")
                else:
                    self.faults.append(f"{path} is listed and not there.")
        self.payload = {path: {} for path in sorted(there)}

    def hold_digests(self, listed: Mapping[tuple[bool, str], Mapping[str, str]]) -> None:
        """Compare every digest; each file is read once, for all of its digests."""
        asked: dict[str, dict[str, str]] = {}
        for (_, algorithm), lines in listed.items():
            for path, digest in lines.items():
                if path in self.there:
                    asked.setdefault(path, {})[algorithm] = digest
                elif not path.startswith(PAYLOAD):
                    self.faults.append(f"{path} is listed and not there.")
        for path, digests in sorted(asked.items()):
            found = self.digest(path, tuple(digests))
            self.faults += [
                f"{path} is not what its {name} says." for name, one in digests.items() if found[name] != one
            ]
            if path in self.payload:
                self.payload[path] = found

    def hold_oxum(self) -> None:
        """Compare the sum of bytes and files, where the bag tells it and nothing that it counted was left out."""
        for label, value in () if self.missed else self.info:
            if label.casefold() != "payload-oxum" or (found := _OXUM.fullmatch(value)) is None:
                continue
            sizes = [(self.folder / self.there[path]).stat().st_size for path in self.payload]
            if (int(found[1]), int(found[2])) != (sum(sizes), len(sizes)):
                self.faults.append(f"Payload-Oxum says {value}; there are {sum(sizes)}.{len(sizes)}.")

    def digest(self, path: str, algorithms: tuple[str, ...]) -> dict[str, str]:
        """Digest one file."""
        sums = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
        with (self.folder / self.there[path]).open("rb") as source:
            while chunk := source.read(CHUNK):
                for each in sums.values():
                    each.update(chunk)
        return {name: each.hexdigest() for name, each in sums.items()}

    def read_bytes(self, name: str) -> bytes:
        """Read a small file of the bag. :raises KeyError: it is not there, or too large."""
        path = self.folder / self.there[name]
        if path.stat().st_size > LARGEST_TAG:
            raise KeyError(name)
        return path.read_bytes()

    def read_lines(self, name: str) -> Iterator[str]:
        """Give the lines of a tag file that say anything."""
        try:
            text = self.read_bytes(name).decode(self.encoding)
        except (KeyError, UnicodeError):
            self.faults.append(f"{name} cannot be read as {self.encoding}.")
            return
        for line in re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")):
            if line.strip():
                yield line


def _normal(path: str) -> str:
    """Give a path in one form of its accents, since file systems differ in which they keep."""
    return unicodedata.normalize("NFC", path)
