"""The raw store: what was read comes back, the last whole reading of each file, also after a kill."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import LedgerError
from ledger.kept import pack_document, unpack_documents
from ledger.raw import RawStore, open_raw, read_raw, read_raw_files
from transforms.records import Given, RawDocument

ANY_TEXT = st.text(st.characters(), max_size=30)  # lone surrogates too


def text(origin: str, content: str) -> RawDocument:
    return RawDocument(origin=origin, media="text", text=content)


def keep(raw: RawStore, path: str, *contents: str) -> None:
    raw.begin(path)
    for number, content in enumerate(contents, 1):
        raw.add(path, text(f"{path}#{number}", content))
    raw.finish(path)


def kept(folder: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {file.path: [] for file in read_raw_files(folder)}
    for file, document in read_raw(read_raw_files(folder)):
        found[file.path].append(document.text)
    return found


@given(
    st.builds(
        RawDocument,
        origin=ANY_TEXT,
        media=st.just("text"),
        text=ANY_TEXT,
        single=st.booleans(),
        offset=st.integers(0, 2**40),
        given=st.builds(
            Given,
            url=st.none() | ANY_TEXT,
            tags=st.lists(ANY_TEXT, max_size=2).map(tuple),
            fetched_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        ),
    )
)
def test_a_document_comes_back_as_it_was(document: RawDocument):
    assert list(unpack_documents(pack_document(document))) == [document]


def test_a_page_comes_back_as_it_was():
    page = RawDocument(
        origin="a.html",
        media="html",
        page=bytes(range(256)),
        given=Given(fetched_at=datetime(2025, 3, 17, tzinfo=UTC)),
    )
    assert list(unpack_documents(pack_document(page) * 3)) == [page] * 3


def test_a_damaged_record_is_noticed():
    record = bytearray(pack_document(text("a", "Rain.")))
    record[-1] ^= 1
    with pytest.raises(ValueError, match="damaged"):
        list(unpack_documents(bytes(record)))
    with pytest.raises(ValueError, match="damaged"):
        list(unpack_documents(pack_document(text("a", "Rain."))[:-1]))


def test_the_last_whole_reading_of_each_file_counts(tmp_path: Path):
    with open_raw(tmp_path) as raw:
        keep(raw, "a", "one", "two")
        keep(raw, "b", "three")
        raw.begin("never finished")
        raw.add("never finished", text("x", "y"))
    with open_raw(tmp_path) as raw:
        keep(raw, "a", "four")
        raw.begin("b")
        raw.add("b", text("b#1", "half of a new reading"))
    assert kept(tmp_path) == {"b": ["three"], "a": ["four"]}
    with open_raw(tmp_path) as raw:
        raw.forget("b")
        keep(raw, "empty")
    assert kept(tmp_path) == {"a": ["four"]}


def test_files_read_at_the_same_time_are_kept_apart(tmp_path: Path):
    with open_raw(tmp_path) as raw:
        raw.begin("a")
        raw.begin("b")
        for number in range(5):
            raw.add("a", text("a", f"a{number}"))
            raw.add("b", text("b", f"b{number}"))
            if number == 2:
                raw.flush()
        raw.finish("b")
        raw.finish("a")
    assert kept(tmp_path) == {name: [f"{name}{n}" for n in range(5)] for name in "ab"}


def test_segments_are_begun_anew_when_full(tmp_path: Path):
    for run in range(4):
        with open_raw(tmp_path, segment_bytes=300) as raw:
            for number in range(3):
                keep(raw, f"{run}-{number}", "x" * 50)
                raw.flush()
    names = sorted(path.name for path in (tmp_path / "raw").iterdir())
    assert names[0] == "000001.raw.zst"
    assert len(names) > 3
    assert len(kept(tmp_path)) == 12
    assert raw.size_bytes == sum(path.stat().st_size for path in (tmp_path / "raw").iterdir())


def test_long_files_go_in_several_frames_by_themselves(tmp_path: Path):
    with open_raw(tmp_path) as raw:
        keep(raw, "a", *("x" * 300_000 for _ in range(10)))
    (file,) = read_raw_files(tmp_path)
    assert file.whole
    assert len(file.pieces) > 1
    assert len(kept(tmp_path)["a"]) == 10


def test_over_the_limit_a_file_is_left_out_and_said_to_be(tmp_path: Path):
    with open_raw(tmp_path, limit_bytes=5000) as raw:
        keep(raw, "small", "x" * 100)
        raw.begin("large")
        assert raw.add("large", text("large#1", "x" * 1000))
        assert not raw.add("large", text("large#2", "x" * 9000))
        assert not raw.add("large", text("large#3", "x"))
        raw.finish("large")
        keep(raw, "other", "x")
        assert raw.left_out == ["large"]
    assert {file.path: file.whole for file in read_raw_files(tmp_path)} == {
        "small": True, "large": False, "other": True,
    }  # fmt: skip


def test_compaction_drops_what_no_longer_counts(tmp_path: Path):
    with open_raw(tmp_path, segment_bytes=500) as raw:
        for version in range(10):
            for name in "abc":
                keep(raw, name, f"{name} {version}", "y" * version)
                raw.flush()
        keep(raw, "gone", "x")
        raw.flush()
        raw.forget("gone")
        raw.flush()
        before = kept(tmp_path)
        assert raw.compact() > 0
        assert raw.compact() == 0
        assert raw.size_bytes == sum(path.stat().st_size for path in (tmp_path / "raw").iterdir())
        assert kept(tmp_path) == before == {name: [f"{name} 9", "y" * 9] for name in "abc"}
        keep(raw, "d", "after")
        raw.begin("open")
        with pytest.raises(ValueError, match="are being read"):
            raw.compact()
    assert kept(tmp_path)["d"] == ["after"]


def test_compaction_keeps_that_a_file_was_left_out(tmp_path: Path):
    with open_raw(tmp_path, limit_bytes=1000) as raw:
        keep(raw, "large", "x" * 2000)
        raw.compact()
    assert [file.path for file in read_raw_files(tmp_path)] == ["large"]


@pytest.mark.parametrize("cut", [1, 5, 30, 200])
def test_a_torn_tail_is_cut_at_the_next_start(tmp_path: Path, cut: int):
    with open_raw(tmp_path) as raw:
        keep(raw, "a", "one")
    segment = tmp_path / "raw" / "000001.raw.zst"
    whole = segment.read_bytes()
    with open_raw(tmp_path) as raw:
        keep(raw, "b", "x" * 500, *map(str, range(200)))
    with segment.open("r+b") as file:
        file.truncate(segment.stat().st_size - cut)
    assert kept(tmp_path) == {"a": ["one"]}
    with open_raw(tmp_path) as raw:
        assert segment.read_bytes() == whole
        keep(raw, "b", "two")
    assert kept(tmp_path) == {"a": ["one"], "b": ["two"]}


def test_damage_is_noticed(tmp_path: Path):
    with open_raw(tmp_path) as raw:
        raw.begin("a")
        raw.add("a", text("a#1", "one"))
        raw.flush()
        raw.add("a", text("a#2", "two"))
        raw.finish("a")
    segment = tmp_path / "raw" / "000001.raw.zst"
    files = read_raw_files(tmp_path)
    content = bytearray(segment.read_bytes())
    content[100] ^= 0xFF
    segment.write_bytes(content)
    with pytest.raises(LedgerError, match="cannot read the raw store") as caught:
        list(read_raw(files))
    assert "ingest" in caught.value.hint
    (file,) = read_raw_files(tmp_path)
    assert not file.whole


def test_a_store_that_cannot_be_is_told(tmp_path: Path):
    (tmp_path / "raw").write_text("")
    with pytest.raises(LedgerError, match="cannot make the raw store"):
        open_raw(tmp_path)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("keep"), st.sampled_from("abc"), st.lists(st.text(max_size=9), max_size=4)),
            st.tuples(st.sampled_from(["forget", "half"]), st.sampled_from("abc"), st.just(["x"])),
            st.tuples(st.sampled_from(["compact", "reopen", "flush"]), st.just(""), st.just([])),
        ),
        max_size=12,
    )
)
def test_whatever_is_done_each_file_has_its_last_whole_reading(steps):
    model: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as name:
        raw = open_raw(Path(name), segment_bytes=200)
        for step, path, contents in steps:
            if step == "keep":
                keep(raw, path, *contents)
                model.pop(path, None)
                model |= {path: contents} if contents else {}
            elif step == "forget":
                raw.forget(path)
                model.pop(path, None)
            elif step == "half":
                raw.begin(path)
                raw.add(path, text(path, "half"))
                raw.close()
                raw = open_raw(Path(name), segment_bytes=200)
            elif step == "reopen":
                raw.close()
                raw = open_raw(Path(name), segment_bytes=200)
            else:
                getattr(raw, step)()
        raw.close()
        assert kept(Path(name)) == model
