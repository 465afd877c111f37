"""The one error that the box shows to its user."""


class BoxError(Exception):
    """Something the user has to know: what happened, where, and what to do next."""

    def __init__(self, message: str, *, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code
