"""The room's refusals, added to the one table of all."""

from balai.base.errors import MESSAGES

MESSAGES |= {
    "share-days": (
        "Pilih berapa lama tautannya berlaku: 1, 7, atau 30 hari.",
        "Choose how long the link holds: 1, 7 or 30 days.",
    ),
    "share-too-many": (
        "Sudah ada {most} tautan yang masih berlaku untuk surat ini. Tarik dulu yang tidak dipakai lagi.",
        "There are {most} links to this letter that still hold. Withdraw those no longer used first.",
    ),
    "share-over": (
        "Tautan ini sudah ditarik atau sudah habis masanya; tidak ada lagi yang perlu dilakukan.",
        "This link was withdrawn already, or has run out; nothing is left to do.",
    ),
}
