"""What keeps the launcher from starting, said in one clear line."""


class CannotStart(Exception):
    """The message is for the person at the terminal; no traceback is shown."""


class Interrupted(BaseException):
    """A signal asked us to stop; unwinds through every ``with`` to the exit."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.exit_code = 128 + signum
