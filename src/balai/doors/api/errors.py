"""Refusals of the machines' door: what is wrong with a token, added to the one table of all refusals."""

from typing import ClassVar

from balai.base.errors import MESSAGES, BalaiError

MESSAGES |= {
    "bad-request": (
        "Permintaan ini tidak dapat dibaca. Periksa alamat, header, dan isinya.",
        "This request cannot be read. Check its address, headers and body.",
    ),
    "not-taken": (
        "Alamat ini tidak menerima metode itu; yang diterima ada di header Allow.",
        "This address does not take that method; the header Allow names those it takes.",
    ),
    "too-big": ("Isi permintaan terlalu besar. Kirim yang lebih kecil.", "The body is too large. Send a smaller one."),
    "not-now": (
        "Layanan ini sedang tidak dapat menjawab. Coba lagi nanti.",
        "This cannot be answered now. Try again later.",
    ),
    "internal": (
        "Ini kesalahan kami. Coba lagi nanti dengan Idempotency-Key yang sama.",
        "This is a fault of ours. Try again later with the same Idempotency-Key.",
    ),
    "no-token": (
        "Kirim token yang berlaku di header Authorization: Bearer.",
        "Send a valid token in Authorization: Bearer.",
    ),
    "token-expired": (
        "Masa berlaku token ini sudah habis. Minta token baru kepada administrator kantor.",
        "This token has run out. Ask the office's administrator for a new one.",
    ),
    "token-revoked": (
        "Token ini sudah dicabut. Tanyakan sebabnya kepada administrator kantor.",
        "This token was revoked. Ask the office's administrator why.",
    ),
    "token-ended": (
        "Token ini ikut berakhir: akun pemiliknya ditutup, atau pemiliknya tidak lagi memegang jabatan.",
        "This token ended with what it rested on: its owner's account was closed, or they hold no post any more.",
    ),
}


class NoToken(BalaiError):
    """The caller shows no token that counts (401)."""

    status: ClassVar[int] = 401
    default_code: ClassVar[str] = "no-token"
