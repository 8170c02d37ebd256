"""The sealed file: what goes in comes out, any change is refused, any range is read, memory stays small."""

import io
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from balai.base.crypto import Tampered
from balai.records.documents import sealing
from balai.records.documents.sealing import CHUNK, SealedFile

KEY = bytes(range(32))
SEALED = CHUNK + 16


def seal(path: Path, plain: bytes, key: bytes = KEY) -> Path:
    with path.open("wb") as file:
        assert sealing.write_sealed(file, key, [plain]) == len(plain)
    return path


def read(path: Path, size: int, key: bytes = KEY) -> bytes:
    with io.BufferedReader(SealedFile(path, key, size)) as file:
        return file.read()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])
def test_every_length_comes_back(tmp_path: Path, size: int) -> None:
    plain = os.urandom(size)
    assert read(seal(tmp_path / "a", plain), size) == plain


@given(st.lists(st.binary(max_size=200_000), max_size=6))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_pieces_it_came_in_do_not_matter(tmp_path: Path, pieces: list[bytes]) -> None:
    target = io.BytesIO()
    size = sealing.write_sealed(target, KEY, pieces)
    (tmp_path / "a").write_bytes(target.getvalue())
    assert read(tmp_path / "a", size) == b"".join(pieces)


def test_a_flip_anywhere_is_refused(tmp_path: Path) -> None:
    plain = os.urandom(2 * CHUNK + 50)
    path = seal(tmp_path / "a", plain)
    sealed = path.read_bytes()
    for place in (0, CHUNK, SEALED, SEALED + 5, 2 * SEALED + 1, len(sealed) - 1):
        path.write_bytes(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])
        with pytest.raises(Tampered):
            read(path, len(plain))


def test_swapped_repeated_and_dropped_chunks_are_refused(tmp_path: Path) -> None:
    plain = os.urandom(3 * CHUNK)
    path = seal(tmp_path / "a", plain)
    one, two, three = (path.read_bytes()[at : at + SEALED] for at in (0, SEALED, 2 * SEALED))
    for forged in (two + one + three, one + one + three, three + two + one):
        path.write_bytes(forged)
        with pytest.raises(Tampered):
            read(path, len(plain))


def test_a_cut_end_is_refused_even_when_the_row_was_changed_with_it(tmp_path: Path) -> None:
    plain = os.urandom(3 * CHUNK)
    path = seal(tmp_path / "a", plain)
    path.write_bytes(path.read_bytes()[: 2 * SEALED])
    with pytest.raises(Tampered, match="length"):
        read(path, len(plain))
    with pytest.raises(Tampered, match="chunk"):  # the second chunk is not marked as last
        read(path, 2 * CHUNK)


def test_a_file_in_the_place_of_another_is_refused(tmp_path: Path) -> None:
    plain = os.urandom(100)
    path = seal(tmp_path / "a", plain, sealing.file_key(KEY, b"salt-one"))
    with pytest.raises(Tampered):
        read(path, 100, sealing.file_key(KEY, b"salt-two"))


def test_a_file_that_is_gone_is_an_alarm(tmp_path: Path) -> None:
    with pytest.raises(Tampered, match="gone"):
        SealedFile(tmp_path / "none", KEY, 5)


@given(st.integers(0, 3 * CHUNK + 20), st.integers(0, 2 * CHUNK))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_range_equals_the_slice(tmp_path: Path, start: int, length: int) -> None:
    plain = bytes(range(256)) * (3 * CHUNK // 256) + b"the end"
    path = tmp_path / "a"
    if not path.exists():
        seal(path, plain)
    with io.BufferedReader(SealedFile(path, KEY, len(plain))) as file:
        file.seek(start)
        assert file.read(length) == plain[start : start + length]


def test_a_range_opens_only_the_chunks_it_touches(tmp_path: Path) -> None:
    plain = os.urandom(4 * CHUNK)
    path = seal(tmp_path / "a", plain)
    sealed = bytearray(path.read_bytes())
    sealed[0] ^= 1  # the first chunk is broken
    path.write_bytes(sealed)
    with io.BufferedReader(SealedFile(path, KEY, len(plain))) as file:
        file.seek(2 * CHUNK + 10)
        assert file.read(20) == plain[2 * CHUNK + 10 : 2 * CHUNK + 30]
