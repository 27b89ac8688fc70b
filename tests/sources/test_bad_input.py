"""Every input that is not as it should be: a clear word, and nothing lost."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard

from sources import opened, read
from sources.contract import Limits
from transforms.records import RawDocument, Reject

ROOT = Path(__file__).parents[2]


def last_start(text: str) -> int:
    """The start of the last line that begins with "# "; stands in for the split of pastes."""
    at = text.rfind("\n# ")
    return at + 1


def run(path: Path | str, **options) -> tuple[list[RawDocument], list[Reject]]:
    items = list(read(str(path), last_article_start=last_start, **options))
    documents = [item for item in items if isinstance(item, RawDocument)]
    return documents, [item for item in items if isinstance(item, Reject)]


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b" " * 200_000, b"[]", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.dat"])
def test_empty(tmp_path, name, content):
    documents, rejects = run(put(tmp_path, name, content))
    if name == "a.jsonl" or content != b"[]":
        assert documents == []
        assert [reject.reason for reject in rejects] == ["empty"]


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        b"%PDF-1.7\n%text",
        b"\x7fELF\x02\x01\x01",
        b"PK\x03\x04\x14\x00",
        bytes(range(256)) * 40,
        bytes(10_000),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.html"])
def test_binary(tmp_path, name, content):
    documents, rejects = run(put(tmp_path, name, content))
    assert documents == []
    assert [(reject.reason, reject.origin) for reject in rejects] == [("binary", str(tmp_path / name))]


def test_undecodable_file(tmp_path):
    content = b"Plain words first. " + bytes(range(0x80, 0x100)) * 30
    documents, rejects = run(put(tmp_path, "a.txt", content))
    assert documents == []
    assert [(reject.reason, reject.offset) for reject in rejects] == [("bad-encoding", 19)]


def test_undecodable_byte_costs_one_article(tmp_path):
    articles = [f"# Story {n}\nÀ Orléans, où l’été s’achève.\n".encode() for n in range(5)]
    articles[2] = articles[2].replace("où".encode(), b"o\xff")
    bad = len(articles[0]) + len(articles[1]) + articles[2].index(b"\xff")
    documents, rejects = run(put(tmp_path, "a.txt", b"".join(articles)))
    assert [document.text.encode() for document in documents] == [
        articles[0] + articles[1],
        articles[3] + articles[4],
    ]
    assert [document.offset for document in documents] == [0, sum(map(len, articles[:3]))]
    assert [(reject.reason, reject.offset) for reject in rejects] == [("bad-encoding", bad)]


def test_cut_inside_a_character(tmp_path):
    documents, rejects = run(put(tmp_path, "a.txt", "# One\nété\n# Two\nété".encode()[:-1]))
    assert [document.text for document in documents] == ["# One\nété\n"]
    assert [(reject.reason, reject.offset) for reject in rejects] == [("bad-encoding", 21)]
    _, rejects = run(put(tmp_path, "b.txt", "\ufeffhalf a unit".encode("utf-16-le")[:-1]))
    assert [reject.reason for reject in rejects] == ["bad-encoding"]


def test_json_lines_go_on_after_a_bad_one(tmp_path):
    lines = [
        b'{"title": "One", "body": "First text."}',
        b'{"title": "Two", "body": ',
        b'{"title": "Three"}',
        b'"a string"',
        b'{"title": ["no", "text"], "body": "Fourth text."}',
        b'{"title": "Five", "body": "\xff\xfe\xfd"}',
        b"",
        b'{"title": "Six", "body": "Last text."}',
    ]
    path = put(tmp_path, "wire.jsonl", b"\n".join(lines))
    documents, rejects = run(path)
    assert [document.origin for document in documents] == [f"{path}#1", f"{path}#8"]
    found = [(reject.origin.rpartition("#")[2], reject.reason) for reject in rejects]
    assert found == [
        ("2", "bad-json"), ("3", "no-text"), ("4", "bad-json"), ("5", "bad-field"), ("6", "bad-encoding"),
    ]  # fmt: skip
    offsets = [sum(len(line) + 1 for line in lines[:n]) for n in (1, 2, 3, 4)]
    assert [reject.offset for reject in rejects[:4]] == offsets
    assert rejects[4].offset == sum(len(line) + 1 for line in lines[:5]) + lines[5].index(b"\xff")
    assert "title" in rejects[3].detail


def test_surrogates_nul_nan_and_repeated_keys(tmp_path):
    lines = [
        r'{"title": "One \ud800", "body": "A lone \udfff one."}',
        r'{"title": "Two \ud83d\ude00", "body": "A pair.\u0000", "score": NaN}',
        r'{"title": "Three", "title": "Four", "body": "Twice.", "score": -Infinity}',
        '{"body": "' + "x" * 10 + '", "n": ' + "9" * 5000 + "}",
        '{"body": "deep", "n": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"body": "raw \t tab and \x01"}',
    ]
    documents, rejects = run(put(tmp_path, "a.jsonl", "\n".join(lines).encode()))
    assert [(document.given.headline, document.text) for document in documents] == [
        ("One �", "A lone � one."),
        ("Two 😀", "A pair."),
        ("Four", "Twice."),
        (None, "raw \t tab and \x01"),
    ]
    assert [reject.reason for reject in rejects] == ["bad-json", "bad-json"]


def test_nul_in_text(tmp_path):
    documents, rejects = run(put(tmp_path, "a.txt", b"A story with a stray\0 byte in it, and more words."))
    assert rejects == []
    assert documents[0].text == "A story with a stray byte in it, and more words."


def packed(kind: str, content: bytes) -> bytes:
    return gzip.compress(content) if kind == "gz" else zstandard.ZstdCompressor().compress(content)


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_truncated(tmp_path, kind):
    line = json.dumps({"body": "A text of some length, {}."}) + "\n"
    content = b"".join(line.replace("{}", os.urandom(30).hex()).encode() for _ in range(5000))
    whole = packed(kind, content)
    path = put(tmp_path, f"a.jsonl.{kind}", whole[: len(whole) // 2])
    documents, rejects = run(path)
    assert len(documents) > 1000
    assert [reject.reason for reject in rejects] == ["truncated"]
    assert rejects[0].offset is not None
    assert len(documents) * 80 < rejects[0].offset < len(content)
    documents, rejects = run(put(tmp_path, f"b.jsonl.{kind}", whole))
    assert (len(documents), rejects) == (5000, [])


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_damaged_archive(tmp_path, kind):
    whole = bytearray(packed(kind, b"".join(os.urandom(30).hex().encode() + b"\n" for _ in range(20_000))))
    whole[len(whole) // 2 : len(whole) // 2 + 400] = bytes(400)
    _, rejects = run(put(tmp_path, f"a.txt.{kind}", bytes(whole)))
    assert [reject.reason for reject in rejects] == ["corrupt"]
    _, rejects = run(put(tmp_path, f"b.txt.{kind}", packed(kind, b"words")[:12] + b"garbage here"))
    assert rejects[-1].reason in ("corrupt", "truncated")


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_bomb(tmp_path, kind):
    block = b"word\n" * 200_000
    if kind == "gz":
        path = tmp_path / "a.txt.gz"
        with gzip.open(path, "wb", compresslevel=9) as file:
            for _ in range(100):
                file.write(block)
        path.write_bytes(gzip.compress(path.read_bytes()))  # 100 MB in under 1 kB
    else:
        path = put(tmp_path, "a.txt.zst", packed(kind, block * 100))
    documents, rejects = run(path)
    assert rejects[-1].reason == "bomb"
    assert documents == [] or rejects[0].reason == "article-too-long"
    nested = b"text"
    for _ in range(6):
        nested = packed(kind, nested)
    assert [reject.reason for reject in run(put(tmp_path, "n", nested))[1]] == ["bomb"]


def test_file_that_is_not_there(tmp_path):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (tmp_path / "gone.txt", loop, tmp_path, "nul\0name"):
        documents, rejects = run(path)
        assert documents == []
        assert [(reject.reason, reject.origin) for reject in rejects] == [("unreadable", str(path))]
        assert rejects[0].detail


@contextmanager
def nobody():
    """A user who may not read everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_file_that_may_not_be_read(tmp_path):
    path = put(tmp_path, "a.txt", b"secret")
    path.chmod(0)
    with nobody():
        assert [reject.detail for reject in run(path)[1]] == ["Permission denied"]


def test_file_that_fails_while_it_is_read():
    # /proc/self/mem opens and then fails to read, like a disk that goes away.
    path = "/proc/self/mem"
    if not Path(path).exists():
        pytest.skip("needs Linux")
    assert [reject.reason for reject in run(path)[1]] == ["unreadable"]


def test_file_that_vanishes_while_it_is_read(tmp_path, monkeypatch):
    class Vanishing(io.BytesIO):
        def read(self, size=-1):
            block = super().read(size)
            if not block:
                raise OSError(5, "Input/output error")
            return block

    content = b'{"body": "A text."}\n' * 20_000
    monkeypatch.setattr(opened, "_open_file", lambda path: Vanishing(content))
    documents, rejects = run(tmp_path / "a.jsonl")
    assert len(documents) == 20_000
    assert [(reject.reason, reject.detail, reject.offset) for reject in rejects] == [
        ("unreadable", "Input/output error", len(content))
    ]


def test_line_too_long_json(tmp_path):
    limits = Limits(line=1000)
    long = b'{"body": "' + b"x" * 3_000_000 + b'"}'
    good = b'{"body": "A text."}'
    path = put(tmp_path, "a.jsonl", good + b"\n" + long + b"\n" + good + b"\n" + long)
    documents, rejects = run(path, limits=limits)
    assert [document.origin.rpartition("#")[2] for document in documents] == ["1", "3"]
    assert [(reject.reason, reject.offset) for reject in rejects] == [
        ("line-too-long", len(good) + 1),
        ("line-too-long", 2 * len(good) + len(long) + 3),
    ]
    path = put(tmp_path, "a.json", b"[" + good + b",\n" + long + b"," + good + b"]")
    documents, rejects = run(path, limits=limits)
    assert [document.origin.rpartition("#")[2] for document in documents] == ["1", "3"]
    assert [reject.reason for reject in rejects] == ["line-too-long"]


def test_article_too_long(tmp_path):
    limits = Limits(article=100_000)
    first, last = "# First\nwords\n" * 3, "# Last\n" + "words\n" * 2000
    for long, reason in (("one line\n" * 400_000, "article-too-long"), ("x" * 4_000_000, "line-too-long")):
        content = first + "# Long\n" + long + "\n" + last
        documents, rejects = run(put(tmp_path, "a.txt", content.encode()), limits=limits)
        assert "".join(document.text for document in documents) == first + last
        assert [(reject.reason, reject.offset) for reject in rejects] == [(reason, len(first))]


MEASURE = """
import resource, sys
from sources import read
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
items = [item for item in read(sys.argv[1], last_article_start=lambda text: text.rfind("\\n# ") + 1)]
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print([getattr(item, "reason", "document") for item in items], (after - before) // 1024)
"""


@pytest.mark.parametrize(("name", "start"), [("a.txt", b""), ("a.jsonl", b'{"body": "')])
def test_memory_stays_flat_on_one_line_of_200_mb(tmp_path, name, start):
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(start)
        for _ in range(200):
            file.write(b"x" * (1 << 20))
    command = [sys.executable, "-c", MEASURE, str(path)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    reasons, _, grown = out.rpartition(" ")
    assert reasons == "['line-too-long']"
    assert int(grown) < 100  # MB


def test_page_too_long(tmp_path):
    path = put(tmp_path, "a.html", b"<html>" + b"x" * 3_000_000)
    assert [reject.reason for reject in run(path, limits=Limits(page=1000))[1]] == ["page-too-long"]
