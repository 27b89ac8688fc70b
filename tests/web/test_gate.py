"""Who is let in: names, sizes, rates, tokens; and what every answer carries."""

import base64
import re
import time

import httpx
import pytest
from starlette.datastructures import Headers

from copydesk.web.app import Limits
from copydesk.web.bucket import Buckets
from copydesk.web.login import SESSION_S, Keys
from tests.web.conftest import serving

TOKEN = "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def guarded(desk):
    with serving(desk, token=TOKEN) as client:
        yield client


# Names


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost:80", "LOCALHOST.", "[::1]:8484", "192.168.3.4:8484", "desk.example"]
)
def test_our_names_and_addresses(serve, host):
    with serve(names=("Desk.example",)) as client:
        assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "[evil]", "desk.example"]
)
@pytest.mark.parametrize("path", ["/healthz", "/api/search", "/"])
def test_names_that_are_not_ours(client, host, path):
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 421
    assert "hits" not in answer.text


# Sizes and methods


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_is_written(client, method):
    answer = client.request(method, "/api/search")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_requests_have_no_bodies(client):
    assert client.request("GET", "/api/search", content=b"x").status_code == 413
    assert client.request("GET", "/api/search", content=iter([b"x"])).status_code == 413


def test_long_addresses_and_headers(client):
    assert client.get("/api/search?q=" + "x" * 33_000).status_code == 414
    assert client.get("/healthz", headers={"X-Long": "x" * 17_000}).status_code == 431
    assert client.get("/healthz", headers={"Cookie": "=;" * 4000 + "copydesk=1"}).status_code == 200


# Headers


@pytest.mark.parametrize(
    "path", ["/", "/api/search", "/api/nothing", "/healthz", "/metrics", "/nothing", "/api/search.atom"]
)
def test_every_answer_is_guarded(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "no-store" in headers["cache-control"] or path.endswith(".atom")
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


def test_what_a_page_loads_is_kept(client):
    address = re.search(r"/static/[^\"]+", client.get("/").text)[0]
    assert "immutable" in client.get(address).headers["cache-control"]
    assert client.get(address.partition("?")[0]).headers["cache-control"] == "no-cache"
    assert client.get("/static/nothing.css?1").headers["cache-control"] == "no-store"
    for path in ("/static/../render.py", "/static/%2e%2e/render.py", "/static/..%2frender.py"):
        assert client.get(path).status_code == 404


def test_also_the_answer_to_a_bug(serve):
    with serve(Broken(ZeroDivisionError("secret"))) as client:
        answer = client.get("/api/search")
        page = client.get("/")
    assert answer.status_code == page.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in answer.text + page.text
    assert "Traceback" not in answer.text + page.text


class Broken:
    """A desk that can do nothing."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name):
        def fail(*_, **__):
            raise self.error

        return fail


# Rates


def test_a_client_that_asks_too_often(serve):
    with serve(limits=Limits(requests_per_s=2, burst=3)) as client:
        answers = [client.get("/healthz") for _ in range(6)]
        assert [answer.status_code for answer in answers[:3]] == [200] * 3
        refused = answers[-1]
        assert refused.status_code == 429
        assert refused.headers["content-type"] == "application/problem+json"
        time.sleep(int(refused.headers["retry-after"]))
        assert client.get("/healthz").status_code == 200


def test_a_bucket_fills_steadily():
    clock = iter([0.0, 0.0, 0.0, 0.5, 1.0, 100.0, 100.0, 100.0])
    buckets = Buckets(1.0, 2, now=lambda: next(clock))
    assert [buckets.take("a") for _ in range(8)] == [0.0, 0.0, 1.0, 0.5, 0.0, 0.0, 0.0, 1.0]


def test_buckets_are_of_a_network_and_bounded():
    buckets = Buckets(1.0, 1, now=lambda: 0.0)
    assert buckets.take("2001:db8::1") == 0.0
    assert buckets.take("2001:db8::2") > 0.0
    assert buckets.take("2001:db9::2") == 0.0
    assert buckets.take("fe80::1%eth0") == 0.0
    assert buckets.take("not:an:address") == 0.0
    for number in range(10_001):
        buckets.take(f"client{number}")
    assert buckets.take("2001:db8::1") == 0.0  # forgotten by now


def test_no_rate_is_no_limit():
    buckets = Buckets(0, 1)
    assert {buckets.take("a") for _ in range(100)} == {0.0}
    buckets.fine("a", 100)
    assert buckets.take("a") == 0.0


# The token


@pytest.mark.parametrize(
    "path", ["/api/search", "/api/status", "/api/openapi.json", "/metrics", "/api/articles/1", "/api/nothing"]
)
def test_a_program_needs_the_token(guarded, path):
    answer = guarded.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert TOKEN not in answer.text
    assert guarded.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code in (200, 404)
    assert guarded.get(path, headers={"Authorization": f"bearer  {TOKEN}"}).status_code in (200, 404)


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer x", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Token {TOKEN}", TOKEN,
     "Basic x", "Basic !!!", "Basic " + base64.b64encode(TOKEN.encode()).decode(), "Basic /w=="],
)  # fmt: skip
def test_what_is_not_the_token(guarded, given):
    assert guarded.get("/api/search", headers={"Authorization": given}).status_code == 401


def test_a_feed_reader_asks_for_a_password(guarded):
    answer = guarded.get("/api/search.rss")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert guarded.get("/api/search.rss", auth=("anybody", TOKEN)).status_code == 200
    assert guarded.get("/api/search.rss", params={"token": TOKEN}).status_code == 401


def test_health_needs_no_token(guarded):
    assert guarded.get("/healthz").status_code == 200


def test_people_log_in(guarded):
    answer = guarded.get("/?q=rain&page=2")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2F%3Fq%3Drain%26page%3D2"
    form = guarded.get(answer.headers["location"])
    assert form.status_code == 200
    assert 'value="/?q=rain&amp;page=2"' in form.text
    wrong = guarded.post("/login", data={"token": "guess", "next": "/"})
    assert wrong.status_code == 401
    assert "set-cookie" not in wrong.headers
    with httpx.Client(base_url=guarded.base_url, trust_env=False) as browser:
        answer = browser.post("/login", data={"token": TOKEN, "next": "/?q=rain"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/?q=rain")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert TOKEN not in cookie
        assert browser.get("/").status_code == 200
        assert browser.get("/api/search").status_code == 200
        answer = browser.post("/logout")
        assert answer.status_code == 303
        assert browser.get("/api/search").status_code == 401


@pytest.mark.parametrize(
    "next_url", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\n/evil", "javascript:1", ""]
)
def test_a_login_leads_nowhere_else(guarded, next_url):
    with httpx.Client(base_url=guarded.base_url, trust_env=False) as browser:
        answer = browser.post("/login", data={"token": TOKEN, "next": next_url})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("path", ["/login", "/logout"])
def test_forms_of_other_pages_are_refused(guarded, path):
    answer = guarded.post(path, data={"token": TOKEN}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    own = str(guarded.base_url).rstrip("/")
    assert guarded.post(path, data={"token": TOKEN}, headers={"Origin": own}).status_code == 303


def test_strange_forms(guarded):
    for body in (b"", b"\xff\xfe", b"&".join([b"a=b"] * 50), b"token"):
        assert guarded.post("/login", content=body).status_code == 401
    assert guarded.post("/login", content=b"x" * 5000).status_code == 413


def test_guessing_is_slow(desk):
    with serving(desk, token=TOKEN, limits=Limits(requests_per_s=1, burst=60)) as client:
        answers = [client.post("/login", data={"token": str(number)}).status_code for number in range(6)]
    assert answers[0] == 401
    assert answers[-1] == 429


def test_a_cookie_is_forged_or_old():
    now = 1_000_000.0
    keys = Keys(TOKEN, now=lambda: now)
    cookie = keys.session()

    def admits(value: str, keys: Keys = keys) -> bool:
        return keys.admits(Headers({"cookie": f"other=1; copydesk={value}"}))

    assert admits(cookie)
    assert not admits(cookie, Keys("another token altogether", now=lambda: now))
    assert not admits(cookie, Keys(TOKEN, now=lambda: now + SESSION_S + 1))
    expires, _, mac = cookie.partition(".")
    for forged in (
        f"{int(expires) + 1}.{mac}",
        f".{mac}",
        mac,
        f"{expires}.",
        "9" * 5000 + f".{mac}",
        "é.é",
        "²³.x",
    ):
        assert not admits(forged)
    assert not keys.admits(Headers({"cookie": '"'}))
    assert not keys.admits(Headers({}))
