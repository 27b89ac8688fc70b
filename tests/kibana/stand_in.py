"""A server on loopback in Kibana's place: keeps what it is sent, answers what it is told to."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def file(self) -> tuple[str, str, str]:
        """The form's one file: field, file name, content."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        (part,) = message_from_bytes(head + self.body, policy=policy.HTTP).iter_parts()
        name = part.get_param("name", header="content-disposition")
        return name, part.get_filename(), part.get_payload(decode=True).decode()


@dataclass(slots=True)
class StandIn:
    """What it was asked, and what it answers."""

    port: int = 0
    status: int = 200
    answer: Any = None  # None: as Kibana does when it takes everything
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def body_for(self, asked: Asked) -> bytes:
        if isinstance(self.answer, bytes):
            return self.answer
        return json.dumps(accepted(asked.file[2]) if self.answer is None else self.answer).encode()


def accepted(objects: str) -> dict[str, Any]:
    """What Kibana answers when it has taken everything."""
    entries = [json.loads(line) for line in objects.splitlines()]
    results = [
        {"type": e["type"], "id": e["id"], "meta": {"title": e["attributes"]["title"]}, "overwrite": True}
        for e in entries
    ]
    return {"success": True, "successCount": len(entries), "warnings": [], "successResults": results}


@contextmanager
def standing_in(*, tls: tuple[Path, Path] | None = None) -> Iterator[StandIn]:
    """Start it, and stop it; with a certificate and its key it speaks https."""
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, body)
            stand_in.asked.append(asked)
            answer = stand_in.body_for(asked)
            self.send_response(stand_in.status)
            for name, value in stand_in.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing to standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        stand_in.port = server.server_port
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield stand_in
        finally:
            server.shutdown()
            thread.join()
