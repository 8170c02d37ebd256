"""The refusals that issuing adds to the one table of the ground."""

from balai.base import errors

MESSAGES = {
    "wrong-passphrase": (
        "Kata sandi tanda tangan salah. Periksa lalu coba lagi; nomor surat tetap disimpan untuk Anda.",
        "The signing passphrase is wrong. Check it and try again; the letter's number stays kept for you.",
    ),
    "weak-passphrase": (
        "Kata sandi tanda tangan terlalu lemah. Pakai sedikitnya {length} huruf, misalnya beberapa kata.",
        "The signing passphrase is too weak. Use at least {length} characters, for example several words.",
    ),
    "no-signing-key": (
        "Belum ada kunci tanda tangan untuk Anda. Buat dulu di halaman Kunci tanda tangan.",
        "There is no signing key for you yet. Make one first on the page Signing key.",
    ),
    "signing-key-withdrawn": (
        "Kunci tanda tangan Anda baru saja dicabut. Surat ini belum ditandatangani; buat kunci baru di halaman Kunci tanda tangan.",
        "Your signing key was withdrawn just now. This letter is not signed; make a new key on the page Signing key.",
    ),
    "signing-key-exists": (
        "Kunci tanda tangan sudah ada. Ganti kata sandinya, atau cabut dulu kunci yang lama.",
        "There is a signing key already. Change its passphrase, or withdraw the old key first.",
    ),
    "signing-key-expired": (
        "Kunci tanda tangan Anda habis masa berlakunya. Cabut lalu buat yang baru di halaman Kunci tanda tangan.",
        "Your signing key has run out. Withdraw it and make a new one on the page Signing key.",
    ),
    "no-seal": (
        "Penyedia tanda tangan ini tidak mempunyai segel kantor. Surat harus ditandatangani pejabat.",
        "This signing provider has no office seal. A person must sign the letter.",
    ),
    "letter-not-for-you": (
        "Surat ini tidak menunggu tanda tangan Anda. Muat ulang daftar untuk melihat keadaan terbaru.",
        "This letter does not wait for your signature. Reload the list to see the current state.",
    ),
    "letter-not-ours": (
        "Dokumen ini diterbitkan sistem lain, jadi tidak boleh dibuat atau ditandatangani di sini.",
        "This document is issued by another system, so it may not be made or signed here.",
    ),
    "letter-signed-already": (
        "Surat ini sudah ditandatangani. Yang berlaku adalah surat yang pertama.",
        "This letter is signed already. The first one counts.",
    ),
    "letter-not-reserved": (
        "Nomor surat ini sudah dibatalkan. Ulangi dari daftar surat yang menunggu tanda tangan.",
        "This letter's number was voided. Start again from the list of letters waiting for a signature.",
    ),
    "letter-not-in-force": (
        "Hanya surat yang berlaku yang dapat dicabut. Periksa lagi keadaan surat ini.",
        "Only a letter in force can be revoked. Check this letter's state.",
    ),
    "no-such-replacement": (
        "Nomor surat pengganti tidak cocok. Tulis nomor surat yang berlaku, milik pemegang yang sama, persis seperti tercetak.",
        "The number of the replacing letter does not fit. Write that of a letter in force of the same holder, as it is printed.",
    ),
    "no-proof-yet": (
        "Bukti surat ini belum ada di log publik. Coba lagi sebentar lagi; surat yang lebih tua daripada log tidak punya bukti.",
        "The proof of this letter is not in the public log yet. Try again in a moment; a letter older than the log has none.",
    ),
    "letter-altered": (
        "Catatan tentang surat ini diubah di luar sistem dan tidak cocok dengan jurnal, jadi kami tidak menyatakan apa pun tentangnya."
        " Alarm sudah dicatat; tanyakan kepada kantor yang menerbitkannya.",
        "What is recorded of this letter was changed outside the system and does not match the journal, so nothing is said of it."
        " An alarm was noted; ask the office that issued it.",
    ),
    "too-many-letters": (
        "Paling banyak {most} surat sekaligus. Kurangi pilihan lalu coba lagi.",
        "At most {most} letters at once. Choose fewer and try again.",
    ),
    "reason-missing": (
        "Tulis alasannya; alasan ikut ditampilkan di halaman pemeriksaan surat.",
        "Write the reason; it is shown on the page where the letter is checked.",
    ),
    "letter-broken": (
        "Surat tidak dapat disusun. Tidak ada yang hilang; pengelola sudah diberi tahu.",
        "The letter could not be made. Nothing is lost; the administrators were told.",
    ),
    "letter-character": (
        "Surat tidak dapat disusun: {characters} pada {where} tidak ada di huruf surat. Tidak ada yang hilang; pengelola sudah diberi tahu.",
        "The letter could not be made: {characters} in {where} is in none of the letter's fonts. Nothing is lost; the administrators were told.",
    ),
    "letter-hole": (
        "Surat belum dapat disusun: isinya masih berlubang pada {what}. Lengkapi berkasnya; bila berkas sudah lengkap, pengelola"
        " memperbaiki surat layanan ini.",
        "The letter cannot be made yet: its words have a hole at {what}. Complete the case; if nothing is missing there, an"
        " administrator mends the letter of this service.",
    ),
    "letter-identity": (
        "Surat belum dapat disusun: {what} pemohon belum ada, padahal tercetak di surat. Minta pemohon atau salin dari KTP-nya di"
        " halaman Lengkapi data pemohon berkas ini.",
        "The letter cannot be made yet: the applicant's {what} is not known, and the letter prints it. Ask the applicant or copy it"
        " from their card on this case's page Complete the applicant's data.",
    ),
    "letter-not-seen": (
        "Surat ini belum Anda lihat sampai halaman terakhir, atau berubah sejak Anda lihat. Buka suratnya, lalu tanda tangani.",
        "You have not seen this letter to its last page, or it changed since. Open the letter, then sign it.",
    ),
    "letter-too-slow": (
        "Penyusunan surat terlalu lama dan dihentikan. Tidak ada yang hilang; beri tahu pembuat layanan.",
        "Making the letter took too long and was stopped. Nothing is lost; tell the service's author.",
    ),
}

errors.MESSAGES.update(MESSAGES)
