"""The room's refusals, added to the one table of all."""

from balai.base.errors import MESSAGES

MESSAGES |= {
    "cosigning-over": (
        "Persetujuan ini tidak diperlukan lagi: waktunya habis, sudah dijawab, atau permohonannya ditarik.",
        "This agreement is not needed any more: its time is over, it was answered, or the application was withdrawn.",
    ),
    "cosigning-changed": (
        "Isi permohonan baru saja berubah. Baca lagi isinya, lalu jawab.",
        "The application has just changed. Read it again, then answer.",
    ),
    "cosigning-choice": (
        "Pilih setuju atau tidak setuju.",
        "Choose whether you agree or not.",
    ),
    "cosigning-reason": (
        "Tulis alasan Anda tidak setuju, sedikitnya {least} dan paling banyak {most} huruf.",
        "Say why you do not agree, in {least} to {most} letters.",
    ),
    "cosigning-card": (
        "Centang bahwa kartunya sudah Anda lihat.",
        "Tick that you have seen the card.",
    ),
    "cosigning-reminded": (
        "Tautan sudah dikirim ulang {most} kali. Minta orangnya datang ke loket dengan KTP, atau sebut orang lain.",
        "The link was sent {most} times already. Ask them to come to a counter with their card, or name somebody else.",
    ),
    "cosigning-unreached": (
        "Orang ini tidak punya nomor telepon atau surel. Minta ia datang ke loket dengan KTP, atau sebut orang lain.",
        "This person has no telephone number or mail address. Ask them to come to a counter with their card, or name somebody else.",
    ),
    "cosigning-twice": (
        "NIK ini milik pemohon atau orang yang sudah dimintai persetujuan. Sebut orang lain.",
        "This NIK is the applicant's, or of somebody who is asked already. Name somebody else.",
    ),
    "cosigning-agreed": (
        "Orang ini sudah setuju, jadi tidak dapat diganti.",
        "This person has agreed already and cannot be replaced.",
    ),
}
