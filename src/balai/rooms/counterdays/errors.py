"""Refusals of the counter day, in both languages."""

from balai.base.errors import MESSAGES

MESSAGES |= {
    "supply-shape": (
        "Permintaan bekal ini tidak lengkap. Muat ulang halamannya dan coba lagi.",
        "This request for supplies is incomplete. Reload the page and try again.",
    ),
    "supply-returned": (
        "Bekal ini sudah dikembalikan. Ambil bekal baru bila loket masih bekerja tanpa jaringan.",
        "These supplies were returned already. Draw new ones if the counter still works without a line.",
    ),
    "arrival-shape": (
        "Kiriman ini tidak dapat dibaca. Simpan sebagai berkas dari perangkatnya, lalu impor di kantor.",
        "This cannot be read. Save it to a file on the device and import that at the office.",
    ),
    "arrival-closed": (
        "Permohonan ini sudah ditangani orang lain. Muat ulang untuk melihat keadaan terbaru.",
        "Somebody else has dealt with this application already. Reload to see the current state.",
    ),
    "arrival-reason": (
        "Tulis alasannya: pemohon dapat menanyakannya.",
        "Write the reason: the applicant may ask for it.",
    ),
    "file-not-ours": (
        "Berkas ini bukan dari bekal kantor ini, atau rusak. Salin ulang dari perangkatnya.",
        "This file is not from supplies of this office, or it is damaged. Copy it from the device again.",
    ),
    "seen-other-officer": (
        "Dibawa oleh petugas lain daripada yang mengambil bekal.",
        "Brought by another officer than the one who drew the supplies.",
    ),
    "seen-clerk-left": (
        "Petugas yang menerimanya tidak lagi bertugas di loket.",
        "The officer who took it no longer works at the counter.",
    ),
    "seen-version": (
        "Formulir layanan berganti versi sejak bekal diambil.",
        "The service's form has changed since the supplies were drawn.",
    ),
    "seen-other-person": (
        "NIK ini milik orang lain menurut data kami: nama atau tanggal lahirnya berbeda. Cocokkan dengan KTP-el; mungkin salah salin.",
        "By our records this NIK is somebody else's: name or date of birth differ. Compare with the card; it may be a slip of the pen.",
    ),
    "seen-open-case": (
        "Pemohon sudah punya berkas yang berjalan untuk layanan ini.",
        "The applicant has an open case for this service already.",
    ),
    "seen-protected": (
        "Identitas ini perlu ditangani oleh pejabat yang ditunjuk.",
        "This identity must be dealt with by the officials named for it.",
    ),
    "seen-returned": (
        "Bekalnya sudah dinyatakan kembali sebelum permohonan ini tiba.",
        "The supplies had been declared returned before this application arrived.",
    ),
    "seen-file": (
        "Satu lampiran atau lebih tidak dapat diterima; unggah lagi di formulir.",
        "One attachment or more could not be taken; upload it again in the form.",
    ),
}
