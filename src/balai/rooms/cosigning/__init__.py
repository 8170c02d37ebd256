"""Who must agree with an application agrees: by a link of their own, without an account, or at a counter by showing their card.

A service folder asks for it (`cosign.request`); the case waits until enough of them agreed to the very answers and words they were
shown. The applicant sees who did, sends a link anew, or names somebody else; when those answers change, all are asked anew.
"""
