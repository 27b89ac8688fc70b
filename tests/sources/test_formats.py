"""Formats by content, then by name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sources import read
from sources.formats import FORMATS, detect_format
from sources.html import UTF8_BOM


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.txt", b"<!doctype HTML><title>x", "html"),
        ("a.txt", b"\n<!-- saved from\n somewhere --><html lang=en>", "html"),
        ("a.txt", b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x">', "html"),
        ("a.txt", "<!DOCTYPE html>".encode("utf-16"), "html"),
        ("a.txt", b"<b>Breaking</b> news", "text"),
        ("a.html", b"<div>a fragment</div>", "html"),
        ("a.html.gz", b"words", "html"),
        ("a.json", b'{"title": "x"}\n{"title": "y"}', "jsonl"),
        ("a.txt", b'  [\n {"title": "x"}]', "jsonl"),
        ("a.html", b'{"title": "x"}', "jsonl"),
        ("a.txt", b"[Update] {not json}", "text"),
        ("a.jsonl", b"not json at all", "jsonl"),
        ("a.jsonl", b"<html>", "html"),
        ("a.dat", b"Words.", "text"),
        ("-", b"Words.", "text"),
        ("A.HTM.ZST", b"Words", "html"),
    ],
)
def test_detect(name, head, expected):
    assert detect_format(name, head).name == expected


def test_hostile_openings_are_quick():
    for head in (b"<!--" * 1000, b"<?" * 2000, b" " * 4096, b"[" * 4096, b"<!-- -" * 700, b"{" * 4096):
        assert detect_format("a.txt", head).name in {form.name for form in FORMATS}


def test_page_keeps_its_bytes_but_for_utf_16(tmp_path):
    path = tmp_path / "a.html"
    page = '<html><meta charset="windows-1251"><p>Привет'.encode("cp1251")
    path.write_bytes(page)
    (item,) = read(str(path))
    assert (item.origin, item.media, item.page, item.single) == (str(path), "html", page, True)
    for encoding in ("utf-16", "utf-16-be", "utf-32"):
        path.write_bytes("<html><p>Привет</p> and some more".encode(encoding))
        (item,) = read(str(path))
        assert item.page == UTF8_BOM + "<html><p>Привет</p> and some more".encode()


def test_fetch_time_of_the_run_reaches_every_format(tmp_path):
    moment = datetime(2025, 3, 17, 8, tzinfo=UTC)
    for name, content in (("a.txt", "Words."), ("a.html", "<html>Words."), ("a.jsonl", '{"body": "Words."}')):
        (tmp_path / name).write_text(content)
        (item,) = read(str(tmp_path / name), fetched_at=moment, last_article_start=lambda text: 0)
        assert item.given.fetched_at == moment
