"""Refusals of proposed versions, added to the one table of all when the app is loaded."""

from balai.base.errors import MESSAGES

MESSAGES |= {
    "proposal-nothing": (
        "Berkas layanan ini sama dengan versi yang berlaku, jadi tidak ada yang diusulkan.",
        "This service's folder is the version in force, so there is nothing to propose.",
    ),
    "proposal-open": (
        "Versi lain layanan ini sedang diusulkan. Terbitkan atau batalkan yang itu lebih dahulu.",
        "Another version of this service is proposed already. Publish or drop that one first.",
    ),
    "proposal-settled": (
        "Usulan ini sudah diterbitkan atau dibatalkan. Muat ulang untuk melihat keadaannya.",
        "This proposal was published or dropped already. Reload to see how it stands.",
    ),
    "proposal-replaying": (
        "Permohonan lama masih diputar ulang. Tunggu sampai hasilnya ada, lalu terbitkan.",
        "Past cases are still being replayed. Wait for the result, then publish.",
    ),
    "proposal-overtaken": (
        "Versi yang berlaku atau berkas layanannya berubah sesudah diusulkan. Batalkan usulan ini dan usulkan lagi.",
        "The version in force or the service's folder changed after it was proposed. Drop this proposal and propose again.",
    ),
    "proposal-needed": (
        "Layanan tidak dibuka atau diubah oleh satu orang: usulkan versinya, lalu orang lain menerbitkannya sesudah melihat akibatnya.",
        "No one person opens or changes a service: propose the version; another person publishes it after seeing what it would do.",
    ),
}
