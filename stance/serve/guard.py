"""What stands before the server: only who knows the token gets in, only under the server's own name.

A page elsewhere can make a browser send requests to this machine. It does not know the token, and where it has its own
name point here (DNS rebinding), the ``Host`` header betrays it.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stance.serve.refusals import answer

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types result"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """Lets through what has the right host and begins with the token, without the token; puts headers on all answers.

    Args:
        app: what is behind it.
        token: the first part of every path.
        host: the address that the server listens on.
    """

    def __init__(self, app: ASGIApp, token: str, host: str) -> None:
        self._app, self._token, self._names = app, token.encode(), _names(host)
        # Where others are let in, they come by whatever address this machine has. No rebinding works without a name.
        self._addresses = not _is_loopback(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        first, slash, rest = scope["path"].removeprefix("/").partition("/")
        if not self._known(host):
            refused = answer(421, "the server is not called that; open the address that was printed when it started")
            await refused(scope, receive, guarded)
        elif not secrets.compare_digest(first.encode("utf-8", "replace"), self._token):
            refused = answer(403, "the address lacks the token; open the one that was printed when the server started")
            await refused(scope, receive, guarded)
        elif not slash:
            await RedirectResponse(f"/{first}/")(scope, receive, guarded)
        else:
            await self._app({**scope, "path": f"/{rest}"}, receive, guarded)

    def _known(self, host: str) -> bool:
        name = _without_port(host).lower().rstrip(".")
        return name in self._names or (self._addresses and _is_address(name))


def _names(host: str) -> frozenset[str]:
    """What a server that listens on an address is called."""
    names: Iterable[str] = ("127.0.0.1", "localhost", "::1", host.lower())
    if not _is_loopback(host):
        names = (*names, socket.gethostname().lower(), socket.getfqdn().lower())
    return frozenset(names)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host.lower() == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)
