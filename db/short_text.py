"""Short words that people type: names, tags, reasons."""

from core.errors import InvalidInput


def checked(text: str, what: str, n_most: int) -> str:
    """Return a text without stray blanks.

    Args:
        text: As it was typed.
        what: What it is, with its article: "a name".
        n_most: Characters that it may have.

    Raises:
        InvalidInput: If it is blank, too long or not printable.
    """
    word = " ".join(text.split())
    if not word or len(word) > n_most or not word.isprintable():
        raise InvalidInput(
            f"Expected {what} of 1 to {n_most} printable characters. Received {text[:80]!r}."
        )
    return word
