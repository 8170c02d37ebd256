"""What is wrong with an answer and what to do about it, in the words of the person who answers.

Each code has one sentence per language. `{label}` is the question's own label; a service may say it better in its texts
under `forms.<form>.fields.<field>.errors.<code>`.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from balai.engine.forms.form import FieldError
from balai.engine.forms.showing import format_date, format_number

MESSAGES: Mapping[str, tuple[str, str]] = {
    "required": (
        "{label}: belum diisi. Isi dahulu sebelum melanjutkan.",
        "{label}: this is empty. Fill it in to go on.",
    ),
    "required.choice": ("{label}: pilih salah satu jawaban.", "{label}: choose one of the answers."),
    "required.choices": ("{label}: pilih sedikitnya satu jawaban.", "{label}: choose at least one answer."),
    "required.files": (
        "{label}: berkas belum ada. Unggah sedikitnya satu berkas.",
        "{label}: there is no file yet. Upload at least one.",
    ),
    "place_words": (
        "{label}: tulis di mana tempatnya, misalnya depan pasar, Jalan Merdeka.",
        "{label}: say in words where it is, such as opposite the market, Jalan Merdeka.",
    ),
    "place_point": (
        "{label}: tulis titiknya sebagai lintang dan bujur, misalnya -0.5022, 117.1536, atau kosongkan.",
        "{label}: write the point as latitude and longitude, as in -0.5022, 117.1536, or leave it out.",
    ),
    "not_of": (
        "{label}: pilihan ini tidak termasuk jawaban sebelumnya. Pilih dari daftar yang tersedia.",
        "{label}: this does not belong to what was answered before. Choose from the list.",
    ),
    "required.file": ("{label}: berkas belum ada. Unggah berkasnya.", "{label}: the file is missing. Upload it."),
    "required.boolean": ("{label}: jawab ya atau tidak.", "{label}: answer yes or no."),
    "must_accept": (
        "{label}: centang pernyataan ini jika Anda menyetujuinya; tanpa itu permohonan tidak dapat dilanjutkan.",
        "{label}: tick this statement if you agree with it; the application cannot go on without it.",
    ),
    "not_text": ("{label}: tulis jawaban sebagai teks.", "{label}: write the answer as text."),
    "control_characters": (
        "{label}: ada tanda tersembunyi di dalamnya. Ketik ulang jawaban ini, jangan disalin.",
        "{label}: there are hidden characters in it. Type the answer again instead of pasting it.",
    ),
    "not_drawable": (
        "{label}: {characters} tidak dapat dicetak di surat. Hapus atau ganti dengan huruf biasa.",
        "{label}: {characters} cannot be printed in a letter. Leave it out, or write it with plain letters.",
    ),
    "too_short": (
        "{label}: terlalu pendek. Tulis sedikitnya {minimum} huruf (sekarang {got}).",
        "{label}: this is too short. Write at least {minimum} characters (now {got}).",
    ),
    "too_long": (
        "{label}: terlalu panjang. Ringkas menjadi paling banyak {maximum} huruf (sekarang {got}).",
        "{label}: this is too long. Shorten it to at most {maximum} characters (now {got}).",
    ),
    "pattern": (
        "{label}: bentuknya belum seperti yang diminta. Ikuti contoh di bawah pertanyaan.",
        "{label}: this is not written the way it is asked for. Follow the example below the question.",
    ),
    "not_number": (
        "{label}: tulis dengan angka saja, misalnya 1500 atau 2,5.",
        "{label}: write digits only, such as 1500 or 2,5.",
    ),
    "not_whole": ("{label}: tulis bilangan bulat, tanpa koma.", "{label}: write a whole number, without decimals."),
    "number_ambiguous": (
        "{label}: angka ini dapat dibaca dengan dua cara. Pakai titik untuk ribuan, misalnya {example}.",
        "{label}: this can be read in two ways. Use a dot for thousands, as in {example}.",
    ),
    "number_too_large": (
        "{label}: angkanya terlalu panjang. Periksa kembali jumlah angkanya.",
        "{label}: the number is too long. Check how many digits it has.",
    ),
    "money_decimals": (
        "{label}: tulis rupiah dengan paling banyak dua angka di belakang koma.",
        "{label}: write rupiah with at most two digits after the comma.",
    ),
    "too_small": (
        "{label}: paling sedikit {minimum}. Perbaiki angkanya.",
        "{label}: at least {minimum}. Correct the number.",
    ),
    "too_large": (
        "{label}: paling banyak {maximum}. Perbaiki angkanya.",
        "{label}: at most {maximum}. Correct the number.",
    ),
    "not_date": (
        "{label}: tulis tanggal seperti 17/08/1990 (tanggal/bulan/tahun).",
        "{label}: write the date as in 17/08/1990 (day/month/year).",
    ),
    "year_four_digits": (
        "{label}: tulis tahun dengan empat angka, misalnya 17/08/1990.",
        "{label}: write the year with four digits, as in 17/08/1990.",
    ),
    "no_such_date": (
        "{label}: tanggal itu tidak ada di kalender. Periksa tanggal dan bulannya.",
        "{label}: there is no such date in the calendar. Check the day and the month.",
    ),
    "too_early": (
        "{label}: paling awal {limit}. Periksa tanggalnya.",
        "{label}: {limit} at the earliest. Check the date.",
    ),
    "too_late": (
        "{label}: paling akhir {limit}. Periksa tanggalnya.",
        "{label}: {limit} at the latest. Check the date.",
    ),
    "not_time": ("{label}: tulis jam seperti 09.30.", "{label}: write the time as in 09.30 or 9:30 am."),
    "not_date_time": (
        "{label}: tulis tanggal dan jam, misalnya 2/3/2026 09.30.",
        "{label}: write a date and a time, as in 2/3/2026 09.30.",
    ),
    "email": (
        "{label}: tulis alamat surel lengkap, misalnya siti@contoh.id.",
        "{label}: write the whole e-mail address, as in siti@example.id.",
    ),
    "phone": (
        "{label}: tulis nomor telepon lengkap, misalnya 0812 3456 7890.",
        "{label}: write the whole telephone number, as in 0812 3456 7890.",
    ),
    "url": (
        "{label}: tulis alamat laman lengkap, dimulai dengan https://.",
        "{label}: write the whole web address, beginning with https://.",
    ),
    "not_yes_no": ("{label}: jawab ya atau tidak.", "{label}: answer yes or no."),
    "unknown": (
        "{label}: pilihan ini tidak ada dalam daftar. Pilih dari daftar yang tersedia.",
        "{label}: this is not in the list. Choose from the list.",
    ),
    "digits_only": ("{label}: tulis dengan angka saja.", "{label}: write digits only."),
    "wrong_length": (
        "{label}: harus {wanted} angka, sekarang {got}. Salin dari kartu atau suratnya.",
        "{label}: it has {wanted} digits, you wrote {got}. Copy it from the card or letter.",
    ),
    "nik_zero": (
        "{label}: semua angkanya nol. Salin nomor dari kartunya.",
        "{label}: all digits are zero. Copy the number from the card.",
    ),
    "nik_date": (
        "{label}: angka ke-7 sampai ke-12 ({digits}) bukan tanggal lahir. Salin kembali dari KTP atau KK.",
        "{label}: digits 7 to 12 ({digits}) are not a birth date. Copy it again from the KTP or KK.",
    ),
    "nik_serial": (
        "{label}: empat angka terakhir tidak boleh 0000. Salin kembali dari kartunya.",
        "{label}: the last four digits cannot be 0000. Copy it again from the card.",
    ),
    "kk_date": (
        "{label}: angka ke-7 sampai ke-12 ({digits}) bukan tanggal. Salin kembali dari Kartu Keluarga.",
        "{label}: digits 7 to 12 ({digits}) are not a date. Copy it again from the family card.",
    ),
    "nip_date": (
        "{label}: bagian {digits} bukan tanggal. Salin kembali NIP dari kartu pegawai.",
        "{label}: the part {digits} is not a date. Copy the NIP again from the staff card.",
    ),
    "npwp_check": (
        "{label}: ada angka yang tertukar atau salah. Salin kembali dari kartu NPWP.",
        "{label}: a digit is wrong or swapped. Copy it again from the NPWP card.",
    ),
    "file_missing": (
        "{label}: berkas ini belum tersimpan. Unggah sekali lagi.",
        "{label}: this file was not kept. Upload it once more.",
    ),
    "file_unreadable": (
        "{label}: berkas {name} tidak dapat dibuka. Simpan ulang atau foto ulang, lalu unggah lagi.",
        "{label}: the file {name} cannot be opened. Save or photograph it anew and upload it again.",
    ),
    "file_empty": (
        "{label}: berkas {name} kosong. Pilih berkas lain.",
        "{label}: the file {name} is empty. Choose another file.",
    ),
    "file_type": (
        "{label}: jenis berkas ini tidak diterima. Unggah berkas {accept}.",
        "{label}: this kind of file is not accepted. Upload a {accept} file.",
    ),
    "file_too_large": (
        "{label}: berkas terlalu besar ({got}). Perkecil sampai paling besar {maximum}.",
        "{label}: the file is too large ({got}). Make it at most {maximum}.",
    ),
    "too_few": (
        "{label}: tambahkan sampai ada sedikitnya {minimum}.",
        "{label}: add more until there are at least {minimum}.",
    ),
    "too_many": (
        "{label}: paling banyak {maximum}. Hapus yang tidak perlu.",
        "{label}: at most {maximum}. Remove those that are not needed.",
    ),
    "same_nik": (
        "{label}: NIK ini sudah disebut di atas. Setiap orang disebut satu kali.",
        "{label}: this NIK stands above already. Name each person once.",
    ),
    "own_nik": (
        "{label}: ini NIK pemohon sendiri. Sebut orang lain.",
        "{label}: this is the applicant's own NIK. Name somebody else.",
    ),
    "not_rows": (
        "{label}: jawaban ini harus berupa daftar. Isi lewat formulir.",
        "{label}: this answer must be a list of entries. Fill it in on the form.",
    ),
    "not_answers": (
        "Jawaban harus dikirim sebagai pasangan nama dan nilai.",
        "The answers must be sent as pairs of name and value.",
    ),
    "unknown_field": (
        "Pertanyaan \"{path}\" tidak ada di formulir ini. Periksa namanya atau hapus.",
        "There is no question \"{path}\" in this form. Check its name or remove it.",
    ),
    "nik_district_unknown": (
        "{label}: format sesuai, tetapi kode wilayahnya tidak dikenal (mungkin kode lama). Cocokkan dengan kartunya.",
        "{label}: the format fits, but its area code is not known (it may be an old one). Compare it with the card.",
    ),
    "nik_birth_date_differs": (
        "{label}: format sesuai, tetapi tanggalnya berbeda dari tanggal lahir yang tercatat. Cocokkan dengan kartunya.",
        "{label}: the format fits, but the date in it differs from the recorded birth date. Compare it with the card.",
    ),
    "nik_sex_differs": (
        "{label}: format sesuai, tetapi jenis kelaminnya berbeda dari yang tercatat. Cocokkan dengan kartunya.",
        "{label}: the format fits, but the sex in it differs from the record. Compare it with the card.",
    ),
}  # fmt: skip

_TODAY = ("hari ini", "today")
_TYPES = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "application/pdf": "PDF",
    "image/webp": "WebP",
    "image/heic": "HEIC",
}


def message(error: FieldError, service_texts: Mapping[str, Mapping[str, object]], lang: str) -> str:
    """Answer the sentence for an error in this language, naming the question by its label.

    `service_texts` are a service's texts by language; without a label the field's name stands in.
    """
    own = _own_words(error, service_texts, lang)
    template = own or _template(error, lang)
    shown = {name: _show(name, value, lang, error) for name, value in error.params.items()}
    if "limit" in shown and error.params.get("today"):
        shown["limit"] = _TODAY[_column(lang)]
    words = {"label": _label(error, service_texts, lang), "path": error.path, **shown}
    for name, value in words.items():
        template = template.replace("{" + name + "}", value)
    return template


def _template(error: FieldError, lang: str) -> str:
    kind = str(error.params.get("kind", ""))
    pair = MESSAGES.get(f"{error.code}.{kind}") or MESSAGES.get(error.code)
    if pair is None:
        raise KeyError(f"no message for {error.code}")
    return pair[_column(lang)]


def _column(lang: str) -> int:
    return 0 if lang == "id" else 1


def _own_words(error: FieldError, texts: Mapping[str, Mapping[str, object]], lang: str) -> str:
    if error.code.startswith("check."):
        found = _text(texts, f"forms.{error.form}.checks.{error.code.removeprefix('check.')}", lang)
        return found or MESSAGES["pattern"][_column(lang)]
    return _text(texts, f"{_field_key(error)}.errors.{error.code}", lang)


def _field_key(error: FieldError) -> str:
    names = [part for part in error.path.split(".") if not part.isdecimal()]
    return f"forms.{error.form}.fields." + ".fields.".join(names)


def _label(error: FieldError, texts: Mapping[str, Mapping[str, object]], lang: str) -> str:
    label = _text(texts, f"{_field_key(error)}.label", lang) or error.path.split(".")[-1]
    numbers = [int(part) + 1 for part in error.path.split(".") if part.isdecimal()]
    return f"{label} ({numbers[0]})" if numbers else label.rstrip(" ?:.")


def _text(texts: Mapping[str, Mapping[str, object]], key: str, lang: str) -> str:
    for one in (lang, *(other for other in texts if other != lang)):
        node: object = texts.get(one, {})
        for part in key.split("."):
            node = node.get(part) if isinstance(node, Mapping) else None
        if isinstance(node, str):
            return node
    return ""


def _show(name: str, value: object, lang: str, error: FieldError) -> str:
    if error.code == "file_too_large" and isinstance(value, int):
        return f"{format_number(Decimal(max(value, 100_000)) / 1_000_000, lang, decimals=1)} MB"
    if name == "accept" and isinstance(value, tuple):
        word = (" atau ", " or ")[_column(lang)]
        names = [_TYPES.get(str(one), str(one)) for one in value]
        return word.join(filter(None, (", ".join(names[:-1]), names[-1])))
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return format_number(Decimal(value), lang)
    return format_date(value, lang) if isinstance(value, date) else str(value)
