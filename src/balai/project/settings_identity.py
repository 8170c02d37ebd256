"""Settings of identity: accounts, passwords, second factors, and sign-in by an OpenID Connect provider."""

import os
from pathlib import Path

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["balai.records.people.hashing.Argon2"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "balai.records.people.passwords.OneRule"}]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

# allauth.account: an e-mail address, a phone, or both; either gives a new password (people/resets.py)
ACCOUNT_ADAPTER = "balai.records.people.adapters.AccountAdapter"
_FORMS = "balai.records.people.forms"
ACCOUNT_FORMS = {
    "signup": f"{_FORMS}.SignupForm",
    "login": f"{_FORMS}.LoginForm",
    "add_email": f"{_FORMS}.AddEmailForm",
    "change_password": f"{_FORMS}.ChangePasswordForm",
    "set_password": f"{_FORMS}.SetPasswordForm",
    "reset_password": f"{_FORMS}.ResetForm",
    "reset_password_from_key": f"{_FORMS}.ChoosePasswordForm",
    "change_phone": f"{_FORMS}.ChangePhoneForm",
    "verify_phone": f"{_FORMS}.VerifyPhoneForm",
    "reauthenticate": f"{_FORMS}.ReauthenticatePasswordForm",
}
SOCIALACCOUNT_FORMS = {"signup": f"{_FORMS}.SocialSignupForm"}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "balai.records.people.tokens.LinkTokens"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # for officers who came by a link on paper; the others are kept from it by people.web
ACCOUNT_SIGNUP_FORM_CLASS = "balai.records.people.signup.NameForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email", "phone", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"  # a given address must be verified all the same: people.stages
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_USER_DISPLAY = "balai.records.people.adapters.display"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, nowhere else
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = True
# Ours are in people/limits.py: by address, device and account, each with its page and the time to come back. What stays of the
# library's own only leaves out a second mail within three minutes.
ACCOUNT_RATE_LIMITS = dict.fromkeys(
    ("change_password", "change_phone", "login", "login_failed", "manage_email", "reauthenticate", "request_login_code",
     "reset_password", "reset_password_from_key", "signup", "verify_phone")
) | {"confirm_email": "1/3m/key"}  # fmt: skip
MFA_RATE_LIMITS = False
_secure = os.environ.get("BALAI_URL", "").lower().startswith("https://")
# An officer's session is locked after so long without use, and over after so long in all. In a demonstration nobody has a password.
BALAI_OFFICER_HOURS = int(os.environ.get("BALAI_OFFICER_HOURS", "12"))
BALAI_OFFICER_IDLE_MINUTES = int(
    os.environ.get("BALAI_OFFICER_IDLE_MINUTES", "720" if os.environ.get("BALAI_DEMO") == "1" else "30")
)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _secure else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("BALAI_PROXIES", str(int(_secure))))  # with https one stands there
SILENCED_SYSTEM_CHECKS = ["account.W001"]  # neither contact is required alone; the form asks for one of the two

# allauth.mfa: authenticator app, recovery codes, passkeys
MFA_ADAPTER = "balai.records.people.adapters.MfaAdapter"
MFA_FORMS = {
    "authenticate": f"{_FORMS}.FactorForm",
    "reauthenticate": f"{_FORMS}.ReauthenticateFactorForm",
    "activate_totp": f"{_FORMS}.AddAppForm",
    "add_webauthn": "balai.records.people.forms.AddPasskeyForm",
    "edit_webauthn": "balai.records.people.forms.EditPasskeyForm",
    "login_webauthn": "balai.records.people.forms.LoginPasskeyForm",
    "reauthenticate_webauthn": "balai.records.people.forms.ReauthenticatePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # so that a passkey alone is two factors: the device, and a PIN or finger
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = os.environ.get("BALAI_DEMO") == "1"  # loopback without TLS
MFA_TOTP_ISSUER = os.environ.get("BALAI_ISSUER", "Balai")
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True

# allauth.socialaccount: one OpenID Connect provider, the national identity when it is named so
SOCIALACCOUNT_ADAPTER = "balai.records.people.adapters.SocialAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_QUERY_EMAIL = False
SOCIALACCOUNT_EMAIL_REQUIRED = False


def oidc_providers(environ: dict[str, str]) -> dict[str, object]:
    """Read the provider from BALAI_OIDC_SERVER, _ID, _NAME, _CLIENT and _SECRET_FILE; none when no server is named."""
    server = environ.get("BALAI_OIDC_SERVER", "")
    if not server:
        return {}
    secret_file = environ.get("BALAI_OIDC_SECRET_FILE", "")
    return {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": environ.get("BALAI_OIDC_ID", "sso"),
                    "name": environ.get("BALAI_OIDC_NAME", "SSO"),
                    "client_id": environ.get("BALAI_OIDC_CLIENT", "balai"),
                    "secret": Path(secret_file).read_text(encoding="ascii").strip() if secret_file else "",
                    "settings": {
                        "server_url": server,
                        "fetch_userinfo": True,
                        "token_auth_method": "client_secret_basic",
                    },
                }
            ],
        }
    }


SOCIALACCOUNT_PROVIDERS = oidc_providers(dict(os.environ))
BALAI_OIDC_NATIONAL = os.environ.get("BALAI_OIDC_NATIONAL", "")  # the provider id whose claim `nik` is believed
BALAI_CLAMD = os.environ.get("BALAI_CLAMD", "127.0.0.1:3310")
BALAI_REGISTRY_PENDUDUK_URL = os.environ.get("BALAI_REGISTRY_PENDUDUK_URL", "")
BALAI_REGISTRY_PENDUDUK_TOKEN_FILE = os.environ.get("BALAI_REGISTRY_PENDUDUK_TOKEN_FILE", "")
BALAI_REGISTRY_PENDUDUK_CA = os.environ.get("BALAI_REGISTRY_PENDUDUK_CA", "")

# Uploads: refused by their declared length, spooled sealed
FILE_UPLOAD_HANDLERS = [
    "balai.base.pages.uploads.Capped",
    "balai.records.documents.uploads.MemoryUpload",
    "balai.records.documents.uploads.SealedUpload",
]
BALAI_DAY_FILES = int(os.environ.get("BALAI_DAY_FILES", "100"))  # files of one person in a day, taken or not
BALAI_DAY_BYTES = int(os.environ.get("BALAI_DAY_BYTES", "400000000"))
BALAI_CASE_FILES = int(os.environ.get("BALAI_CASE_FILES", "100"))  # files kept under one application
BALAI_CASE_BYTES = int(os.environ.get("BALAI_CASE_BYTES", "200000000"))
BALAI_DISK_FREE = int(os.environ.get("BALAI_DISK_FREE", "500000000"))  # bytes that stay free: below, no file is taken
BALAI_MAX_REQUEST = int(os.environ.get("BALAI_MAX_REQUEST", str(64 * 1024 * 1024)))  # bytes
BALAI_ADDRESS_BODIES = int(os.environ.get("BALAI_ADDRESS_BODIES", "64"))  # read at once of what one address sends
