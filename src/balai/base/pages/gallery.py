"""Every component with sample values, to look at when the design changes; shown in a demonstration alone."""

from datetime import date
from decimal import Decimal

from balai.base.pages import charts, icons, parts, rendering, texts
from balai.engine import forms
from balai.engine.forms import Field

TEXTS: rendering.Texts = {
    "id": {
        "forms": {
            "apply": {
                "fields": {
                    "business_name": {"label": "Nama usaha", "help": "Seperti di papan nama, misalnya Warung Siti."},
                    "kind": {
                        "label": "Jenis usaha",
                        "options": {"dagang": "Dagang", "jasa": "Jasa", "olah": "Pengolahan"},
                    },
                    "about": {"label": "Ceritakan usaha Anda"},
                    "started_on": {"label": "Mulai berusaha sejak"},
                    "capital": {"label": "Modal usaha", "help": "Tanah dan bangunan tidak dihitung."},
                    "kbli": {"label": "Bidang usaha (KBLI)"},
                    "village": {"label": "Kelurahan"},
                    "photo": {"label": "Foto tempat usaha", "help": "Tampak depan, dengan papan nama bila ada."},
                    "deed": {"label": "Akta pendirian"},
                    "has_partner": {"label": "Apakah usaha ini punya mitra?"},
                    "partners": {
                        "label": "Mitra usaha",
                        "item": "Mitra",
                        "fields": {"name": {"label": "Nama"}, "share": {"label": "Bagian (persen)"}},
                    },
                    "true_said": {"label": "Saya menyatakan isian ini benar."},
                }
            }
        }
    }
}


PICTURE = (
    '<svg viewBox="0 0 700 90" width="700" height="90" role="img" aria-label="Periksa, '
    'putuskan, terbit"><g fill="none" stroke="#333"><circle cx="30" cy="45" r="15"/><path '
    'd="M45 45h60M225 45h60M405 45h60"/><rect x="105" y="20" width="120" height="50" '
    'rx="8"/><rect x="285" y="20" width="120" height="50" rx="8"/><circle cx="480" cy="45" '
    'r="15" stroke-width="4"/></g><text x="165" y="50" text-anchor="middle">Periksa</text><text'
    ' x="345" y="50" text-anchor="middle">Putuskan</text></svg>'
)


def _form() -> forms.Form:
    def make(name: str, kind: str, **more: object) -> Field:
        return Field(name, kind, form="apply", key=name, **more)  # type: ignore[arg-type]

    share = Field("share", "number", form="apply", key="partners.share")
    name = Field("name", "string", form="apply", key="partners.name", required=True)
    made = (
        make("business_name", "string", required=True),
        make("kind", "choice", required=True, options=("dagang", "jasa", "olah")),
        make("about", "text"),
        make("started_on", "date", required=True),
        make("capital", "money", required=True),
        make("kbli", "choice", required=True, source="kbli"),
        make("village", "village", required=True),
        make("photo", "file", required=True, accept=("image/jpeg", "image/png"), max_bytes=5_000_000),
        make("deed", "file", accept=("application/pdf",), max_bytes=2_000_000),
        make("has_partner", "boolean", required=True),
        make("partners", "group", fields={"name": name, "share": share}, min_items=1, max_items=3),
        make("true_said", "boolean", required=True, must_be_true=True),
    )
    fields = {one.name: one for one in made}
    return forms.Form("apply", (forms.FormPage("all", tuple(fields)),), fields)


def _tables() -> dict[str, forms.CodeTable]:
    trades = [
        ("47111", "Perdagangan eceran kelontong"),
        ("56102", "Warung makan"),
        ("56303", "Kedai minuman"),
        ("96111", "Pangkas rambut"),
    ]
    many = trades + [(f"{number:05}", f"Usaha contoh {number}") for number in range(100)]
    villages = {f"64.72.0{a}.100{b}": f"Kelurahan contoh {a}{b}" for a in (1, 2) for b in range(1, 6)}
    return {
        "kbli": forms.CodeTable("kbli", tuple(forms.CodeRow(code, {"id": name}) for code, name in many)),
        "village": forms.CodeTable(
            "village", tuple(forms.CodeRow(code, {"id": name}) for code, name in villages.items())
        ),
        "district": forms.CodeTable(
            "district", tuple(forms.CodeRow(f"64.72.0{a}", {"id": f"Kecamatan contoh {a}"}) for a in (1, 2))
        ),
    }


def sample() -> dict[str, object]:
    """Make the values of the gallery page."""
    form = _form()
    answers = {
        "business_name": "Warung Siti",
        "kind": "dagang",
        "started_on": date(2019, 8, 17),
        "capital": Decimal(15_000_000),
        "photo": "d1",
        "partners": [{"name": "Siti", "share": Decimal("62.5")}, {}],
        "kbli": "56102",
        "has_partner": True,
    }
    drawing = rendering.Drawing(
        form,
        forms.JudgingScope(tables=_tables()),
        TEXTS,
        texts.language(),
        errors={
            "about": "Ceritakan usaha Anda: belum diisi.",
            "partners.1.name": "Nama: belum diisi.",
            "village": "Kelurahan: pilih satu.",
        },
        stored={"d1": rendering.Stored("warung-depan.jpg", 1_240_000, "#", "")},
        searches={"kbli": "contoh"},
        marked=frozenset({"photo"}),
    )
    questions = rendering.draw(drawing, tuple(form.fields.values()), answers)
    return {
        "crumbs": (parts.Link("Beranda", "/"), parts.Link("Galeri")),
        "questions": questions,
        "faults": rendering.list_faults(drawing, questions),
        "stages": parts.stages(("Usaha", "Tempat", "Bukti", "Periksa"), 1),
        "moments": _moments(),
        "facts": (
            parts.Fact("Nama usaha", "Warung Siti", "#"),
            parts.Fact("Modal", "Rp15.000.000", "#", note="Tanpa tanah dan bangunan"),
            parts.Fact("Foto", "warung-depan.jpg", "#", marked=True, note="Petugas: papan nama belum terbaca"),
            parts.Fact("Keadaan", "Menunggu Anda", tone="warn"),
        ),
        "tiles": (
            parts.GridTile("Surat keterangan usaha", "#", "Surat bahwa Anda punya usaha di kelurahan ini.", "usaha"),
            parts.GridTile("KTP-el hilang atau rusak", "#", "Ganti kartu; kami teruskan ke Disdukcapil.", "identitas"),
            parts.GridTile("Akta kelahiran", "#", "Catat kelahiran anak dan terima kutipan akta.", "kelahiran"),
        ),
        "columns": (
            parts.Column("Nomor"),
            parts.Column("Layanan"),
            parts.Column("Keadaan"),
            parts.Column("Sisa hari", True),
        ),
        "cells": (
            (
                parts.Cell("SKU-7Q4M-2K", "#"),
                parts.Cell("Surat keterangan usaha"),
                parts.Cell("Diperiksa", tone="info"),
                parts.Cell("2"),
            ),
            (
                parts.Cell("SKU-9D1R-8B", "#"),
                parts.Cell("Surat keterangan usaha"),
                parts.Cell("Terlambat", tone="bad"),
                parts.Cell("-1"),
            ),
        ),
        "pager": parts.Pager(4, 20, 400),
        "bars": charts.bars([("Surat keterangan usaha", 182), ("Domisili", 96), ("Akta kelahiran", 41)]),
        "plot": charts.line(
            "Permohonan tiap bulan", list(zip("JFMAMJ", (12, 18, 9, 25, 31, 61), strict=True)), goal=45
        ),
        "picture": PICTURE,
        "icons": tuple(icons.PATHS),
    }


def _moments() -> tuple[parts.Moment, ...]:
    return (
        parts.Moment("Permohonan diterima", "Senin, 2 Maret 2026, 09.12"),
        parts.Moment(
            "Kami perlu jawaban Anda",
            "Selasa, 3 Maret 2026",
            "Foto papan nama belum terbaca. Waktu layanan berhenti.",
            "wait",
        ),
        parts.Moment("Sedang diperiksa petugas", "sejak Rabu, 4 Maret 2026", "", "now"),
        parts.Moment("Keputusan", "paling lambat Jumat, 6 Maret 2026", "", "later"),
    )
