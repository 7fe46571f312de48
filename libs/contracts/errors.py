"""The refusals of the house: expected, named, with a status and a sentence a person understands."""

from __future__ import annotations

from libs.contracts.asks import Problem


class Refused(Exception):  # a refusal is an answer, not a fault
    """A command or question that is answered with no. Its message says why and what to do."""

    status = 400
    code = "refused"
    retry_after = 0

    def problem(self) -> Problem:
        """The refusal as it travels over NATS."""
        return Problem(self.status, self.code, str(self), self.retry_after)


class Invalid(Refused):
    """The input is not usable."""

    status = 422
    code = "invalid"


class TooLarge(Refused):
    """The input is larger than its limit."""

    status = 413
    code = "too_large"


class NotFound(Refused):
    """There is no such thing, or it is not the asker's."""

    status = 404
    code = "not_found"


class Forbidden(Refused):
    """The asker may not do this."""

    status = 403
    code = "forbidden"


class Unauthenticated(Refused):
    """Nobody is signed in, or the credentials are wrong."""

    status = 401
    code = "unauthenticated"


class WrongState(Refused):
    """The thing is not in a state in which this can be done."""

    status = 409
    code = "wrong_state"


class AlreadyExists(Refused):
    """There is such a thing already."""

    status = 409
    code = "already_exists"


class Unavailable(Refused):
    """The service that would answer does not, for now."""

    status = 503
    code = "unavailable"


class TooMany(Refused):
    """The asker tries too often; ``retry_after`` is in seconds."""

    status = 429
    code = "too_many_requests"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Remote(Refused):
    """A refusal that came back over NATS."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.status = problem.status
        self.code = problem.code
        self.retry_after = problem.retry_after
