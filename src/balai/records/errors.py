"""Refusals of the records floor, added to the one table of all refusals when the apps are loaded."""

from django.utils.translation import get_language

from balai.base.errors import MESSAGES, Invalid
from balai.engine.forms import list_undrawable, name_characters

MESSAGES |= {
    "law-ground": (
        "Lengkapi yang ditandai: dasar hukum, tanggalnya, alamat lamannya, dan hari peninjauan.",
        "Fill in what is marked: the legal basis, its date, the address of its page, and the day of review.",
    ),
    "law-ground-basis": (
        "Tulis peraturannya dengan nomor dan pasal, misalnya Perda 1/2026 pasal 4.",
        "Write the regulation with its number and article, as in Perda 1/2026 pasal 4.",
    ),
    "law-ground-basis-date": (
        "Tulis tanggal peraturan, misalnya 4 Januari 2026; tidak lebih dari hari ini.",
        "Write the regulation's date, as in 4 January 2026; not later than today.",
    ),
    "law-ground-link": (
        "Tulis alamat laman lengkap yang dimulai dengan https://, atau kosongkan.",
        "Write a whole web address that begins with https://, or leave it empty.",
    ),
    "law-ground-review-on": (
        "Tulis hari peninjauan sesudah hari ini, paling lama lima tahun lagi.",
        "Write a day of review after today, within five years.",
    ),
    "law-confirmed": (
        "Nilai ini sudah dipastikan, atau sudah berubah. Muat ulang untuk melihat keadaannya.",
        "This value is confirmed already, or it has changed. Reload to see how it stands.",
    ),
    "law-not-confirmed": (
        "Nilai ini tidak sedang dipastikan siapa pun. Muat ulang untuk melihat keadaannya.",
        "Nobody's confirmation of this value runs. Reload to see how it stands.",
    ),
    "law-reason": (
        "Tulis alasan mencabut, paling sedikit 10 huruf.",
        "Write why it is withdrawn, in at least 10 letters.",
    ),
    "protection-words": (
        "Lengkapi yang ditandai: alasan, hari peninjauan paling lama setahun lagi, dan dua jabatan yang berbeda.",
        "Fill in what is marked: the reason, a day of review within a year, and two different posts.",
    ),
    "readings-delay": (
        "Lengkapi yang ditandai: alasan menurut undang-undang, nomor surat, dan batas waktu yang tidak melebihi batasnya.",
        "Fill in what is marked: the reason by law, the number of the letter, and an end within what the law allows.",
    ),
    "readings-note": (
        "Pilih hasilnya, lalu tulis paling sedikit 10 huruf: apa penjelasannya atau apa yang dilakukan.",
        "Choose what came of it and write at least 10 letters: what the explanation is, or what was done.",
    ),
    "readings-settled": (
        "Pembacaan ini sudah diselesaikan orang lain. Muat ulang untuk melihat hasilnya.",
        "This reading was settled by somebody else. Reload to see what came of it.",
    ),
    "protected-already": (
        "Orang ini sudah dilindungi. Lihat di daftar orang yang dilindungi, atau tanyakan kepada kepala unit yang menetapkannya.",
        "This person is protected already. See the list of protected persons, or ask the head of the unit that set it.",
    ),
    "protected-person": (
        "Orang ini dilindungi, jadi surat dan dokumennya hanya dibuka oleh dua jabatan yang ditunjuk. Hubungi kepala unit Anda.",
        "This person is protected, so letters and documents open for two named posts alone. Ask the head of your unit.",
    ),
    "nik-format": (
        "NIK harus 16 angka dengan tanggal lahir yang mungkin. Periksa lagi di KTP-el atau Kartu Keluarga.",
        "A NIK has 16 digits with a possible birth date in it. Check it against the identity card.",
    ),
    "document-format": (
        "Nomor dokumen ini tidak terbaca sebagai nomor. Salin huruf dan angkanya dari dokumen, tanpa tanda lain.",
        "This document's number cannot be one. Copy its letters and digits from the document, without other signs.",
    ),
    "too-many-passwords": (
        "Terlalu banyak kata sandi salah dicoba pada akun ini, dari banyak tempat. Bila akun ini milik Anda: pilih Lupa kata sandi"
        " dan buat yang baru lewat tautan di surel Anda, masuk dengan passkey, atau datang ke loket dengan KTP-el. Atau coba lagi {minutes} menit lagi.",
        "Too many wrong passwords were tried on this account, from many places. If it is yours: choose Forgot password and make a new one"
        " by the link in your mail, sign in with a passkey, or come to a counter with your identity card. Or try again in {minutes} minutes.",
    ),
    "nip-format": (
        "NIP harus 18 angka: tanggal lahir (8), mulai bertugas (6), jenis kelamin (1 atau 2), nomor urut (3). Periksa lagi, atau kosongkan"
        " bila tidak punya.",
        "A NIP has 18 digits: birth date (8), start of service (6), sex (1 or 2), serial (3). Check it, or leave it empty if there is none.",
    ),
    "rank-unknown": (
        "Pangkat ini tidak dikenal. Tulis golongannya, misalnya III/b, atau namanya; kosongkan bila tidak punya.",
        "This rank is not known. Write its grade, for example III/b, or its name; leave it empty if there is none.",
    ),
    "not-drawable": (
        "{characters} tidak dapat dicetak di surat. Hapus atau ganti dengan huruf biasa.",
        "{characters} cannot be printed in a letter. Leave it out, or write it with plain letters.",
    ),
    "identity-elsewhere": (
        "NIK ini tidak dapat dikaitkan dengan akun ini. Minta administrator kantor memeriksa datanya.",
        "This NIK cannot be bound to this account. Ask the office's administrator to look into it.",
    ),
    "card-differs": (
        "NIK ini tercatat dengan tanggal lahir atau nama yang lain sama sekali. Cocokkan lagi angkanya dengan kartu. Bila kartunya"
        " memang demikian, nyatakan itu lalu lanjutkan; sampai itu tidak ada yang diubah, dan pernyataannya dicatat.",
        "This NIK is recorded with another date of birth or a wholly different name. Compare the digits with the card again. If the"
        " card does say so, state it and go on; until then nothing is changed, and the statement is written down.",
    ),
    "identity-bound": (
        "Identitas orang ini sudah dipastikan dengan NIK lain. Minta administrator kantor memeriksa datanya.",
        "This person's identity was already bound with another NIK. Ask the office's administrator.",
    ),
    "already-bound": (
        "Identitas akun ini sudah dipastikan. Tidak ada lagi yang perlu dilakukan.",
        "This account's identity is bound already. There is nothing left to do.",
    ),
    "counter-code": (
        "Kode ini tidak berlaku: salah ketik, sudah dipakai, atau lewat waktunya. Minta warga membuat kode baru di halaman Akun.",
        "This code is not valid: mistyped, used, or too old. Let the person make a new one on their account page.",
    ),
    "known-here": (
        "NIK ini sudah terdaftar di loket, tanpa akun. Pastikan orangnya sama, lalu centang bahwa keduanya digabungkan.",
        "This NIK was registered at a counter before, without an account. Make sure it is the same person and tick to join them.",
    ),
    "has-account": (
        "NIK ini sudah terkait dengan akun lain, dan akun itu tidak dapat dipindahkan. Bantu warga masuk lagi ke akun itu lewat Pulihkan akun.",
        "This NIK is bound to another account, which cannot be moved. Help the person back into that one under Recover account.",
    ),
    "other-account": (
        "Identitas Anda sudah terkait dengan akun lain di sini. Masuklah dengan akun itu, atau datang ke loket dengan KTP-el untuk memulihkannya.",
        "Your identity is bound to another account here. Sign in with that one, or come to a counter with your identity card to recover it.",
    ),
    "contact-taken": (
        "Alamat e-mail atau nomor telepon ini tidak dapat dipakai. Gunakan yang lain, atau masuk dengan akun yang ada.",
        "This e-mail address or phone number cannot be used. Use another, or sign in with the existing account.",
    ),
    "recovery-contact": (
        "Akun ini tidak akan punya cara masuk lagi. Isi alamat e-mail atau nomor telepon yang baru.",
        "This account would have no way to sign in. Write a new e-mail address or phone number.",
    ),
    "phone-format": (
        "Nomor telepon tidak dikenali. Tulis seperti 0812 3456 7890 atau +62 812 3456 7890.",
        "The phone number is not recognised. Write it like 0812 3456 7890 or +62 812 3456 7890.",
    ),
    "mandate-self": (
        "Kuasa harus untuk orang lain, bukan untuk diri sendiri.",
        "A mandate must be for another person, not for oneself.",
    ),
    "mandate-dates": (
        "Tanggal akhir kuasa harus sesudah tanggal mulainya, dan belum lewat.",
        "A mandate must end after it begins, and not in the past.",
    ),
    "mandate-decided": (
        "Kuasa ini sudah diputuskan atau sudah berakhir. Muat ulang untuk melihat keadaan terbaru.",
        "This mandate was already decided or has ended. Reload to see its current state.",
    ),
    "mandate-exists": (
        "Orang ini sudah boleh bertindak untuk badan usaha ini. Akhiri dulu kuasa yang lama bila isinya berubah.",
        "This person may act for this firm already. End the earlier mandate first if its terms change.",
    ),
    "nib-format": (
        "NIB terdiri atas 13 angka. Salin dari dokumen NIB badan usahanya.",
        "A NIB has 13 digits. Copy it from the firm's NIB document.",
    ),
    "mandate-needs-counter": (
        "Kuasa untuk badan usaha dipastikan di loket dengan membawa bukti, atau oleh pengurus yang sudah diberi kuasa.",
        "A mandate for an organisation is confirmed at a counter with evidence, or by someone who already manages it.",
    ),
    "setup-token": (
        "Kode pemasangan tidak berlaku lagi. Jalankan `balai serve` sekali lagi untuk mendapat kode baru.",
        "The set-up code is no longer valid. Run `balai serve` once more to get a new one.",
    ),
    "area-code": (
        "Kode wilayah terdiri atas 2, 4, 6, atau 10 angka, misalnya 64.72 atau 64.72.05.1003.",
        "An area code has 2, 4, 6 or 10 digits, such as 64.72 or 64.72.05.1003.",
    ),
    "unit-exists": (
        "Kode atau wilayah unit ini sudah dipakai unit lain.",
        "This unit's code or area is already used by another unit.",
    ),
    "unit-in-use": (
        "Unit ini masih dipakai: unit bawahan, pejabat, atau berkas. Pindahkan atau akhiri dulu.",
        "This unit is still in use: units below it, people in its posts, or cases. Move or end them first.",
    ),
    "unit-closed": (
        "Unit ini sudah ditutup. Buka kembali dulu di Kelola, Unit.",
        "This unit is closed. Open it again first under Kelola, Units.",
    ),
    "unit-open": ("Unit ini tidak sedang ditutup.", "This unit is not closed."),
    "post-in-use": (
        "Jabatan ini masih ada pejabatnya atau pekerjaannya. Pindahkan atau akhiri dulu.",
        "This post still has a holder or work. Move or end it first.",
    ),
    "post-open": ("Jabatan ini tidak sedang ditutup.", "This post is not closed."),
    "closing-reason": (
        "Tulis alasannya, misalnya nomor peraturannya.",
        "Write why, such as the number of the decree.",
    ),
    "closing-date": (
        "Tanggal penutupan tidak boleh sesudah hari ini.",
        "The day of closing cannot lie after today.",
    ),
    "post-filled": (
        "Semua kursi jabatan ini sudah terisi pada tanggal itu. Akhiri dulu penugasan yang lama.",
        "All seats of this post are filled on those dates. End the earlier appointment first.",
    ),
    "post-not-vacant": (
        "Plt. hanya untuk jabatan yang lowong. Untuk pejabat yang berhalangan, tunjuk Plh.",
        "An acting holder (Plt) is for a vacant post. When the holder is away, name a deputy (Plh).",
    ),
    "deputy-self": (
        "Pejabat tidak dapat menjadi Plh. bagi dirinya sendiri.",
        "Nobody can be their own deputy.",
    ),
    "appointment-dates": (
        "Tanggal akhir harus tidak lebih awal dari tanggal mulai, dan Plh. harus di dalam masa jabatan yang diwakili.",
        "The end date must not be before the start, and a deputy's dates must lie within the holder's.",
    ),
    "absence-dates": (
        "Hari terakhirnya harus tidak lebih awal dari hari pertama; cuti yang dipersingkat berakhir sebelum tanggal semula.",
        "The last day must not be before the first; leave that is cut short ends before the day it was noted to.",
    ),
    "absence-over": (
        "Cuti ini sudah berakhir, jadi tidak dapat diubah lagi.",
        "This leave is over, so it can no longer be changed.",
    ),
    "deputy-no-officer": (
        "Yang ditunjuk harus petugas: orang yang hari ini memegang jabatan. Orang lain ditunjuk oleh administrator.",
        "A deputy must be an officer: somebody who holds a post today. Anybody else is named by an administrator.",
    ),
    "calendar-hours": (
        "Jam kerja tidak mungkin: {why}",
        "These working hours are impossible: {why}",
    ),
    "file-too-large": (
        "Berkas lebih besar dari {limit}. Perkecil atau pindai ulang dengan resolusi lebih rendah.",
        "The file is larger than {limit}. Make it smaller, or scan it again at a lower resolution.",
    ),
    "file-empty": (
        "Berkas kosong. Pilih berkas lain.",
        "The file is empty. Choose another.",
    ),
    "file-type": (
        "Isi berkas adalah {found}, padahal yang diterima {accepted}. Simpan ulang atau foto ulang, lalu unggah lagi.",
        "The file's content is {found}, but only {accepted} is accepted. Save or photograph it again and upload it.",
    ),
    "file-heic": (
        "Foto ini berformat HEIC, yang belum dapat dibuka di sini. Kirim tangkapan layarnya, atau atur dulu kamera iPhone: Pengaturan,"
        " Kamera, Format, Paling Kompatibel; di Android matikan HEIF di pengaturan kamera. Lalu foto sekali lagi.",
        "This photo is HEIC, which cannot be opened here yet. Send a screenshot of it, or set the iPhone's camera first: Settings,"
        " Camera, Formats, Most Compatible; on Android switch HEIF off in the camera's settings. Then take it once more.",
    ),
    "file-broken": (
        "Berkas rusak atau tidak dapat dibaca. Buat ulang berkasnya, lalu unggah lagi.",
        "The file is damaged or cannot be read. Make it anew and upload it again.",
    ),
    "file-active": (
        "PDF ini memuat {found}, yang dapat menjalankan sesuatu di komputer pembaca. Cetak ke PDF baru dan unggah.",
        "This PDF contains {found}, which can run things on a reader's computer. Print it to a new PDF and send that.",
    ),
    "file-polyglot": (
        "Berkas ini memuat jenis berkas lain di dalamnya. Simpan ulang sebagai satu jenis saja, lalu unggah lagi.",
        "This file has another kind of file hidden in it. Save it as one kind only and upload it again.",
    ),
    "file-locked": (
        "PDF ini terkunci kata sandi. Simpan tanpa kata sandi, lalu unggah lagi.",
        "This PDF is locked with a password. Save it without one and upload it again.",
    ),
    "file-image-size": (
        "Gambar terlalu besar ({pixels} piksel). Kecilkan ukurannya, lalu unggah lagi.",
        "The picture is too large ({pixels} pixels). Make it smaller and upload it again.",
    ),
    "file-pages": (
        "PDF ini {pages} halaman; paling banyak {limit}. Pisahkan menjadi beberapa berkas.",
        "This PDF has {pages} pages; at most {limit} are accepted. Split it into several files.",
    ),
    "file-moving": (
        "Gambar ini bergerak (beberapa gambar dalam satu berkas). Simpan sebagai satu gambar diam, lalu unggah lagi.",
        "This picture moves (several pictures in one file). Save it as one still picture and upload it again.",
    ),
    "file-fonts": (
        "PDF ini memakai huruf yang tidak ikut di dalamnya, jadi petugas tidak akan melihat tulisannya. Cetak ke PDF baru, lalu unggah.",
        "This PDF uses a font that is not inside it, so an officer would not see the writing. Print it to a new PDF and send that.",
    ),
    "file-too-complex": (
        "Membuka berkas ini memakan terlalu banyak waktu atau memori. Cetak ke PDF baru, pisahkan, atau foto ulang, lalu unggah lagi.",
        "Opening this file takes too much time or memory. Print it to a new PDF, split it, or photograph it again, and upload that.",
    ),
    "files-busy": (
        "Banyak berkas sedang diperiksa, jadi berkas ini belum diterima. Isian Anda tersimpan; coba lagi sebentar lagi.",
        "Many files are being looked at, so this one was not taken yet. Your answers are kept; try again in a moment.",
    ),
    "files-today": (
        "Berkas yang dikirim hari ini sudah mencapai batas. Yang sudah tersimpan tetap ada; lanjutkan {hours} jam lagi, atau datang ke"
        " loket.",
        "The files sent today have reached the limit. What is kept stays; go on in {hours} hours, or come to a counter.",
    ),
    "case-files": (
        "Permohonan ini sudah penuh: paling banyak {files} berkas, bersama-sama {limit}. Gabungkan atau perkecil berkasnya.",
        "This application is full: at most {files} files, {limit} together. Join the files or make them smaller.",
    ),
    "disk-full": (
        "Tempat penyimpanan kantor hampir penuh, jadi berkas belum dapat diterima. Isian Anda tersimpan; admin sudah diberi tahu,"
        " coba lagi nanti.",
        "The office's storage is almost full, so files cannot be taken now. Your answers are kept; the administrator was told, try"
        " again later.",
    ),
    "file-infected": (
        "Pemindai menemukan virus pada berkas ini, jadi tidak disimpan. Periksa komputer atau ponsel Anda.",
        "The scanner found a virus in this file, so it was not kept. Check your computer or phone.",
    ),
    "scanner-unavailable": (
        "Pemindai virus sedang tidak menjawab, jadi berkas belum diterima. Isian Anda tersimpan; coba lagi nanti.",
        "The virus scanner is not answering, so files cannot be taken now. Your answers are kept; try again later.",
    ),
    "no-address": (
        "Akun ini belum punya alamat surel. Tambahkan dulu di Akun, lalu coba lagi.",
        "This account has no e-mail address yet. Add one under Account, then try again.",
    ),
    "read-only-reason": (
        "Tulis alasannya dalam kedua bahasa: warga membacanya.",
        "Give the reason in both languages: citizens read it.",
    ),
    "read-only-until": (
        "Perkiraan selesainya harus masih akan datang, atau dikosongkan.",
        "The expected end must be still to come, or left empty.",
    ),
    "read-only-already": (
        "Balai sudah hanya dapat dibaca. Muat ulang untuk melihat keadaan terbaru.",
        "The hall is read-only already. Reload to see the current state.",
    ),
    "not-read-only": (
        "Balai sudah dapat ditulisi lagi. Muat ulang untuk melihat keadaan terbaru.",
        "The hall can be written to again. Reload to see the current state.",
    ),
    "outage-span": (
        "Gangguan harus punya awal sebelum akhirnya, sudah berakhir, dan paling lama 60 hari. Periksa tanggal dan jamnya.",
        "An outage must begin before it ends, be over, and last 60 days at most. Check dates and times.",
    ),
    "announce-words": (
        "Tulis pengumuman dalam kedua bahasa.",
        "Write the announcement in both languages.",
    ),
    "frozen-already": (
        "Akun ini sudah dibekukan. Muat ulang untuk melihat keadaan terbaru.",
        "This account is frozen already. Reload to see the current state.",
    ),
    "last-administrator": (
        "Ini administrator terakhir: bila dibekukan, tidak ada yang dapat membukanya lagi. Angkat administrator lain lebih dulu.",
        "This is the last administrator: frozen, nobody could thaw it again. Make another administrator first.",
    ),
    "no-such-page": (
        "Halaman itu tidak ada dalam dokumen ini.",
        "There is no such page in this document.",
    ),
    "no-preview": (
        "Jenis berkas ini tidak punya pratinjau. Unduh untuk melihatnya.",
        "This kind of file has no preview. Download it to see it.",
    ),
}


def wrong(code: str, *fields: str, **params: object) -> Invalid:
    """Make the refusal of one or more answers, each told in the reader's language beside its field."""
    lang = (get_language() or "id").split("-")[0]
    refusal = Invalid(code)
    refusal.params = dict(params)
    refusal.fields = dict.fromkeys(fields, refusal.message(lang))
    return refusal


def require_drawable(**fields: str) -> None:
    """Refuse what no letter could show (names, addresses, titles), while whoever wrote it is there. :raises Invalid: `not-drawable`"""
    for field, text in fields.items():
        if letters := list_undrawable(text):
            raise wrong("not-drawable", field, characters=name_characters(letters))
