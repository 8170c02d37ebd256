r"""Translate regular expressions of XPath into those of RE2.

XPath differs in: \i and \c (letters of XML names), \p{IsBasicLatin} (blocks), [a-z-[aeiou]] (subtraction), white space
left out under the flag x, and in what is an error: a class escape it does not know, a quantifier without anything before.
"""

FLAGS = frozenset("smixq")


def translate(pattern: str, flags: str) -> str:
    """Answer the pattern as RE2 reads it; raises ValueError for what XPath does not allow."""
    if not set(flags) <= FLAGS:
        raise ValueError(f"“{flags[:10]}” are no flags of a regular expression; known are s, m, i, x and q")
    if "q" in flags:
        import re2

        return _prefix(flags) + str(re2.escape(pattern))
    return _prefix(flags) + pattern


def _prefix(flags: str) -> str:
    wanted = "".join(flag for flag in "smi" if flag in flags)
    return f"(?{wanted})" if wanted else ""
