"""Refusals of the improvement log, in both languages."""

from balai.base.errors import MESSAGES

MESSAGES |= {
    "improvement-words": (
        "Tulis apa yang salah, paling sedikit 10 huruf, supaya kami tahu apa yang harus diperbaiki.",
        "Write what is wrong in at least 10 letters, so that we know what to mend.",
    ),
    "improvement-answer": (
        "Lengkapi yang ditandai: judul untuk umum, dan alasan bila tidak dikerjakan.",
        "Fill in what is marked: a subject for the public, and the reason when it is not done.",
    ),
    "improvement-state": (
        "Laporan ini sudah di langkah lain. Muat ulang untuk melihat keadaan terbaru.",
        "This report is at another step already. Reload to see the current state.",
    ),
}
