"""Refusals of the incident book, in both languages."""

from balai.base.errors import MESSAGES

MESSAGES |= {
    "incident-words": (
        "Isi yang ditandai: tanpa itu buku insiden tidak dapat dipakai orang lain.",
        "Fill in what is marked: without it the book is of no use to anybody else.",
    ),
    "incident-time": (
        "Waktu itu masih akan datang. Tulis kapan sudah terjadi.",
        "That time is still to come. Write when it happened.",
    ),
    "incident-state": (
        "Insiden ini sudah di langkah lain. Muat ulang untuk melihat keadaan terbaru.",
        "This incident is at another step already. Reload to see the current state.",
    ),
    "incident-clocks": (
        "Masih ada yang harus diberi tahu. Catat dulu kapan itu dilakukan.",
        "Somebody must still be told. Note first when that was done.",
    ),
    "incident-lessons": (
        "Tulis apa yang dipelajari sebelum menutupnya: apa yang diubah agar tidak terulang.",
        "Write what was learnt before closing it: what is changed so that it does not happen again.",
    ),
    "incident-closed": (
        "Insiden ini sudah ditutup, jadi tidak dapat diubah lagi.",
        "This incident is closed, so it can no longer be changed.",
    ),
    "incident-nobody": (
        "Tidak ada akun terbuka dengan alamat itu. Periksa lagi ejaannya.",
        "No open account has that address. Check its spelling.",
    ),
}
