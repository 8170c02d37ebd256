"""Refusals of the auditor's room, in both languages."""

from balai.base.errors import MESSAGES

MESSAGES |= {
    "audit-words": (
        "Isi yang ditandai: tanpa itu orang lain tidak dapat memeriksanya.",
        "Fill in what is marked: without it nobody else can check it.",
    ),
    "audit-purpose": (
        "Tulis untuk apa, misalnya nomor surat tugas.",
        "Write what for, such as the number of your assignment.",
    ),
    "audit-period": (
        "Periode itu tidak ada. Pilih tanggal awal yang tidak sesudah tanggal akhir.",
        "There is no such period. Choose a first day that is not after the last.",
    ),
    "audit-empty": (
        "Tidak ada berkas dalam populasi itu. Perluas periode, layanan, atau unitnya.",
        "No case is in that population. Widen the period, the service or the unit.",
    ),
    "audit-large": (
        "Populasi itu terlalu besar. Persempit periodenya.",
        "That population is too large. Narrow the period.",
    ),
    "audit-size": (
        "Tulis banyaknya sampel, dari 1 sampai 500.",
        "Write how many to draw, from 1 to 500.",
    ),
    "audit-no-head": (
        "Jurnal belum punya ujung untuk dijadikan benih. Tulis benih sendiri atau tunggu sebentar.",
        "The journal has no head yet to be the seed. Type a seed or wait a moment.",
    ),
    "audit-date": (
        "Tanggal itu masih akan datang. Tulis tanggal kantor menerima laporan.",
        "That day is still to come. Write the day the office received the report.",
    ),
    "audit-no-clock": (
        "Belum ada aturan waktu untuk tanggal itu. Periksa tanggal diterimanya laporan.",
        "No clock is known for that day. Check when the report was received.",
    ),
    "audit-state": (
        "Rekomendasi ini sudah di keadaan lain. Muat ulang untuk melihat yang terbaru.",
        "This recommendation is in another state already. Reload to see the newest.",
    ),
    "audit-own-unit": (
        "Anda memimpin unit ini, jadi auditor lain yang memutuskan jawabannya.",
        "You head this unit, so another auditor decides on its answer.",
    ),
    "dossier-too-large": (
        "Dokumen berkas ini lebih dari 40 MB, jadi tidak muat dalam satu berkas perkara. Buka dokumennya satu per satu.",
        "This case's documents are more than 40 MB, too much for one file. Open its documents one by one.",
    ),
}
