"""Storing, reading, refusing, previewing and collecting documents on a real database and disk."""

import io
import os
import shutil
import socket
import struct
import threading
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pikepdf
import pytest
from django.db import transaction
from PIL import Image

from balai.base import crypto, unlocked
from balai.base.actors import Actor
from balai.base.crypto import Tampered
from balai.base.errors import BalaiError, Invalid, NotFound, Unavailable
from balai.base.models import Access, Entry
from balai.records.documents import actions, jobs, queries, rules
from balai.records.documents.models import Document

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
SITI = Actor("person", "portal", person_id=uuid4())


@pytest.fixture
def vault(settings: Any) -> UUID:
    shutil.rmtree(Path(settings.BALAI_HOME) / "documents", ignore_errors=True)
    return crypto.new_vault().id


def store(vault: UUID, data: bytes, name: str = "foto.jpg", **more: Any) -> Document:
    return actions.store(vault, io.BytesIO(data), name=name, actor=SITI, now=NOW, **more)


def jpeg(width: int = 300, height: int = 200, **more: Any) -> bytes:
    made = io.BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert("RGB").save(made, "JPEG", **more)
    return made.getvalue()


def png(width: int = 30, height: int = 20) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(made, "PNG")
    return made.getvalue()


def pdf(pages: int = 1, change: Any = None, **save: Any) -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(200, 300))
    if change:
        change(document)
    made = io.BytesIO()
    document.save(made, **save)
    return made.getvalue()


def refused(vault: UUID, data: bytes, code: str, **more: Any) -> BalaiError:
    with pytest.raises(Invalid) as caught:
        store(vault, data, **more)
    assert caught.value.code == code
    assert caught.value.message("id") and caught.value.message("en")
    assert not Document.objects.exists()
    assert not list(queries.folder(vault).glob("*")), "a refused file leaves nothing on the disk"
    return caught.value


# -- in and out -------------------------------------------------------------------------------------------------------


def test_what_goes_in_comes_out_and_lies_encrypted(vault: UUID) -> None:
    data = jpeg(900, 700, quality=95)
    document = store(vault, data, name="C:\\foto usaha.jpeg")
    assert (document.media_type, document.size, document.pages) == ("image/jpeg", len(data), 1)
    assert b"".join(queries.open_document(document.id)) == data
    assert queries.name_of(document) == "foto usaha.jpg"
    assert queries.facts(document.id).type == "image/jpeg"
    kept = queries.path_of(document).read_bytes()
    assert b"JFIF" not in kept and data[1000:1032] not in kept
    assert queries.path_of(document).stat().st_mode & 0o077 == 0
    assert "foto" not in str(Entry.objects.get(action="document-stored").body)


def test_a_range_is_read_without_the_rest(vault: UUID) -> None:
    data = jpeg() + os.urandom(300_000)
    document = store(vault, data)

    def read(start: int) -> bytes:
        with queries.open_file(document.id) as file:
            file.seek(start)
            return file.read(4096)

    assert read(200_000) == data[200_000:204_096]
    started = time.perf_counter()
    for at in range(0, 280_000, 2800):
        read(at)
    assert (time.perf_counter() - started) / 100 < 0.02


def test_the_same_bytes_in_one_vault_are_kept_once_and_across_vaults_apart(vault: UUID) -> None:
    data = jpeg()
    one, two = store(vault, data), store(vault, data, name="lagi.jpg")
    other = store(crypto.new_vault().id, data)
    assert queries.path_of(one) == queries.path_of(two)
    assert one.address != other.address
    assert len(list(queries.folder(vault).iterdir())) == 1
    assert b"".join(queries.open_document(two.id)) == data


def test_versions_of_one_document(vault: UUID) -> None:
    first = store(vault, jpeg(100, 100))
    second = store(vault, jpeg(120, 100), replaces=first.id)
    third = store(vault, pdf(), replaces=first.id)
    assert [each.version for each in queries.list_versions(first.series)] == [3, 2, 1]
    assert second.series == third.series == first.id
    with pytest.raises(NotFound):
        store(crypto.new_vault().id, jpeg(), replaces=first.id)


def test_a_shredded_vault_opens_nothing(vault: UUID) -> None:
    document = store(vault, jpeg())
    crypto.shred(vault, NOW)
    with pytest.raises(NotFound, match="vault-shredded"):
        queries.open_document(document.id)


def test_a_changed_or_missing_file_is_refused_before_anything_is_shown(vault: UUID) -> None:
    document = store(vault, jpeg())
    path = queries.path_of(document)
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(Tampered):
        queries.open_document(document.id)
    path.unlink()
    with pytest.raises(Tampered):
        queries.open_document(document.id)


def test_two_files_of_one_vault_cannot_be_exchanged(vault: UUID) -> None:
    one, two = store(vault, jpeg(100, 100)), store(vault, jpeg(101, 100))
    a, b = queries.path_of(one).read_bytes(), queries.path_of(two).read_bytes()
    queries.path_of(one).write_bytes(b)
    queries.path_of(two).write_bytes(a)
    for each in (one, two):
        with pytest.raises(Tampered):
            queries.open_document(each.id)


def test_reading_for_somebody_else_is_written_down_first(vault: UUID) -> None:
    document = store(vault, jpeg())
    budi = Actor("officer", "desk", person_id=uuid4())
    assert SITI.person_id
    queries.read_document(SITI, document.id, purpose="melihat", person_id=SITI.person_id, now=NOW)
    assert not Access.objects.exists()
    queries.read_document(budi, document.id, purpose="verifikasi", person_id=SITI.person_id, now=NOW)
    row = Access.objects.get()
    assert (row.object, row.person_id, row.purpose) == (f"document:{document.id}", SITI.person_id, "verifikasi")


def test_the_same_command_is_one_document(vault: UUID) -> None:
    command = uuid4()
    assert store(vault, jpeg(), command_id=command).id == store(vault, jpeg(), command_id=command).id


# -- sizes ------------------------------------------------------------------------------------------------------------


def test_a_huge_upload_is_refused_by_its_declared_size_without_reading(vault: UUID) -> None:
    def never() -> Iterator[bytes]:
        raise AssertionError("the stream was read")
        yield b""

    with pytest.raises(Invalid, match="file-too-large"):
        actions.store(vault, never(), name="besar.pdf", actor=SITI, now=NOW, declared_size=200 * 1024 * 1024)


def test_a_stream_that_lies_about_its_size_is_cut_off_at_the_limit(vault: UUID) -> None:
    given = 0

    def endless() -> Iterator[bytes]:
        nonlocal given
        yield jpeg()
        while True:
            given += 64 * 1024
            yield bytes(64 * 1024)

    with pytest.raises(Invalid, match="file-too-large"):
        actions.store(vault, endless(), name="a.jpg", actor=SITI, now=NOW, max_bytes=1_000_000, declared_size=10)
    assert given < 1_200_000
    assert not list(queries.folder(vault).iterdir())


def test_memory_stays_bounded_for_a_large_file(vault: UUID) -> None:
    def large() -> Iterator[bytes]:
        yield jpeg()
        for _ in range(900):
            yield os.urandom(65_536)

    tracemalloc.start()
    document = actions.store(vault, large(), name="a.jpg", actor=SITI, now=NOW, max_bytes=100_000_000)
    for _ in queries.open_document(document.id):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert document.size > 58_000_000
    assert peak < 6_000_000


def test_an_empty_file_is_refused(vault: UUID) -> None:
    refused(vault, b"", "file-empty")


# -- what it is and what hides in it ----------------------------------------------------------------------------------


def test_types_are_sniffed_and_not_believed(vault: UUID) -> None:
    error = refused(vault, png(), "file-type", name="foto.jpg", declared_type="image/jpeg", accept=["image/jpeg"])
    assert "PNG" in error.message("id") and "JPEG" in error.message("id")
    refused(vault, b"MZ\x90\x00" + bytes(500), "file-type", name="foto.jpg")
    refused(vault, b"halo dunia", "file-type")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.txt", "x")
    refused(vault, made.getvalue(), "file-type")


@pytest.mark.parametrize("accept", [["image/*"], [".jpg"], ["image/jpeg", "application/pdf"], []])
def test_what_a_form_accepts_can_be_said_in_several_ways(vault: UUID, accept: list[str]) -> None:
    assert store(vault, jpeg(), accept=accept).media_type == "image/jpeg"


def test_what_cannot_be_drawn_for_an_officer_is_refused_with_what_is_taken_instead(vault: UUID) -> None:
    heic = b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)
    told = refused(vault, heic, "file-heic", name="IMG_1.HEIC").message("id")
    assert "Paling Kompatibel" in told and "tangkapan layar" in told


def test_hidden_archives_and_second_kinds_are_refused(vault: UUID) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("run.exe", os.urandom(1000))
    refused(vault, jpeg() + made.getvalue(), "file-polyglot")
    refused(vault, pdf() + made.getvalue(), "file-polyglot", name="a.pdf")
    refused(vault, jpeg() + bytes(100_000) + b"Rar!\x1a\x07\x01\x00" + bytes(100_000), "file-polyglot")
    refused(vault, jpeg(comment=b"%PDF-1.7 hidden"), "file-polyglot")
    refused(vault, jpeg(comment=b"<SCRIPT>alert(1)</script>"), "file-polyglot")


PAGE = b"<html><script>alert(1)</script></html>"


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


@pytest.mark.parametrize(
    "hidden", [PAGE, PAGE.upper(), b"<svg xmlns='x' onload='a()'>", b"<!DOCTYPE html>", b"%PDF-1.7"]
)
def test_a_page_hidden_anywhere_in_a_picture_is_refused(vault: UUID, hidden: bytes) -> None:
    plain = jpeg()
    assert store(vault, plain).pages == 1
    Document.objects.all().delete()
    shutil.rmtree(queries.folder(vault))
    padding = segment(0xFE, b"x" * 60_000)  # beyond what is looked at from the start
    for made in (
        plain[:2] + segment(0xFE, hidden) + plain[2:],  # a comment
        plain[:2] + padding + segment(0xFE, hidden) + plain[2:],
        plain[:2] + padding + segment(0xED, b"Photoshop 3.0\x00" + hidden) + plain[2:],  # what a program adds
        plain + hidden,  # behind the end
        plain + bytes(200_000) + hidden + bytes(200_000),
    ):
        refused(vault, made, "file-polyglot")
    refused(vault, png() + hidden, "file-polyglot")


def test_an_archive_in_the_middle_is_refused_and_a_cameras_xmp_is_not(vault: UUID) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("run.exe", os.urandom(1000))
    refused(vault, jpeg() + made.getvalue() + bytes(100_000), "file-polyglot")
    told = b"http://ns.adobe.com/xap/1.0/\x00<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF/></x:xmpmeta>"
    whole = jpeg()
    assert store(vault, whole[:2] + segment(0xE1, told) + whole[2:]).pages == 1


def test_an_archive_is_seen_across_the_border_of_two_pieces(vault: UUID) -> None:
    data = jpeg() + b"Rar!\x1a\x07\x01\x00" + bytes(50)
    cut = data.index(b"Rar!") + 3
    with pytest.raises(Invalid, match="file-polyglot"):
        actions.store(vault, [data[:cut], data[cut:]], name="a.jpg", actor=SITI, now=NOW)


def test_the_film_that_phones_append_to_a_photo_is_allowed(vault: UUID) -> None:
    film = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + os.urandom(50_000)
    assert store(vault, jpeg() + film).media_type == "image/jpeg"


def script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def deep_script(document: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=document.make_stream(b"app.alert(1)"))
    document.pages[0].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.GoTo, Next=pikepdf.Array([action])))


def launch(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = document.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe"))


def attached(name: str, data: bytes) -> Any:
    def change(document: pikepdf.Pdf) -> None:
        document.attachments[name] = pikepdf.AttachedFileSpec(document, data, filename=name)

    return change


def forms(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = pikepdf.Dictionary(XFA=document.make_stream(b"<xdp/>"))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (script, "JavaScript"),
        (deep_script, "JavaScript"),
        (launch, "Launch"),
        (forms, "XFA"),
        (attached("setup.exe", b"MZ" + bytes(50)), "lampiran"),
        (attached("data.xml", b"MZ" + bytes(50)), "lampiran"),
        (attached("makro.docm", b"PK\x03\x04"), "lampiran"),
    ],
)
def test_pdfs_that_can_run_things_are_refused(vault: UUID, change: Any, named: str) -> None:
    for save in ({}, {"object_stream_mode": pikepdf.ObjectStreamMode.generate}):
        assert named in refused(vault, pdf(1, change, **save), "file-active", name="a.pdf").message("id")


def test_plain_pdfs_links_and_data_attachments_are_fine(vault: UUID) -> None:
    def link(document: pikepdf.Pdf) -> None:
        action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.test/")
        document.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=action)])

    assert store(vault, pdf(3), name="a.pdf").pages == 3
    assert store(vault, pdf(1, link), name="b.pdf").pages == 1
    assert store(vault, pdf(1, attached("data.json", b"{}")), name="c.pdf").pages == 1


def test_broken_locked_and_endless_pdfs_are_refused(vault: UUID) -> None:
    refused(vault, b"%PDF-1.7\n" + os.urandom(2000), "file-broken", name="a.pdf")
    locked = pdf(encryption=pikepdf.Encryption(user="rahasia", owner="rahasia"))
    refused(vault, locked, "file-locked", name="a.pdf")
    refused(vault, pdf(301), "file-pages", name="a.pdf")


def test_broken_pictures_and_bombs_are_refused(vault: UUID) -> None:
    refused(vault, jpeg()[:400], "file-broken")
    whole = png(600, 600)
    refused(vault, whole[: len(whole) // 2], "file-broken")
    for width, height in ((60_000, 60_000), (6_000, 6_000)):
        bomb = bytearray(png())
        bomb[16:24] = struct.pack(">II", width, height)
        bomb[29:33] = struct.pack(">I", zlib.crc32(bomb[12:29]))
        refused(vault, bytes(bomb), "file-image-size")


# -- previews ---------------------------------------------------------------------------------------------------------


def test_previews_are_pngs_of_the_asked_width(vault: UUID) -> None:
    document = store(vault, pdf(2), name="a.pdf")
    with Image.open(io.BytesIO(queries.preview(document.id, 2, 400))) as image:
        assert (image.format, image.size) == ("PNG", (400, 600))
    for page in (0, 3):
        with pytest.raises(Invalid, match="no-such-page"):
            queries.preview(document.id, page)


def test_a_preview_is_upright_and_without_the_cameras_metadata(vault: UUID) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "Kamera Rahasia"
    document = store(vault, jpeg(300, 200, exif=exif))
    drawn = queries.preview(document.id, width=100)
    with Image.open(io.BytesIO(drawn)) as image:
        assert image.width < image.height
    assert b"Rahasia" not in drawn


def test_a_preview_of_an_extreme_page_stays_small(vault: UUID) -> None:
    document = pikepdf.new()
    document.add_blank_page(page_size=(10, 14_000))
    made = io.BytesIO()
    document.save(made)
    with Image.open(io.BytesIO(queries.preview(store(vault, made.getvalue()).id, width=2000))) as image:
        assert image.width * image.height <= 8_100_000


# -- scanner ----------------------------------------------------------------------------------------------------------

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def clamd(settings: Any, *, answer: bytes | None = None) -> Iterator[list[int]]:
    """Run a daemon on loopback that speaks INSTREAM and knows one virus."""
    seen: list[int] = []
    server = socket.create_server(("127.0.0.1", 0))

    def read(connection: socket.socket, length: int) -> bytes:
        data = b""
        while len(data) < length:
            data += connection.recv(length - len(data))
        return data

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                assert read(connection, 10) == b"zINSTREAM\0"
                data = b""
                while length := struct.unpack("!I", read(connection, 4))[0]:
                    data += read(connection, length)
                seen.append(len(data))
                found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
                connection.sendall(found if answer is None else answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"scanner": "clamd"}
    settings.BALAI_CLAMD = f"127.0.0.1:{server.getsockname()[1]}"
    try:
        yield seen
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def test_clamd_scans_every_byte_and_finds_a_virus(vault: UUID, settings: Any) -> None:
    with clamd(settings) as seen:
        refused(vault, jpeg() + EICAR, "file-infected")
        data = jpeg() + os.urandom(200_000)
        assert store(vault, data).scan == "clean"
    assert seen[1] == len(data)


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"UNKNOWN COMMAND\0"])
def test_an_answer_that_is_no_verdict_takes_nothing_in(vault: UUID, settings: Any, answer: bytes) -> None:
    with clamd(settings, answer=answer), pytest.raises(Unavailable, match="scanner-unavailable"):
        store(vault, jpeg())
    assert not Document.objects.exists()


def test_a_scanner_that_is_down_takes_nothing_in(vault: UUID, settings: Any) -> None:
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"scanner": "failing"}
    with pytest.raises(Unavailable, match="scanner-unavailable"):
        store(vault, jpeg())
    assert not list(queries.folder(vault).iterdir())


def test_without_a_scanner_documents_are_marked_unscanned(vault: UUID) -> None:
    assert store(vault, jpeg()).scan == "unscanned"


# -- the collector ----------------------------------------------------------------------------------------------------


def age(path: Path) -> None:
    long_ago = (NOW - timedelta(days=3)).timestamp()
    os.utime(path, (long_ago, long_ago))


def test_files_without_a_row_are_collected_after_a_day_and_no_others(vault: UUID) -> None:
    kept = store(vault, jpeg(100, 100))
    gone = store(vault, jpeg(101, 100))
    young, old = queries.folder(vault) / "new-young", queries.folder(vault) / "new-old"
    young.write_bytes(b"x")
    old.write_bytes(b"x")
    actions.discard(command_id=uuid4(), actor=SITI, now=NOW, document_id=gone.id)
    for path in (queries.path_of(kept), queries.path_of(gone), old):
        age(path)
    os.utime(young, (NOW.timestamp(), NOW.timestamp()))
    assert jobs.collect_orphans(NOW) == 2
    assert queries.path_of(kept).exists() and young.exists()
    assert not queries.path_of(gone).exists() and not old.exists()
    with pytest.raises(NotFound):
        queries.open_document(gone.id)


def test_files_of_a_shredded_vault_are_collected(vault: UUID) -> None:
    document = store(vault, jpeg())
    age(queries.path_of(document))
    assert jobs.collect_orphans(NOW) == 0
    crypto.shred(vault, NOW)
    assert jobs.collect_orphans(NOW) == 1


def test_a_rolled_back_row_leaves_a_file_that_is_collected(vault: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlocked, "complain", lambda what: None)  # the transaction is this test's own
    with pytest.raises(RuntimeError), transaction.atomic():
        document = store(vault, jpeg())
        raise RuntimeError
    path = queries.path_of(document)
    assert path.exists()
    age(path)
    assert jobs.collect_orphans(NOW) == 1


def test_names_become_harmless() -> None:
    assert rules.clean_name("../../etc/passwd", "image/png") == "passwd.png"
    assert rules.clean_name("a\u202egpj.exe", "image/jpeg") == "agpj.jpg"
    assert rules.clean_name("", "application/pdf") == "berkas.pdf"
    assert rules.clean_name("x" * 500 + ".pdf", "application/pdf") == "x" * 100 + ".pdf"


def test_a_large_photo_is_made_smaller_upright_and_the_journal_says_from_what(vault: UUID) -> None:
    noise, made = Image.effect_noise((900, 600), 90).convert("RGB"), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    noise.save(made, "JPEG", quality=100, exif=exif)
    whole = made.getvalue()
    kept = store(
        vault, whole, accept=[rules.JPEG], max_bytes=500_000, declared_type=rules.JPEG, declared_size=len(whole)
    )
    assert len(whole) > 500_000 >= kept.size and kept.media_type == rules.JPEG
    with Image.open(io.BytesIO(queries.read_bytes(kept.id))) as shown:
        assert shown.size == (600, 900) and not shown.getexif()
    assert Entry.objects.get(stream=f"document:{kept.series}").body["shrunk_from"] == len(whole)


def test_only_a_picture_may_be_larger_than_what_is_asked_for(vault: UUID) -> None:
    asked = {"accept": [rules.PDF, rules.JPEG], "max_bytes": 500_000}
    refused(vault, jpeg(), "file-too-large", declared_size=rules.SHRINKABLE + 1, **asked)
    refused(vault, pdf() + b"%" * 600_000, "file-too-large", **asked)
