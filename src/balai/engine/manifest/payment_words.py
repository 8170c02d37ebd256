"""The words of a payment in both languages; a folder may write its own in their place."""

from collections.abc import Mapping
from typing import Any

PAYMENT_WORDS: Mapping[str, Mapping[str, Any]] = {
    "id": {
        "step": {"reason": "Menunggu pembayaran dari Anda"},
        "check_step": {"title": "Periksa pembayaran", "public": "Bukti pembayaran sedang diperiksa bendahara"},
        "form": {
            "pages": {"all": {"title": "Pembayaran"}},
            "fields": {
                "amount": {"label": "Yang harus dibayar"},
                "account": {"label": "Bayar ke"},
                "paid_on": {"label": "Tanggal bayar"},
                "proof": {
                    "label": "Bukti pembayaran",
                    "help": "Foto struk atau tangkapan layar yang menunjukkan jumlah, tanggal, dan rekening tujuan",
                },
            },
        },
        "check_form": {
            "pages": {"all": {"title": "Pemeriksaan pembayaran"}},
            "fields": {
                "result": {
                    "label": "Uangnya sudah masuk?",
                    "options": {"received": "Sudah masuk", "rejected": "Belum masuk atau tidak sesuai"},
                },
                "receipt": {"label": "Nomor tanda terima"},
                "received_on": {"label": "Tanggal masuk"},
                "reason": {"label": "Yang tidak sesuai", "help": "Dibaca pemohon"},
            },
        },
    },
    "en": {
        "step": {"reason": "Waiting for your payment"},
        "check_step": {"title": "Check the payment", "public": "The treasurer is checking your proof of payment"},
        "form": {
            "pages": {"all": {"title": "Payment"}},
            "fields": {
                "amount": {"label": "To pay"},
                "account": {"label": "Pay to"},
                "paid_on": {"label": "Paid on"},
                "proof": {
                    "label": "Proof of payment",
                    "help": "A photo of the receipt or a screenshot that shows amount, date and account",
                },
            },
        },
        "check_form": {
            "pages": {"all": {"title": "Checking the payment"}},
            "fields": {
                "result": {
                    "label": "Has the money come?",
                    "options": {"received": "It has come", "rejected": "It has not come or does not fit"},
                },
                "receipt": {"label": "Receipt number"},
                "received_on": {"label": "Came on"},
                "reason": {"label": "What does not fit", "help": "The applicant reads this"},
            },
        },
    },
}
