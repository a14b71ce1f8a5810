"""What a request is told that is not done: a status and one sentence."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from stance.errors import StanceError


class Refused(StanceError):
    """A request that is not done.

    Args:
        status: of HTTP.
        what: what is wrong, without a final full stop.
        remedy: what the user can do about it, if anything.
    """

    def __init__(self, status: int, what: str, *, remedy: str | None = None) -> None:
        super().__init__(what, remedy=remedy)
        self.status = status


def answer(status: int, sentence: str) -> Response:
    """One sentence as JSON, on one line."""
    headers = {"Retry-After": "5"} if status == 503 else None
    return JSONResponse({"error": " ".join(sentence.split())}, status, headers)
