"""Every refusal Balai gives a person or a machine, on one page.

Four kinds, each with a stable code and a message in the reader's language that says what to do next. Anything else that is
raised is a bug: it rolls back, is logged and alerts. `docs/reference/errors.md` is generated from `MESSAGES`.
"""

from typing import ClassVar

MESSAGES: dict[str, tuple[str, str]] = {
    # code: (Indonesian, English)
    "not-allowed": (
        "Anda tidak berwenang melakukan ini. Hubungi admin kantor bila seharusnya boleh.",
        "You may not do this. Ask the office's administrator if you should be able to.",
    ),
    "four-eyes": (
        "Anda sudah bertindak pada langkah lain berkas ini; langkah ini harus dikerjakan orang lain.",
        "You already acted on another step of this case; another person must do this step.",
    ),
    "own-case": (
        "Berkas ini menyangkut Anda: milik Anda, orang serumah, orang yang ada kuasa di antara Anda berdua, atau keberatan atas"
        " keputusan yang ikut Anda kerjakan. Petugas lain yang menanganinya; bila Anda pemohonnya, ikuti di halaman Berkas saya.",
        "This case concerns you: it is yours, your household's, of somebody with a mandate between you, or an objection to a"
        " decision you worked on. Another officer handles it; if you are its applicant, follow it under My cases.",
    ),
    "second-factor": (
        "Langkah ini butuh faktor kedua. Masukkan kode dari aplikasi autentikator Anda.",
        "This step needs your second factor. Enter the code from your authenticator app.",
    ),
    "not-found": (
        "Halaman atau berkas ini tidak ditemukan. Periksa lagi alamat atau nomornya.",
        "This page or case was not found. Check the address or the number.",
    ),
    "changed-meanwhile": (
        "Orang lain sudah lebih dulu menyelesaikan langkah ini. Keadaan terbaru ditampilkan di bawah.",
        "Someone else finished this step first. The new state is shown below.",
    ),
    "done-by-you": (
        "Langkah ini sudah Anda selesaikan tadi, dan tersimpan; tidak ada yang dikirim dua kali. Keadaan terbaru ditampilkan di bawah.",
        "You finished this step yourself before, and it is kept; nothing was sent twice. The new state is shown below.",
    ),
    "undone": (
        "Langkah ini sudah Anda urungkan, jadi yang dikirim lagi ini belum berlaku. Periksa isiannya di bawah, lalu kirim sekali lagi.",
        "You took this step back, so what was sent again does not count yet. Check the answers below and send once more.",
    ),
    "undo-late": (
        "Tidak dapat diurungkan lagi: waktunya lewat, pemohon sudah diberi tahu, atau berkas sudah dikerjakan lagi. Keadaan terbaru"
        " ditampilkan di bawah.",
        "It can no longer be undone: the time is over, the applicant was told, or the case was worked on again. The new state is"
        " shown below.",
    ),
    "task-taken": (
        "Tugas ini sedang dikerjakan {by}. Muat ulang untuk melihat keadaan terbaru.",
        "This task is being done by {by}. Reload to see the current state.",
    ),
    "case-closed": (
        "Berkas ini sudah ditutup, jadi tidak dapat diubah lagi.",
        "This case is closed, so it can no longer be changed.",
    ),
    "message-unawaited": (
        "Berkas ini sedang tidak menunggu kabar itu. Buka berkasnya untuk melihat langkahnya sekarang.",
        "This case is not waiting for that message now. Open it to see where it stands.",
    ),
    "command-reused": (
        "Nomor perintah ini sudah dipakai untuk isian lain. Muat ulang halaman lalu kirim sekali lagi.",
        "This command number was used for other data. Reload the page and send once more.",
    ),
    "invalid": (
        "Ada isian yang perlu diperbaiki. Lihat keterangan di tiap isian.",
        "Some answers need mending. See the note at each one.",
    ),
    "identity-missing": (
        "Surat layanan ini memuat data diri yang belum lengkap: {what}. Isi dulu, supaya suratnya tentang Anda.",
        "This service's letter holds facts about the applicant that are not known yet: {what}. Fill them in first.",
    ),
    "too-long": (
        "Terlalu panjang: {got} dari {most} huruf. Persingkat, lalu kirim lagi; tidak ada yang kami potong.",
        "Too long: {got} of {most} characters. Shorten it and send again; we cut nothing.",
    ),
    "not-as-it-reads": (
        "Ada tanda tersembunyi yang membuat tulisan ini terbaca lain dari isinya. Ketik ulang, jangan disalin.",
        "Hidden marks in it make this text read otherwise than it is. Type it again instead of pasting it.",
    ),
    "not-eligible": (
        "Permohonan ini belum memenuhi syarat: {why}",
        "This application does not meet the conditions: {why}",
    ),
    "officers-only": (
        "Layanan ini untuk pegawai yang hari ini memegang jabatan. Ajukan dari Meja, di Layanan pegawai; tanyakan jabatan Anda kepada pengelola.",
        "This service is for officers who hold a post today. Apply from the desk, under Staff services; ask an administrator about your post.",
    ),
    "identity-too-low": (
        "Layanan ini perlu identitas yang lebih pasti. Masuk dengan akun yang sudah diverifikasi di loket.",
        "This service needs surer identity. Sign in with an account that was verified at a counter.",
    ),
    "service-not-open": (
        "Layanan ini sedang tidak menerima permohonan: {why} Yang sudah Anda isi tetap tersimpan.",
        "This service is not taking applications now: {why} What you have filled in is kept.",
    ),
    "service-open-already": (
        "Layanan ini sudah menerima permohonan. Muat ulang untuk melihat keadaan terbaru.",
        "This service is taking applications already. Reload to see the current state.",
    ),
    "no-unit": (
        "Tidak ada unit yang menangani wilayah ini. Periksa kelurahan yang dipilih.",
        "No unit handles this area. Check the village you chose.",
    ),
    "unit-unknown": (
        "Unit yang harus mengerjakan langkah ini tidak ada. Buka unitnya di Kelola, atau perbaiki jawaban yang menunjuknya, lalu coba lagi.",
        "The unit that should do this step does not exist. Open the unit under Kelola, or correct the answer that names it, then try again.",
    ),
    "vault-shredded": (
        "Data ini sudah dimusnahkan sesuai jadwal retensi dan tidak dapat dibuka lagi.",
        "This data was destroyed under its retention schedule and can no longer be opened.",
    ),
    "case-altered": (
        "Berkas ini tidak dibuka: datanya diubah di luar sistem, dan tidak cocok dengan jurnal. Alarm sudah dicatat; hubungi kantor"
        " yang menangani berkas ini.",
        "This case is not opened: its data was changed outside the system and does not match the journal. An alarm was noted; contact"
        " the office that handles the case.",
    ),
    "sign-at-desk": (
        "Langkah ini diselesaikan dengan menandatangani suratnya, bukan dengan formulir. Buka halaman Tanda tangan.",
        "This step is finished by signing its letter, not by a form. Open the signing page.",
    ),
    "step-impossible": (
        "Langkah ini tidak dapat dijalankan pada proses layanan ini: {why}",
        "This step cannot be taken in this service's process: {why}",
    ),
    "no-step-before": (
        "Berkas ini tidak dapat dikembalikan dari langkah ini: belum ada petugas lain yang mengerjakannya, atau langkah lain masih berjalan di sampingnya.",
        "This case cannot be sent back from this step: no other officer has worked on it yet, or another step still runs beside it.",
    ),
    "marks-not-returned": (
        "Ada yang ditandai salah, tetapi berkas ini tidak dikembalikan. Pilih hasil yang mengembalikannya, atau hapus tandanya.",
        "Something is marked wrong, but this case is not sent back. Choose the result that sends it back, or take the marks off.",
    ),
    "mark-reason": (
        "Tulis mengapa yang ditandai itu salah: 3 sampai {most} huruf. Pemohon membaca kalimat ini di isiannya.",
        "Write why what you marked is wrong, in 3 to {most} letters. The applicant reads it beside the answer.",
    ),
    "cannot-take-task": (
        "Orang ini tidak dapat menerima tugas ini: ia tidak memegang perannya, atau sudah bertindak pada langkah lain.",
        "This person cannot take the task: they do not hold its role, or already acted on another step.",
    ),
    "external-id-taken": (
        "Nomor ini sudah tercatat pada berkas lain. Periksa lagi nomornya.",
        "This number is recorded with another case already. Check the number.",
    ),
    "extension-reason": (
        "Tulis alasannya dalam satu kalimat yang dapat dibaca pemohon, sekurang-kurangnya 10 huruf.",
        "Give the reason in a sentence that applicants can read, of 10 letters at least.",
    ),
    "extension-none": (
        "Pilih dulu berkas yang batas waktunya diperpanjang.",
        "Choose first which cases are given more time.",
    ),
    "extended-once": (
        "Waktu permohonan ini sudah diperpanjang sekali. Putuskan sebelum batasnya.",
        "This case was extended once already. Decide it before its deadline.",
    ),
    "extension-late": (
        "Batas waktunya sudah lewat, jadi tidak dapat diperpanjang lagi.",
        "The deadline has passed, so it can no longer be extended.",
    ),
    "return-free": (
        "Tidak perlu izin: permohonan ini belum pernah dikembalikan, atau sudah boleh dikembalikan sekali lagi.",
        "No permission is needed: this case has not gone back yet, or may already go back once more.",
    ),
    "about-missing": (
        "Permohonan ini selalu tentang satu berkas yang sudah diputus. Buka halaman berkas itu dan mulai dari sana.",
        "This is always about one case that was decided. Open that case's page and begin there.",
    ),
    "about-unfit": (
        "Permohonan ini tidak dapat dibuat atas berkas itu: keputusannya belum ada, atau layanan ini bukan jalannya. Buka berkas itu untuk melihat jalan yang ada.",
        "This cannot be begun about that case: it is not decided, or this service is not the way. Open the case to see the ways there are.",
    ),
    "objection-late": (
        "Batas waktunya berakhir {until}, jadi tidak dapat diajukan lagi. Bila ada bukti bahwa surat baru sampai kemudian, bawa ke loket.",
        "The term ended on {until}, so it can no longer be filed. If you can show that the letter reached you later, bring that to the counter.",
    ),
    "objection-running": (
        "Atas berkas ini sudah berjalan {number}. Ikuti permohonan itu; yang kedua tidak dapat dibuat.",
        "About this case {number} is already running. Follow that one; a second cannot be begun.",
    ),
    "objection-answered": (
        "Atas keputusan ini sudah diputus {number}. Jalan berikutnya tertulis dalam surat itu.",
        "This decision was already answered in {number}. The next way is written in that letter.",
    ),
    "second-return": (
        "Permohonan ini sudah pernah dikembalikan, dan pengembalian pertama menyebut semua kekurangan. Minta {by} mengizinkannya di halaman permohonan ini, lalu kirim lagi.",
        "This case has gone back before, and the first return names every defect. Ask the {by} to allow it on this case's page, then send it again.",
    ),
    "silence-waits": (
        "Batas waktunya sudah lewat dan permohonan ini menunggu meja hukum. Sampai itu selesai tidak ada yang memutuskannya.",
        "The deadline has passed and this case waits for the legal desk. Nobody decides it until that is done.",
    ),
    "silence-decided": (
        "Permohonan ini tidak menunggu meja hukum lagi. Muat ulang untuk melihat keadaannya.",
        "This case waits for the legal desk no more. Reload to see how it stands.",
    ),
    "basis-missing": (
        "Tulis dasar hukumnya.",
        "Give the legal basis.",
    ),
    "extended-already": (
        "Batas waktu kantor pada berkas ini sudah diperpanjang untuk gangguan itu.",
        "The office's time on this case was extended for that outage already.",
    ),
    "receipt-future": (
        "Waktu diterima di kertas belum lewat. Salin tanggal dan jam dari tanda terimanya.",
        "The time of receipt on paper is still to come. Copy date and time from its receipt.",
    ),
    "receipt-old": (
        "Waktu diterima lebih lama dari {days} hari. Periksa tanggalnya; bila benar, minta administrator menambah batas hari itu.",
        "The time of receipt is more than {days} days ago. Check the date; if it is right, ask an administrator to raise the limit.",
    ),
    "receipt-outage": (
        "Gangguan ini tidak cocok: pilih gangguan yang mulai sebelum formulir diterima, dan alasan bahwa sistem tidak dapat dipakai.",
        "This outage does not fit: choose one that began before the receipt, and that the system could not be used as the reason.",
    ),
    "receipt-reason": (
        "Pilih mengapa permohonan ini diterima di kertas.",
        "Choose why this application was received on paper.",
    ),
    "receipt-run-out": (
        "Dengan waktu diterima itu batas waktu layanan sudah lewat dan permohonan dianggap dikabulkan tanpa dibaca siapa pun."
        " Tanyakan kepada kepala unit; tanpa waktu diterima itu permohonan masuk dengan waktu sekarang.",
        "By that time of receipt the service's time is over already, and the application would count as granted unread."
        " Ask the head of the unit; without that time of receipt the application comes in as of now.",
    ),
    "numbers-drawn": (
        "Nomor untuk permintaan ini sudah diberikan dan kodenya hanya diberitahukan sekali. Ambil bekal baru; yang lama kembali sebagai tidak terpakai.",
        "The numbers of this request were given already, and their codes are told once. Draw new supplies; the former come back as unused.",
    ),
    "number-used": (
        "Nomor ini sudah menjadi berkas lain. Lihat kedua permohonannya sebelum memberi nomor baru.",
        "This number is another case already. Look at both applications before giving a new number.",
    ),
    "number-returned": (
        "Nomor ini sudah dikembalikan sebagai tidak terpakai. Periksa mengapa tetap sampai ke pemohon.",
        "This number was returned as unused. Find out why an applicant holds it all the same.",
    ),
    "number-unknown": (
        "Nomor dan kode ini tidak pernah diambil untuk loket. Cocokkan dengan tanda terima pemohon.",
        "This number and code were never drawn for a counter. Compare them with the applicant's receipt.",
    ),
    "draft-changed": (
        "Isian ini sudah diubah di tempat lain sejak disalin ke ponsel. Bandingkan keduanya, lalu pilih.",
        "These answers were changed elsewhere since they were copied to this phone. Compare the two and choose.",
    ),
    "draft-sent": (
        "Permohonan ini sudah terkirim. Lihat perkembangannya di halaman berkas.",
        "This application was sent already. Follow it on its case page.",
    ),
    "contact-unproven": (
        "Alamat e-mail atau nomor telepon pemohon belum dibuktikan. Masukkan kode yang dikirim ke sana, atau datang ke loket.",
        "The applicant's e-mail address or phone number is not proven yet. Enter the code that is sent there, or come to a counter.",
    ),
    "code-wrong": (
        "Kode ini tidak cocok. Periksa angkanya dan coba lagi; pakai kode dari pesan yang terbaru.",
        "This code does not match. Check the digits and try again; use the code of the newest message.",
    ),
    "code-spent": (
        "Kode ini tidak dapat dipakai lagi. Minta kode baru; isian Anda tetap tersimpan.",
        "This code can no longer be used. Ask for a new one; your answers are kept.",
    ),
    "code-expired": (
        "Kode ini sudah lewat waktunya. Minta kode baru; isian Anda tetap tersimpan.",
        "This code has run out. Ask for a new one; your answers are kept.",
    ),
    "version-reused": (
        "Versi {version} sudah pernah terbit dengan isi lain. Naikkan nomor versinya di service.yaml.",
        "Version {version} was published before with other content. Raise the version in service.yaml.",
    ),
    "version-ambiguous": (
        "Ada beberapa versi bernama {version}. Sebutkan awal kuncinya: {versions}.",
        "Several versions are called {version}. Give the beginning of a key: {versions}.",
    ),
    "case-cannot-migrate": (
        "Berkas ini belum dapat dipindahkan ke versi baru: {why}",
        "This case cannot go on under the new version yet: {why}",
    ),
    "cannot-forget": (
        "Orang ini belum dapat dilupakan. Alasannya dan apa yang harus dilakukan dulu tertulis di halamannya.",
        "This person cannot be forgotten yet. Their page says why, and what must be done first.",
    ),
    "too-many-requests": (
        "Terlalu banyak permintaan. Tunggu {seconds} detik lalu coba lagi.",
        "Too many requests. Wait {seconds} seconds and try again.",
    ),
    "body-slow": (
        "Kiriman Anda tidak sampai utuh pada waktunya. Kembali ke halaman sebelumnya, di sana isian Anda masih ada, lalu kirim sekali"
        " lagi; bila sambungan lambat, perkecil fotonya dulu.",
        "What you sent did not arrive whole in time. Go back, where your answers still are, and send once more; on a slow"
        " connection make the photo smaller first.",
    ),
    "address-busy": (
        "Dari jaringan Anda terlalu banyak kiriman masuk bersamaan. Tunggu sampai sebagian selesai, lalu kirim lagi; isian Anda masih"
        " ada di halaman sebelumnya.",
        "From your network too much is being sent at once. Wait until some of it is through, then send again; your answers are still"
        " on the page before.",
    ),
    "hall-busy": (
        "Balai sedang tidak sempat menjawab. Tunggu sebentar, lalu muat ulang; bila Anda baru mengirim sesuatu, lihat dulu apakah"
        " sudah masuk.",
        "The hall cannot answer just now. Wait a little, then reload; if you have just sent something, look first whether it"
        " arrived.",
    ),
    "key-in-use": (
        "Kunci ini masih dipakai. Jalankan `./balai keys rotate` sampai selesai; kunci asal kota tidak pernah dihapus.",
        "This key is still in use. Run `./balai keys rotate` to its end; the town's root key is never parted with.",
    ),
    "hall-read-only": (
        "Balai sedang hanya dapat dibaca. {why} {until} Yang Anda ketik belum terkirim: simpan dan kirim lagi setelah dibuka,"
        " atau serahkan formulir kertas di kantor.",
        "The hall can only be read now. {why} {until} What you typed was not sent: keep it and send it again once it is open,"
        " or hand in the paper form at an office.",
    ),
    "plug-failed": (
        "Sistem luar ({port}) sedang tidak menjawab. Tidak ada yang hilang; coba lagi beberapa saat lagi.",
        "An outside system ({port}) is not answering. Nothing is lost; try again in a while.",
    ),
}


def in_words(code: str, lang: str) -> str:
    """Put the code of a failure into words, where there are any that stand alone."""
    found = MESSAGES.get(code)
    said = found[lang == "en"] if found else ""
    return f"{said} ({code})" if said and "{" not in said else code


class BalaiError(Exception):
    """A refusal with a stable code; `fields` maps a field path to its own message.

    A parameter that differs by language is given as {"id": …, "en": …}.
    """

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "invalid"

    def __init__(self, code: str | None = None, *, fields: dict[str, str] | None = None, **params: object) -> None:
        self.code = code or self.default_code
        self.fields = fields or {}
        self.params = params
        super().__init__(self.code)

    def message(self, lang: str = "id") -> str:
        """Say in the reader's language what was refused and what to do next."""
        texts = MESSAGES[self.code]
        spoken = "en" if lang == "en" else "id"
        params = {key: value[spoken] if isinstance(value, dict) else str(value) for key, value in self.params.items()}
        return texts[spoken == "en"].format_map(params)

    def __str__(self) -> str:
        return f"{self.code}: {self.message('en')}" if self.code in MESSAGES else self.code


class NotAllowed(BalaiError):
    """The actor is known to the case but may not do this (403)."""

    status = 403
    default_code = "not-allowed"


class NotFound(BalaiError):
    """There is no such thing for this actor; also the answer to strangers, never a hint (404)."""

    status = 404
    default_code = "not-found"


class Conflict(BalaiError):
    """Someone acted first; the new state is shown (409)."""

    status = 409
    default_code = "changed-meanwhile"


class Invalid(BalaiError):
    """What was sent cannot be taken as it is; `fields` says where (422)."""

    status = 422
    default_code = "invalid"


class TooMany(BalaiError):
    """The caller asks too often (429)."""

    status = 429
    default_code = "too-many-requests"


class Unavailable(BalaiError):
    """An outside system does not answer; nothing was lost (503)."""

    status = 503
    default_code = "plug-failed"


class Altered(BalaiError):
    """What is kept was changed by hand and does not match the journal; it is not opened, and an alarm is noted (503).

    `where` says what it is, by ids, for the security log; `noted` that the alarm was written.
    """

    status = 503
    default_code = "case-altered"

    def __init__(self, code: str | None = None, **where: str) -> None:
        self.where, self.noted = where, False
        super().__init__(code)
