"""The portal's pages that messages lead to."""

from balai.base.pages import links

links.lead("citizen.service", "/layanan/{}/", "portal:service")
links.lead("citizen.mine", "/berkas-saya/", "portal:mine")
links.lead("citizen.case", "/berkas/{}/", "portal:case")
links.lead("citizen.tracking", "/lacak/{}/{}/", "portal:track-link")
links.lead("citizen.resume", "/lanjut/{}/", "portal:resume-link")
links.lead("citizen.account", "/akun-saya/", "portal:account")
links.lead("citizen.readings", "/akun-saya/dilihat/", "portal:looked")
links.lead("citizen.email", "/akun/email/", "account_email")
links.lead("citizen.mandates", "/kuasa/", "portal:mandates")
links.lead("letter.check", "/v/{}", "portal:letter-check")
