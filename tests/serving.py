"""``stance serve`` as a process of its own, and a client for it."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    data: bytes

    @property
    def json(self):
        return json.loads(self.data)

    @property
    def text(self):
        return self.data.decode("utf-8")


@dataclass(frozen=True)
class Client:
    """Asks a server; each request has a connection of its own."""

    address: str
    process: subprocess.Popen

    @property
    def port(self):
        return urlsplit(self.address).port

    @property
    def root(self):
        return urlsplit(self.address).path

    def ask(self, path="", data=None, *, kind="application/json", root=None, **headers):
        """GET without data, POST with it; what is not bytes goes as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        if data is not None:
            data = data if isinstance(data, bytes) else json.dumps(data).encode()
            headers["Content-Type"] = kind
        connection.request(
            "GET" if data is None else "POST", (self.root if root is None else root) + path, data, headers
        )
        found = connection.getresponse()
        answer = Answer(found.status, {name.lower(): value for name, value in found.getheaders()}, found.read())
        connection.close()
        return answer

    def memory(self):
        """Kibibytes of memory that are the process's own."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))


@contextmanager
def served(*arguments):
    """A server with these arguments, on a free port, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "stance", "serve", "--port", "0", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ,
    )
    said = []
    try:
        address = process.stdout.readline().strip()
        assert address, process.stderr.read()
        # What is never read would fill the pipe one day.
        reader = threading.Thread(target=lambda: said.extend(process.stderr), daemon=True)
        reader.start()
        yield Client(address, process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=120)
        process.stdout.close()
    reader.join()
    process.stderr.close()
    assert not [line for line in said if "Traceback" in line], "".join(said)
