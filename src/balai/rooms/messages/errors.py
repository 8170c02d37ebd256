"""The room's refusals, added to the one table of all."""

from balai.base.errors import MESSAGES

MESSAGES |= {
    "message-empty": (
        "Tulis pesannya dulu, atau lampirkan berkas.",
        "Write the message first, or attach a file.",
    ),
    "message-too-long": (
        "Pesan ini {count} huruf; paling banyak {most}. Persingkat, atau lampirkan sebagai berkas. Tulisan Anda masih ada di bawah.",
        "This message has {count} letters; {most} at most. Shorten it, or attach it as a file. What you wrote is still below.",
    ),
    "too-many-attachments": (
        "Paling banyak {most} berkas untuk satu pesan. Kirim sisanya dengan pesan berikutnya.",
        "At most {most} files with one message. Send the rest with the next one.",
    ),
    "cannot-name": (
        "Orang ini tidak bekerja pada berkas ini, jadi tidak dapat disebut. Muat ulang halaman dan pilih lagi.",
        "This person does not work on this case and cannot be named. Load the page again and choose anew.",
    ),
}
