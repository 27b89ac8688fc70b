"""The dashboards for Kibana: the file that its import button takes, for any index, and sending it there."""

from __future__ import annotations

import base64
import http.client
import json
import re
import ssl
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import SplitResult, urlsplit

import click

from copydesk.terminal import safe
from flows.settings import Settings
from transforms.records import RunError

DEFAULT_INDEX = "news"  # as kibana/dashboards.toml has it
TIMEOUT_S = 60
MAX_ANSWER_BYTES = 10_000_000  # its answer names each object; anything longer is not Kibana's
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")  # of an index, as engines take it
_SPACE = re.compile(r"[a-z0-9_-]{1,100}")
_TITLED = ("search", "map", "dashboard")  # objects whose titles people choose from
_EXAMPLE = "write it as http://localhost:5601, with the base path if Kibana has one"


class KibanaError(RunError):
    """Kibana cannot be reached, or does not take what it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Kibana answered to one request."""

    status: int
    location: str  # where a redirection leads; "" when it is none
    body: bytes


def read_objects(index: str = DEFAULT_INDEX) -> str:
    r"""Give the file of saved objects for an index: one JSON object a line.

    Objects of another index than "news" have ids and titles of their own, so that both can be installed.

    >>> read_objects("archive").splitlines()[0].count("copydesk-archive-")
    1
    """
    if not _NAME.fullmatch(index):
        raise KibanaError(
            f"{index!r} is not the name of an index", hint="small letters, digits, - and _, as --index news"
        )
    text = resources.files("copydesk").joinpath("newsroom.ndjson").read_text("utf-8")
    if index == DEFAULT_INDEX:
        return text
    text = text.replace(f"copydesk-{DEFAULT_INDEX}-", f"copydesk-{index}-")
    return "".join(_renamed(line, index) for line in text.splitlines())


def _renamed(line: str, index: str) -> str:
    entry: dict[str, Any] = json.loads(line)
    attributes = entry["attributes"]
    if entry["type"] == "index-pattern":
        attributes["title"] = index
        attributes["name"] = index + attributes["name"].removeprefix(DEFAULT_INDEX)
    elif entry["type"] in _TITLED:
        attributes["title"] += f" ({index})"
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def install_objects(settings: Settings, kibana: str, *, index: str, space: str | None) -> int:
    """Send the saved objects to Kibana and say what came of it; 1 when it did not take all of them."""
    objects = read_objects(index)
    address = _parse_address(kibana)
    base = address.path.rstrip("/") + _space_path(space)
    answer = _import(settings, address, base, objects)
    told = _read_answer(address, answer)
    home = f"{address.scheme}://{address.netloc}{base}"
    return _show(told, expected=objects.count("\n"), home=home)


def _parse_address(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port != 0
    except ValueError:
        raise KibanaError("this address has a host or port that is none", hint=_EXAMPLE) from None
    if "@" in url:  # also where it parses as something else: an address is printed
        raise KibanaError(
            "the address of Kibana holds a user or password",
            hint="take it out of the address and give it as a setting: COPYDESK_ELASTIC_USER and _PASSWORD",
        )
    printable = url.isascii() and url.isprintable() and " " not in url
    right = parts.scheme in ("http", "https") and parts.hostname and printable and port_is_fine
    if not right or parts.query or parts.fragment:
        raise KibanaError(f"not the address of a Kibana: {url!r}", hint=_EXAMPLE)
    return parts


def _space_path(space: str | None) -> str:
    if space is None:
        return ""
    if not _SPACE.fullmatch(space):
        raise KibanaError(
            f"{space!r} is not the identifier of a space",
            hint="take it from the address of a page in that space: /s/IDENTIFIER/…",
        )
    return f"/s/{space}"


def _import(settings: Settings, address: SplitResult, base: str, objects: str) -> Answer:
    content_type, body = _multipart(objects)
    headers = {
        "Content-Type": content_type,
        "Accept": "application/json",
        "kbn-xsrf": "true",
        **_authorization(settings),
    }
    path = f"{base}/api/saved_objects/_import?overwrite=true"
    return _post(settings, address, path, headers, body)


def _multipart(objects: str) -> tuple[str, bytes]:
    """Make a form of one file; Kibana goes by the end of its name."""
    boundary = uuid.uuid4().hex
    head = (
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="file"; filename="newsroom.ndjson"\r\n'
        "Content-Type: application/x-ndjson\r\n\r\n"
    )
    return f"multipart/form-data; boundary={boundary}", f"{head}{objects}\r\n--{boundary}--\r\n".encode()


def _authorization(settings: Settings) -> Mapping[str, str]:
    """Use the key alone when there is one, as for Elasticsearch; nothing when there is no password either."""
    if key := settings.elastic_api_key:
        if not (key.isascii() and key.isprintable()):  # http.client would print it in its error
            raise KibanaError(
                "COPYDESK_ELASTIC_API_KEY holds characters that no API key has",
                hint="give the one line that Elasticsearch printed as `encoded`",
            )
        return {"Authorization": f"ApiKey {key}"}
    if settings.elastic_password:
        both = f"{settings.elastic_user}:{settings.elastic_password}".encode()
        return {"Authorization": f"Basic {base64.b64encode(both).decode()}"}
    return {}


def _post(
    settings: Settings, address: SplitResult, path: str, headers: Mapping[str, str], body: bytes
) -> Answer:
    """Send one request. Redirections are not followed: the secret is for this host and no other."""
    where = f"{address.scheme}://{address.netloc}"
    connection = _connection(settings, address)
    try:
        connection.request("POST", path, body=body, headers=dict(headers))
        with connection.getresponse() as response:
            return Answer(
                status=response.status,
                location=response.getheader("Location", ""),
                body=response.read(MAX_ANSWER_BYTES),
            )
    except ssl.SSLCertVerificationError as err:
        raise KibanaError(
            f"the certificate of {where} is not trusted: {err.verify_message}",
            hint="give the file of its certificate authority: COPYDESK_ELASTIC_CA",
        ) from err
    except ssl.SSLError as err:
        raise KibanaError(
            f"{where} does not speak https: {err.reason or err}", hint="check the address; is it http://?"
        ) from err
    except TimeoutError as err:
        raise KibanaError(
            f"Kibana at {where} does not answer in {TIMEOUT_S} s", hint="run the same command again"
        ) from err
    except (OSError, http.client.HTTPException) as err:
        raise KibanaError(
            f"cannot reach Kibana at {where}",
            hint="start it (docker compose up -d kibana) or check the address",
        ) from err
    finally:
        connection.close()


def _connection(settings: Settings, address: SplitResult) -> http.client.HTTPConnection:
    host = address.hostname or ""
    if address.scheme == "http":
        return http.client.HTTPConnection(host, address.port, timeout=TIMEOUT_S)
    trusted = ssl.create_default_context()
    if settings.elastic_ca:
        try:
            trusted.load_verify_locations(settings.elastic_ca)
        except OSError as err:
            raise KibanaError(f"cannot read COPYDESK_ELASTIC_CA: {settings.elastic_ca}: {err}") from err
    return http.client.HTTPSConnection(host, address.port, timeout=TIMEOUT_S, context=trusted)


def _read_answer(address: SplitResult, answer: Answer) -> Mapping[str, Any]:
    """Give Kibana's own account; KibanaError when there is none, with what to do about it."""
    where = f"{address.scheme}://{address.netloc}{address.path.rstrip('/')}"
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    if answer.status == 200 and isinstance(told, dict) and "success" in told:
        return told
    if 300 <= answer.status < 400:
        raise KibanaError(
            f"Kibana at {where} sends us on to {answer.location[:200]!r}",
            hint="if that is your Kibana, give its address: secrets are not carried on",
        )
    said, hint = _SAID.get(answer.status, ("answers, but not as Kibana does", "check the address"))
    reason = told.get("message") if isinstance(told, dict) else None
    detail = f": {safe(str(reason)[:500])}" if reason else ""
    raise KibanaError(f"{where} {said} ({answer.status}{detail})", hint=hint)


def _show(told: Mapping[str, Any], *, expected: int, home: str) -> int:
    errors = _records(told.get("errors"))
    count = told.get("successCount")
    for error in errors:
        click.echo(f"copydesk: Kibana did not take {_told(error)}", err=True)
    if told.get("success") is not True or count != expected or errors:
        click.echo(f"copydesk: installed {safe(str(count or 0))} of {expected} objects at {home}", err=True)
        return 1
    click.echo(f"installed {count} objects at {home}")
    for entry in _records(told.get("successResults")):
        if entry.get("type") == "dashboard":
            at = entry.get("destinationId") or entry.get("id")
            click.echo(f"  {_name(entry)}: {home}/app/dashboards#/view/{safe(str(at))}")
    return 0


def _told(entry: Mapping[str, Any]) -> str:
    """Say which object, and why, in one line.

    >>> _told({"type": "map", "id": "m1", "error": {"type": "conflict"}})
    "map m1: conflict: another object of Kibana's has this id"
    """
    why = _record(entry.get("error"))
    kind = str(why.get("type", "unknown"))
    missing = ", ".join(f"{ref.get('type')} {ref.get('id')}" for ref in _records(why.get("references")))
    detail = missing or str(why.get("message") or _WHY.get(kind, ""))[:500]
    return safe(f"{entry.get('type')} {_name(entry)}: {kind}" + (f": {detail}" if detail else ""))


def _name(entry: Mapping[str, Any]) -> str:
    return safe(str(_record(entry.get("meta")).get("title") or entry.get("id")))


def _record(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _records(value: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


_WHY = {
    "conflict": "another object of Kibana's has this id",
    "ambiguous_conflict": "several objects of Kibana's come from this one",
    "unsupported_type": "this Kibana has no such objects",
}
_SAID = {
    400: ("does not take the file", "it needs Kibana 8.8 or newer"),
    401: (
        "does not let us in",
        "check COPYDESK_ELASTIC_API_KEY, or COPYDESK_ELASTIC_USER and COPYDESK_ELASTIC_PASSWORD",
    ),
    403: ("does not allow this", "give the user or key all rights on Saved Objects Management in Kibana"),
    404: ("has no such page", "check the address with its base path, and the space"),
    413: ("finds the file too large", "raise savedObjects.maxImportPayloadBytes in kibana.yml"),
    422: ("does not take the file", "it needs Kibana 8.8 or newer"),
    503: ("is not ready", "it takes a minute to start; then run the same command again"),
}
