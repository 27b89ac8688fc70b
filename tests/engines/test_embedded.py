"""What only the embedded engine can suffer: other processes, full disks, killed runs, other versions."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import tempfile
import threading
from datetime import date
from pathlib import Path

import orjson
import pytest

from engines import open_engine
from engines.contract import EngineError, Loaded, Query
from engines.embedded import EmbeddedEngine
from engines.embedded.manifest import keys_in
from engines.embedded.shelf import engine_errors
from tests.engines.corpus import document_of
from transforms.records import Article, Document, Reject

ROOT = Path(__file__).parents[2]


def story(number: int, **more: object) -> Document:
    given = {"headline": f"Story {number}", "body": "It rained.", "language": "en", **more}
    return document_of(Article(id=f"{number:032x}", origin=f"a.txt#{number}", source="a.txt", **given))


def fill(folder: Path, *documents: Document) -> None:
    with EmbeddedEngine(folder) as engine:
        assert all(isinstance(one, Loaded) for one in engine.load(documents))
        engine.commit()


def total(folder: Path, text: str = "") -> int:
    with EmbeddedEngine(folder) as engine:
        return engine.search(Query(text=text)).total


@pytest.mark.parametrize("url", ["", "var/index", "file:", "ftp://host/x", "http://localhost:9200", "http:x"])
def test_a_wrong_address_says_what_is_right(url: str) -> None:
    with pytest.raises(EngineError) as caught:
        open_engine(url)
    assert caught.value.hint


def test_addresses(tmp_path: Path) -> None:
    for url in (f"file:{tmp_path}/a", f"file://{tmp_path}/a"):
        with open_engine(url) as engine:
            assert engine.identity() == ""
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_made_before_something_is_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with EmbeddedEngine(folder) as engine:
        assert engine.get("a") is None
        assert engine.delete(["a"]) == 0
        assert engine.stored(["a"]) == {}
        assert engine.status().documents == {}
        assert [one.level for one in engine.check()] == ["warning"]
        engine.commit()
        with pytest.raises(EngineError, match="there is no index") as caught:
            engine.search(Query())
    assert "ingest" in caught.value.hint
    assert not folder.exists()


def test_another_process_writes(tmp_path: Path) -> None:
    fill(tmp_path, story(1))
    with EmbeddedEngine(tmp_path) as first, EmbeddedEngine(tmp_path) as second:
        list(first.load([story(2)]))
        with pytest.raises(EngineError, match="another process is writing"):
            list(second.load([story(3)]))
        assert second.search(Query()).total == 1
        first.commit()
        assert second.search(Query()).total == 2
    fill(tmp_path, story(4))


def test_a_reader_sees_new_languages_and_a_new_index(tmp_path: Path) -> None:
    fill(tmp_path, story(1))
    with EmbeddedEngine(tmp_path) as reader:
        identity = reader.identity()
        fill(tmp_path, story(2, language="fr", body="Il pleut."))
        assert reader.search(Query(text="pleut")).total == 1
        manifest = tmp_path / "manifest.json"
        manifest.write_bytes(orjson.dumps({**orjson.loads(manifest.read_bytes()), "generation": 2}))
        assert reader.search(Query()).total == 0
        assert reader.identity() != identity


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "has format 99"),
        ({"tantivy": "0.1.0"}, "made by tantivy 0.1.0"),
        ({"analysis": "other"}, "other rules"),
        ({"colour": "red"}, "is damaged"),
    ],
)
def test_made_by_another_version(tmp_path: Path, change: dict, message: str) -> None:
    fill(tmp_path, story(1))
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(orjson.dumps({**orjson.loads(manifest.read_bytes()), **change}))
    with EmbeddedEngine(tmp_path) as engine:
        for ask in (lambda: engine.search(Query()), lambda: list(engine.load([story(2)])), engine.status):
            with pytest.raises(EngineError, match=message) as caught:
                ask()
            assert caught.value.hint
        (finding,) = engine.check()
        assert finding.level == "error"
        assert message in finding.what


def test_damaged_files(tmp_path: Path) -> None:
    fill(tmp_path, story(1))
    (tmp_path / "g1" / "en" / "meta.json").write_text("{")
    with EmbeddedEngine(tmp_path) as engine, pytest.raises(EngineError, match="does not work"):
        engine.search(Query())
    (tmp_path / "manifest.json").write_text("not json")
    with EmbeddedEngine(tmp_path) as engine, pytest.raises(EngineError, match="is damaged"):
        engine.status()


def test_the_folder_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "index"
    path.write_text("x")
    with EmbeddedEngine(path) as engine:
        with pytest.raises(EngineError, match="is a file"):
            engine.status()
        with pytest.raises(EngineError, match="is a file"):
            list(engine.load([story(1)]))


def test_the_folder_cannot_be_made() -> None:
    with (
        EmbeddedEngine("/proc/nowhere/index") as engine,
        pytest.raises(EngineError, match="cannot make") as caught,
    ):
        list(engine.load([story(1)]))
    assert caught.value.hint


def test_a_folder_that_is_read_only() -> None:
    """Run by root it becomes somebody else: root may write everywhere."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "index"
        fill(folder, story(1))
        assert total(folder) == 1
        for path in (Path(name), folder, folder / "g1", folder / "g1" / "en"):
            path.chmod(0o555)
        run = _python(
            "import sys, os\n"
            "from tests.engines.test_embedded import *\n"
            "with tempfile.TemporaryDirectory() as warm:  # so that nothing is left to import\n"
            "    fill(Path(warm), story(9))\n"
            "    total(Path(warm))\n"
            "[os.seteuid(65534) for _ in range(os.geteuid() == 0)]\n"
            "engine = EmbeddedEngine(sys.argv[1])\n"
            "for ask in (lambda: engine.search(Query()), lambda: list(engine.load([story(2)]))):\n"
            "    try:\n"
            "        print(ask())\n"
            "    except EngineError as error:\n"
            "        print(error, error.hint)\n",
            folder,
        )
        said = run.communicate(timeout=60)[0]
        for path in (Path(name), folder, folder / "g1", folder / "g1" / "en"):
            path.chmod(0o755)
    assert said.count("cannot write to") == 2
    assert "lock file" in said


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: the same error at the same place."""
    fill(tmp_path, story(1))
    run = _python(
        "import resource, signal, sys\n"
        "from tests.engines.test_embedded import *\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "engine = EmbeddedEngine(sys.argv[1])\n"
        "import random\n"
        "words = lambda: ' '.join(str(random.random()) for _ in range(500))\n"
        "try:\n"
        "    list(engine.load(story(n, body=words()) for n in range(2, 50)))\n"
        "    engine.commit()\n"
        "except EngineError as error:\n"
        "    print('refused', error.hint)\n",
        tmp_path,
    )
    assert "refused" in run.communicate(timeout=60)[0]
    assert total(tmp_path) == 1
    fill(tmp_path, story(2))
    assert total(tmp_path) == 2


def test_killed_while_writing(tmp_path: Path) -> None:
    run = _python(
        "import sys, itertools\n"
        "from tests.engines.test_embedded import *\n"
        "engine = EmbeddedEngine(sys.argv[1])\n"
        "for start in itertools.count(0, 50):\n"
        "    tags = ('en', 'fr', 'zh')\n"
        "    list(engine.load(story(n, language=tags[n % 3]) for n in range(start, start + 50)))\n"
        "    engine.commit()\n"
        "    print(start + 50, flush=True)\n",
        tmp_path,
    )
    assert run.stdout
    durable = 0
    for _ in range(4):
        durable = int(run.stdout.readline())
    run.send_signal(signal.SIGKILL)
    run.communicate(timeout=60)
    assert total(tmp_path) >= durable
    with EmbeddedEngine(tmp_path) as engine:
        ids = [story(n).id for n in range(durable)]
        assert len(engine.stored(ids)) == durable
    fill(tmp_path, *(story(n) for n in range(durable)))
    assert total(tmp_path, "story") >= durable


def test_many_languages_leave_few_files_and_take_little_memory(tmp_path: Path) -> None:
    tags = (
        "en",
        "fr",
        "de",
        "es",
        "it",
        "ru",
        "ar",
        "zh",
        "sv",
        "fi",
        "pt",
        "ro",
        "hu",
        "tr",
        "el",
        "da",
        "no",
        "ta",
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with EmbeddedEngine(tmp_path) as engine:
        for start in range(0, 270, 90):
            list(engine.load(story(n, language=tags[n % len(tags)]) for n in range(start, start + 90)))
            engine.commit()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 400  # MB; of which 7 are a writer's own
    assert len(keys_in(tmp_path / "g1")) == len(tags)
    assert total(tmp_path) == 270
    assert max(len(list(folder.iterdir())) for folder in (tmp_path / "g1").iterdir()) < 120


def test_it_commits_by_itself_before_memory_fills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engines.embedded._MAX_UNCOMMITTED_BYTES", 1000)
    with EmbeddedEngine(tmp_path) as engine:
        list(engine.load(story(n) for n in range(10)))
        assert total(tmp_path) == 10


def test_documents_that_cannot_be_indexed(tmp_path: Path) -> None:
    bad = [
        ("bad-json", b'{"id": "x"'),
        ("bad-json", b"\xff"),
        ("bad-document", b"[]"),
        ("bad-document", b"{}"),
        ("bad-date", b'{"id": "x", "origin": "a", "source": "a", "language": "en", "date": "1200-01-01"}'),
        (
            "bad-date",
            b'{"id": "x", "origin": "a", "source": "a", "language": "en", "date": "2300-01-01T00:00:00Z", "published_at": "2300-01-01T00:00:00Z"}',
        ),
        ("bad-date", b'{"id": "x", "origin": "a", "source": "a", "language": "en", "published_at": "soon"}'),
    ]
    documents = [Document(id="x", digest="", language="en", origin=why, json=text) for why, text in bad]
    with EmbeddedEngine(tmp_path) as engine:
        outcomes = list(engine.load([*documents, story(1)]))
        engine.commit()
    rejects = [one for one in outcomes if isinstance(one, Reject)]
    assert [(one.reason, one.stage) for one in rejects] == [(why, "load") for why, _ in bad]
    assert all(one.detail for one in rejects)
    assert total(tmp_path) == 1


def test_odd_documents_are_indexed(tmp_path: Path) -> None:
    long = "x" * 100_000
    odd = [
        story(1, headline=long, body=long, url="https://example.org/" + long),
        story(2, headline="", body="", publisher=""),
        story(3, body="\x00 nul \ufffe \U0010ffff", published_at=date(1678, 1, 1)),
        Document(
            id="not hex",
            digest="",
            language="xx-YY",
            origin="a",
            json=b'{"id": "not hex", "origin": "a", "source": "a", "language": "xx", "lines": [1, {"a": 2}]}',
        ),
    ]
    fill(tmp_path, *odd)
    with EmbeddedEngine(tmp_path) as engine:
        page = engine.search(Query(sort="oldest"))
        assert page.total == 4
        assert page.hits[0].id == story(3).id
        assert engine.stored(["not hex"])["not hex"].index == "other"


def test_uncommitted_documents_are_replaced_moved_and_deleted(tmp_path: Path) -> None:
    with EmbeddedEngine(tmp_path) as engine:
        list(engine.load([story(1), story(1, headline="Newer"), story(2)]))
        list(engine.load([story(1, language="fr", headline="Histoire")]))
        assert engine.delete([story(2).id]) == 1
        engine.commit()
        assert engine.status().documents == {"fr": 1}
        assert [hit.article.headline for hit in engine.search(Query()).hits] == ["Histoire"]


def test_what_is_held_is_told_alike_with_and_without_deleted_documents(tmp_path: Path) -> None:
    stories = [story(number) for number in range(20)]
    with EmbeddedEngine(tmp_path) as engine:
        list(engine.load(stories))
        engine.commit()
        wanted = [one.id for one in stories] + ["f" * 32]
        before = engine.stored(wanted)
        assert {id: one.digest for id, one in before.items()} == {one.id: one.digest for one in stories}
        changed = story(3, headline="Another")
        list(engine.load([changed]))
        engine.delete([stories[4].id])
        engine.commit()
        after = engine.stored(wanted)
        assert after[changed.id].digest == changed.digest != before[changed.id].digest
        assert before.keys() - after.keys() == {stories[4].id}


def test_a_page_is_remembered_until_something_is_written(tmp_path: Path) -> None:
    with EmbeddedEngine(tmp_path) as engine:
        list(engine.load([story(number) for number in range(5)]))
        engine.commit()
        first = engine.search(Query(text="rained"))
        again = engine.search(Query(text="rained"))
        assert again.hits is first.hits
        assert again.took_ms != first.took_ms
        assert engine.search(Query(text="rained", size=3)).hits != first.hits
        list(engine.load([story(7)]))
        assert engine.search(Query(text="rained")).total == 5  # not committed
        engine.commit()
        assert engine.search(Query(text="rained")).total == 6


def test_what_was_not_committed_is_lost_at_close(tmp_path: Path) -> None:
    fill(tmp_path, story(1))
    with EmbeddedEngine(tmp_path) as engine:
        list(engine.load([story(2)]))
    assert total(tmp_path) == 1


def test_threads_search_at_once(tmp_path: Path) -> None:
    fill(tmp_path, *(story(n) for n in range(50)))
    wrong: list[object] = []
    with EmbeddedEngine(tmp_path) as engine:

        def ask() -> None:
            wrong.extend(
                one for one in (engine.search(Query(text="story")).total for _ in range(20)) if one != 50
            )

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


class PanicException(BaseException):
    """What a panic in Rust raises."""


def test_panics_and_bugs() -> None:
    with pytest.raises(EngineError, match="tantivy failed: index out of bounds"), engine_errors(Path("x")):
        raise PanicException("index out of bounds")
    with pytest.raises(KeyboardInterrupt), engine_errors(Path("x")):
        raise KeyboardInterrupt
    with pytest.raises(AttributeError), engine_errors(Path("x")):
        raise AttributeError("a bug of ours")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("LockBusy", "another process"),
        ('Os { code: 28, kind: StorageFull, message: "No space left on device" }', "disk of x is full"),
        ("Permission denied (os error 13)", "cannot write to x"),
        ("", "no reason given"),
        ("first\nsecond", "does not work: first"),
    ],
)
def test_what_tantivy_says_in_words_of_ours(message: str, said: str) -> None:
    with pytest.raises(EngineError, match=said) as caught, engine_errors(Path("x")):
        raise ValueError(message)
    assert caught.value.hint


def _python(code: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        cwd=ROOT,
        env={"PYTHONPATH": "."},
        text=True,
        stdout=subprocess.PIPE,
    )
