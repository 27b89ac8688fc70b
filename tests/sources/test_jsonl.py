"""JSON records: names of fields, types, arrays, and objects written for people."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from sources import read
from sources.fields import field_names
from sources.values import split_lines, split_values
from transforms.records import Given, RawDocument, Reject

RECORDS = [
    {"title": f"Story {n}", "body": 'Words, "quoted" \\ and {braces} [here] – été.'} for n in range(50)
]


def run(tmp_path, content: str | bytes, name: str = "a.jsonl", **options):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read(str(path), **options))


def given_of(tmp_path, **fields) -> Given:
    (item,) = run(tmp_path, json.dumps({"body": "Words.", **fields}))
    assert isinstance(item, RawDocument), item
    return item.given


LAYOUTS = {
    "lines": "\n".join(map(json.dumps, RECORDS)),
    "lines with blank ones": "\n\r\n".join(map(json.dumps, RECORDS)) + "\n\n",
    "array": json.dumps(RECORDS),
    "array of lines": "[\n" + ",\n".join(map(json.dumps, RECORDS)) + "\n]\n",
    "array for people": json.dumps(RECORDS, indent=2, ensure_ascii=False),
    "objects for people": "\n".join(json.dumps(record, indent=4) for record in RECORDS),
    "objects in a row": "".join(map(json.dumps, RECORDS)),
}


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.txt"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_layouts(tmp_path, name, layout, encoding):
    items = run(tmp_path, LAYOUTS[layout].encode(encoding), name)
    assert [item.given.headline for item in items] == [record["title"] for record in RECORDS]
    assert {item.text for item in items} == {RECORDS[0]["body"]}
    assert all(item.single for item in items)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("layout", ["array", "array for people", "objects for people"])
def test_values_and_offsets_whatever_the_blocks(layout, size):
    content = LAYOUTS[layout].encode()
    blocks = [content[at : at + size] for at in range(0, len(content), size)]
    values = list(split_values(blocks, 10_000, array=layout.startswith("array")))
    assert [json.loads(data) for _, _, data in values] == RECORDS
    assert [number for number, _, _ in values] == list(range(1, 51))
    assert all(content[offset:].startswith(data) for _, offset, data in values)


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_lines_and_offsets_whatever_the_blocks(size):
    content = b"one\n\n" + b"x" * 60 + b"\n  \nthree\nfour"
    blocks = [content[at : at + size] for at in range(0, len(content), size)]
    assert list(split_lines(blocks, 50)) == [
        (1, 0, b"one"), (3, 5, None), (5, 69, b"three"), (6, 75, b"four"),
    ]  # fmt: skip


def test_objects_that_wrap_records(tmp_path):
    answer = {"status": "ok", "articles": RECORDS[:3]}
    items = run(tmp_path, json.dumps(answer, indent=1), "a.json")
    assert [item.given.headline for item in items] == ["Story 0", "Story 1", "Story 2"]
    items = run(tmp_path, "\n".join(map(json.dumps, [RECORDS[0], answer, RECORDS[1], RECORDS[2]])))
    assert [item.origin.rpartition("#")[2] for item in items] == ["1", "2", "3", "4", "5", "6"]
    (item,) = run(tmp_path, json.dumps({"body": "Words.", "data": [{"body": "Other words."}]}))
    assert item.text == "Words."
    (item,) = run(tmp_path, json.dumps({"title": "x", "data": [1]}))
    assert item.reason == "no-text"


def test_damage_in_an_array_stays_local(tmp_path):
    content = (
        '[{"body": "One."}, oops, {"body": "Two" nonsense}, 17, {"body": "Three."}, ["x"], {"body": "Four."}]'
    )
    items = run(tmp_path, content)
    assert [item.text for item in items if isinstance(item, RawDocument)] == ["One.", "Three.", "Four."]
    rejects = [item for item in items if isinstance(item, Reject)]
    assert [reject.reason for reject in rejects] == ["bad-json"] * 4
    assert rejects[0].offset == content.index("oops")


def test_every_name_of_every_field(tmp_path):
    values = {
        "text": "The text.", "url": "https://example.org/a", "headline": "Rain", "summary": "It rains.",
        "authors": "Ana Ruiz", "publisher": "The Post", "section": "World", "tags": ["rain", "Paris"],
        "language": "en", "published_at": "2025-03-17", "updated_at": "2025-03-18", "fetched_at": "2025-03-19T08:00:00Z",
    }  # fmt: skip
    for name, (kind, _) in field_names().items():
        if kind in values:
            given = given_of(tmp_path, **{name: values[kind]}) if kind != "text" else None
            expected = values[kind]
            if kind in ("summary", "authors"):
                expected = (expected,)
            if kind == "tags":
                expected = ("rain", "Paris")
            if kind == "fetched_at":
                expected = datetime(2025, 3, 19, 8, tzinfo=UTC)
            assert given is None or getattr(given, kind) == expected, name


def test_the_better_name_wins_and_case_does_not_count(tmp_path):
    given = given_of(
        tmp_path, title="Second", headline="First", URL="https://example.org", **{"Pub-Date": "2025"}
    )
    assert (given.headline, given.url, given.published_at) == ("First", "https://example.org", "2025")


def test_shapes_that_feeds_use(tmp_path):
    given = given_of(
        tmp_path,
        authors=[{"name": "Ana Ruiz"}, "Li Wei", None, {"email": "x@example.org"}],
        source={"id": "post", "name": "The Post"},
        keywords="rain, Paris;floods",
        published_at=1742198400,
        updated_at=1742198400123,
        fetched_at="Mon, 17 Mar 2025 08:00:00 GMT",
        category=["World", "Europe"],
    )
    assert given == Given(
        authors=("Ana Ruiz", "Li Wei"),
        publisher="The Post",
        tags=("rain", "Paris", "floods"),
        published_at="2025-03-17T08:00:00+00:00",
        updated_at="2025-03-17T08:00:00.123000+00:00",
        fetched_at=datetime(2025, 3, 17, 8, tzinfo=UTC),
        section="World",
    )


def test_fetch_time_of_the_run_is_for_lines_without_one(tmp_path):
    moment, own = datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 3, 17, tzinfo=UTC)
    content = '{"body": "One."}\n{"body": "Two.", "crawled_at": "2025-03-17"}'
    items = run(tmp_path, content, fetched_at=moment)
    assert [item.given.fetched_at for item in items] == [moment, own]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", 5), ("title", ["a"]), ("url", {"a": 1}), ("body", 3), ("body", [1]), ("authors", 7),
        ("published_at", True), ("published_at", [1]), ("published_at", 1e300), ("fetched_at", "yesterday"),
        ("fetched_at", 1e300), ("publisher", 4), ("tags", [[1]]), ("html", {"a": 1}),
    ],
)  # fmt: skip
def test_fields_of_the_wrong_kind(tmp_path, field, value):
    record = {"body": "Words.", field: value}
    if field == "html":
        del record["body"]
    (reject,) = run(tmp_path, json.dumps(record))
    assert (reject.reason, reject.origin.rpartition("#")[2]) == ("bad-field", "1")
    assert field in reject.detail


def test_paragraphs_and_markup(tmp_path):
    (item,) = run(tmp_path, json.dumps({"body": ["One.", "Two."]}))
    assert item.text == "One.\n\nTwo."
    (item,) = run(tmp_path, json.dumps({"content": "<p>Été.</p><p>Two.</p>"}))
    assert (item.media, item.page, item.single) == (
        "html",
        b"\xef\xbb\xbf" + "<p>Été.</p><p>Two.</p>".encode(),
        True,
    )
    (item,) = run(tmp_path, json.dumps({"title": "Rain", "raw_html": "<html><body>Rain"}))
    assert (item.media, item.given.headline) == ("html", "Rain")
    (item,) = run(tmp_path, json.dumps({"body": "<Alarm> was heard </here>", "html": "<html>"}))
    assert item.media == "text"
    for record in ({"title": "x"}, {"body": "  "}, {"body": None}, {"body": []}, {}):
        (item,) = run(tmp_path, json.dumps(record))
        assert item.reason == "no-text"
