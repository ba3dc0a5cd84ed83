"""The errors Verity raises on purpose; a page or the command line shows their text as it is."""


class VerityError(Exception):
    """Root of every error that is a message to the person at the screen."""


class InvalidInput(VerityError):
    """An argument, a file or a field is not what was expected; the text says what was."""


class NotFound(VerityError):
    """Something asked for by number, name or checksum does not exist."""


class Conflict(VerityError):
    """The act contradicts what is already decided or recorded."""


class Unavailable(VerityError):
    """Something outside Verity (network, weights, a worker) is missing right now."""
