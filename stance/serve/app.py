"""The server: what each address does, and how it is started."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from typing import Any

import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from stance.errors import StanceError
from stance.serve import pages, results
from stance.serve.bodies import Correction, Question, parse
from stance.serve.corrections import CorrectionFile
from stance.serve.desk import Desk
from stance.serve.guard import Guard
from stance.serve.openapi import document
from stance.serve.refusals import Refused, answer
from stance.serve.settings import Settings

# Of a body that is too long, what is read all the same: a client that still sends would not read the answer.
_PATIENCE = 1 << 26


class Server:
    """The addresses of a server, and what is behind them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._corrections = CorrectionFile(settings.corrections) if settings.corrections else None
        self._desk = Desk(settings)

    def app(self, token: str) -> ASGIApp:
        """The application; every path begins with the token."""
        routes = [
            Route("/", self._page),
            Route("/static/{name}", self._file),
            Route("/openapi.json", self._openapi),
            Route("/api/models", self._models),
            Route("/api/analyze", self._analyze, methods=["POST"]),
            Route("/api/view", self._view, methods=["POST"]),
            Route("/api/export/{format}", self._export, methods=["POST"]),
            Route("/api/corrections", self._correct, methods=["POST"]),
        ]
        handlers: dict[Any, Callable[[Request, Any], Response]] = {
            HTTPException: lambda _, error: answer(error.status_code, error.detail),
            Refused: lambda _, error: answer(error.status, str(error)),
            StanceError: lambda _, error: answer(422, str(error)),
            ClientDisconnect: lambda _, error: answer(400, "the request broke off"),
            Exception: lambda _, error: answer(500, "an error in stance itself; the terminal has it"),
        }
        inner = Starlette(routes=routes, exception_handlers=handlers)
        inner.router.redirect_slashes = False
        return Guard(inner, token, self._settings.host)

    async def _page(self, request: Request) -> Response:
        shown = {"models": self._desk.shelf.names, "limit": self._settings.limit}
        return HTMLResponse(pages.page(**shown, corrections=self._settings.corrections))

    async def _file(self, request: Request) -> Response:
        found = pages.files().get(request.path_params["name"])
        if found is None:
            raise Refused(404, "no such file")
        return Response(found[0], media_type=found[1])

    async def _openapi(self, request: Request) -> Response:
        return JSONResponse(document())

    async def _models(self, request: Request) -> Response:
        names = self._desk.shelf.names
        corrections = self._corrections is not None
        return JSONResponse({"models": names, "limit": self._settings.limit, "corrections": corrections})

    async def _analyze(self, request: Request) -> Response:
        question = parse(Question, await self._body(request))
        return JSONResponse(await self._desk.work(lambda q: results.as_json(self._desk.analyse(q)), question))

    async def _view(self, request: Request) -> Response:
        question = parse(Question, await self._body(request))
        return JSONResponse(await self._desk.work(lambda q: results.as_view(self._desk.analyse(q)), question))

    async def _export(self, request: Request) -> Response:
        format = request.path_params["format"]
        if format not in results.EXPORTS:
            raise Refused(404, "no such format", remedy=f"choose from {', '.join(results.EXPORTS)}")
        write, media_type = results.EXPORTS[format]
        question = parse(Question, await self._body(request))
        data = await self._desk.work(lambda q: write(self._desk.analyse(q)), question)
        headers = {"Content-Disposition": f'attachment; filename="stance.{format}"'}
        return Response(data, media_type=media_type, headers=headers)

    async def _correct(self, request: Request) -> Response:
        correction = parse(Correction, await self._body(request))
        if self._corrections is None:
            raise Refused(409, "corrections are not kept", remedy="start the server with --corrections FILE")
        try:
            await anyio.to_thread.run_sync(self._corrections.add, correction)
        except StanceError as error:
            raise Refused(507, error.what, remedy=error.remedy) from error
        return JSONResponse({"saved": True}, 201)

    async def _body(self, request: Request) -> bytes:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        parts, length = [], 0
        async for part in request.stream():
            length += len(part)
            if length <= self._settings.longest_body:
                parts.append(part)
            elif length > _PATIENCE:
                break
        if length > self._settings.longest_body:
            remedy = "give fewer or shorter texts, or start the server with a higher --limit"
            raise Refused(413, f"the request has more than {self._settings.longest_body:,} bytes", remedy=remedy)
        if kind != "application/json":
            raise Refused(415, "the request is not JSON", remedy="send it with Content-Type: application/json")
        return b"".join(parts)


def run(settings: Settings, opened: Callable[[str], None]) -> None:
    """Serve until the process is told to end.

    Args:
        settings: what to serve, and where.
        opened: called with the address, token included, once it can be opened.

    Raises:
        StanceError: a model, a file or an address that cannot be used.
    """
    token = secrets.token_urlsafe(24)
    with _listening(settings.host, settings.port) as listening:
        app = Server(settings).app(token)
        options: dict[str, Any] = {"log_level": "warning", "access_log": False, "lifespan": "off", "ws": "none"}
        options |= {"server_header": False, "proxy_headers": False, "timeout_graceful_shutdown": 2}
        opened(f"http://{_shown(settings.host)}:{listening.getsockname()[1]}/{token}/")
        uvicorn.Server(uvicorn.Config(app, **options)).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        remedy = "give another --port (0 for any that is free) or --host"
        raise StanceError(f"cannot listen there ({error.strerror})", where=f"{host}:{port}", remedy=remedy) from error
    return listening


def _shown(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host
