"""A letter is archival, accessible, the same every time, and its data never becomes markup."""

import io
import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2  # type: ignore[import-untyped]
import pytest

from balai.engine import letters
from balai.engine.problems import Problems

WITA = timezone(timedelta(hours=8))
AT = datetime(2026, 3, 4, 10, tzinfo=WITA)
TOWN = {
    f"town/{name}": (Path(__file__).parents[5] / "town" / name).read_bytes()
    for name in ("letter.typ", "words.typ", "dates.typ", "emblem.svg")
}
HEAD = '#import "/town/letter.typ": *\n#let data = json("/data.json")\n#show: letter.with(data)\n'
BARE = '#set document(title: "x")\n#set text(lang: "id")\n'


def data(**changes: Any) -> dict[str, Any]:
    """Give the data of Siti's letter, with changes."""
    told: dict[str, Any] = {
        "kind": "grant",
        "title": "Surat Keterangan Usaha",
        "number": "500.3/0012/KEL-BUGIS/2026",
        "at": AT,
        "lang": "id",
        "place": "Samarinda",
        "demo": False,
        "in_force": True,
        "letterhead": ["Pemerintah Kota Samarinda", "Kecamatan Samarinda Kota", "Kelurahan Bugis"],
        "address": "Samarinda 75121",
        "signer": letters.PrintedSigner("Ratna", "Lurah Bugis,", "19800101 200501 2 001"),
        "verification": letters.PrintedVerification("https://balai.example/v/7Q2K9F", "7Q2K9F"),
    }
    tree = {
        "applicant": {"name": "Siti"},
        "apply": {"business_name": "Warung Siti"},
        "unit": {"name": "Kelurahan Bugis"},
    }
    return letters.compose(tree, **{**told, **changes})


def render(
    body: str = "Isi surat.", told: dict[str, Any] | None = None, *, qr: bytes | None = None, head: str = HEAD
) -> bytes:
    sources = {"letters/grant.typ": (head + body).encode(), **TOWN}
    return letters.render(sources, "grant", told or data(), qr_svg=qr, created_at=AT)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


def refusal(body: str, **told: Any) -> Problems:
    with pytest.raises(Problems) as caught:
        render(body, **told)
    return caught.value


def test_is_archival_and_accessible_in_one_file() -> None:
    with pikepdf.open(io.BytesIO(render())) as pdf:
        assert pdf.open_metadata().pdfa_status == "3A"
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
        assert pdf.Root.MarkInfo.Marked and str(pdf.Root.Lang).startswith("id") and "/StructTreeRoot" in pdf.Root
        assert str(pdf.docinfo["/Title"]) == "Surat Keterangan Usaha 500.3/0012/KEL-BUGIS/2026"


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert render() == render()
    assert render(told=data(number="500.3/0013/KEL-BUGIS/2026")) != render()


def test_ends_in_a_newline_so_that_a_signature_can_follow() -> None:
    assert render().endswith(b"%%EOF\n")


def test_carries_the_moment_it_is_told_not_the_machines() -> None:
    with pikepdf.open(io.BytesIO(render())) as pdf:
        assert str(pdf.docinfo["/CreationDate"]) == "D:20260304020000Z"


def test_data_never_becomes_markup() -> None:
    hostile = '*tebal* #panic("x") $x$ [y] "; #read("/data.json") \\ <b>'
    pdf = render("#data.apply.business_name", data() | {"apply": {"business_name": hostile}})
    assert hostile in text_of(pdf)


def test_values_print_exactly() -> None:
    pdf = render("#data.fee #data.day", data() | {"fee": Decimal("12500.50"), "day": AT.date()})
    assert "12500.50 2026-03-04" in text_of(pdf)
    with pytest.raises(TypeError, match="cannot be printed"):
        render(told=data() | {"fee": object()})
    with pytest.raises(ValueError, match="JSON"):
        render(told=data() | {"fee": float("nan")})


def test_the_qr_code_has_a_text_alternative() -> None:
    url = "https://balai.example/v/7Q2K9F"
    pdf = render(qr=letters.qr_svg(url))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        alternatives = [str(obj.Alt) for obj in opened.objects if isinstance(obj, pikepdf.Dictionary) and "/Alt" in obj]
    assert any(url in alternative for alternative in alternatives)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (data(demo=True), ["CONTOH", "sertifikat peragaan"]),
        (data(in_force=False), ["TIDAK BERLAKU"]),
        (data(demo=True, lang="en"), ["SPECIMEN", "demonstration certificate"]),
        (data(automatic=True), ["Keputusan otomatis", "peninjauan oleh manusia"]),
        (
            data(signer=letters.PrintedSigner("Kelurahan Bugis", "Segel kantor", kind="seal"), automatic=True),
            ["Disegel secara elektronik"],
        ),
    ],
)
def test_says_what_it_is(told: dict[str, Any], words: list[str]) -> None:
    said = text_of(render(told=told))
    assert all(word in said for word in words) and "BSrE" not in said


def test_a_real_letter_in_force_says_neither() -> None:
    said = text_of(render())
    assert "CONTOH" not in said and "TIDAK BERLAKU" not in said and "otomatis" not in said


def test_a_refusal_tells_reason_rule_change_and_objection_even_when_its_source_forgets() -> None:
    told = data(
        kind="refusal",
        reasons=[
            letters.PrintedReason(
                "Kelayakan/3",
                "2026.1",
                "Usaha terlalu muda",
                {"Mulai usaha": "1 Januari 2026"},
                "Ajukan lagi 1 Juli 2026.",
            )
        ],
        objection=letters.PrintedObjection("Camat Samarinda Kota", "2 April 2026", "Tertulis", "UU 30/2014 ps. 77"),
    )
    for body in ("Ditolak.", "Ditolak.\n#reasons(data)\n#objection(data)"):
        said = text_of(render(body, told))
        for word in (
            "Usaha terlalu muda",
            "Aturan Kelayakan/3, versi 2026.1",
            "Ajukan lagi",
            "Camat Samarinda Kota",
            "2 April 2026",
        ):
            assert said.count(word) == 1


def test_a_long_letter_numbers_its_pages() -> None:
    said = text_of(render("#lorem(1500)"))
    assert "Halaman 1 dari 3" in said and "Halaman 3 dari 3" in said


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('#import "@preview/cetz:0.3.0": *', "package"),
        ('#import "@local/x:0.3.0": *', "package"),
        ('#let p = "x.typ"\n#import p: *', "quoted path"),
        ('#let p = "@prev" + "iew/x:1.0.0"\n#import p: *', "package"),
        ('#eval("1")', "eval"),
        ('#plugin("x.wasm")', "plugin"),
    ],
)
def test_refuses_what_would_leave_the_folder_before_running_it(body: str, told: str) -> None:
    problem = refusal(body).problems[0]
    assert told in f"{problem}" and problem.file == "letters/grant.typ" and problem.line >= 4


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('#read("/etc/passwd")', "failed to load file"),
        ('#read("../../etc/passwd")', "escape the project root"),
        ("#while true {}", "always true"),
        ("#let i = 0\n#while i >= 0 { i += 1 }", "infinite"),
        ("#let f(x) = f(x)\n#f(1)", "maximum function call depth"),
        ("\u4e2d", "could not be displayed"),
        ("#image(bytes(\"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>\"))", "missing alt text"),
        ("#data.applicant.nama", "does not contain key"),
        ("#let x = [", "unclosed"),
    ],
)
def test_refuses_with_file_and_line(body: str, told: str) -> None:
    problem = refusal(body).problems[0]
    assert told in problem.message and problem.file == "letters/grant.typ" and problem.line >= 4
    assert "dev/null" not in f"{problem}" and "--root" not in f"{problem}"


def test_comments_may_name_what_code_may_not() -> None:
    assert render('// never "@preview/x:1.0.0" nor eval\n/* plugin\n eval */ Isi')


def test_a_letter_without_source_or_with_broken_text_is_told() -> None:
    with pytest.raises(Problems, match=r"letters/refusal\.typ"):
        letters.render({"letters/grant.typ": b""}, "refusal", {}, qr_svg=None, created_at=AT)
    with pytest.raises(Problems, match="UTF-8"):
        letters.render({"letters/grant.typ": b"\xff"}, "grant", {}, qr_svg=None, created_at=AT)
    with pytest.raises(ValueError, match="aware"):
        letters.render({}, "grant", {}, qr_svg=None, created_at=AT.replace(tzinfo=None))


def test_compose_is_plain_json_with_its_tree() -> None:
    told = data(valid_until=AT.date())
    assert json.loads(json.dumps(told)) == told
    assert told["applicant"]["name"] == "Siti" and told["valid_until_text"] == "4 Maret 2026"
    assert letters.date_text(datetime(2026, 12, 1, tzinfo=UTC), "en") == "1 December 2026"
