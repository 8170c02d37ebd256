"""The machines' door: the same deeds as portal and desk, by token, with one error shape and idempotency keys.

OpenAPI 3.1 at /api/v1/openapi.json. A token acts for one person within its scopes; what that person may not do, it may not do.
"""
