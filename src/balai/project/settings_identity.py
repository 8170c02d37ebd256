"""Settings of identity: accounts, second factors, sign-in by a national identity."""

AUTH_USER_MODEL = "people.Account"
