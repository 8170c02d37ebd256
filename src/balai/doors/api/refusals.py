"""Refusals of the machines' door: what is wrong with a token, added to the one table of all refusals."""

from typing import ClassVar

from balai.base.errors import MESSAGES, BalaiError

MESSAGES |= {
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
