"""reindex, generations and migrate, as a user runs them."""

import shutil

import orjson

from tests.copydesk.test_accounts import copydesk, loaded  # noqa: F401  # fixtures
from tests.flows.test_run import story, write


def test_reindex_tells_what_it_did(copydesk, loaded, tmp_path):  # noqa: F811
    target, _ = loaded
    golden = tmp_path / "golden.jsonl"
    golden.write_text('{"query": "harbour", "min_total": 4}\n')
    code, out, _ = copydesk("reindex", "--to", target, "--golden", golden)
    assert code == 0
    assert "generation 2 is live: 4 articles asked for by id" in out
    assert "harbour: 4 → 4 of 4" in out
    assert "2 rejected" in out
    code, out, _ = copydesk("reindex", "--to", target, "--json")
    told = orjson.loads(out)
    assert (code, told["swapped"], told["live"], told["new"], told["reason"]) == (0, True, 3, 3, "")
    assert (told["read"], told["verified"], told["documents"]) == (6, 4, {"en": {"old": 4, "new": 4}})
    assert told["rejected"] == {"total": 2, "by_reason": {"bad-json": 1, "no-text": 1}}


def test_what_is_lost_is_named(copydesk, loaded, tmp_path):  # noqa: F811
    target, path = loaded
    shutil.rmtree(tmp_path / "index/state/raw")
    path.unlink()
    code, out, _ = copydesk("reindex", "--to", target)
    assert code == 1
    assert "1 files lost" in out
    assert str(path) in out.replace("\n", "")
    assert "generation 1 stays live" in out
    assert "--allow-missing" in out
    code, out, _ = copydesk("reindex", "--to", target, "--json")
    told = orjson.loads(out)
    assert (code, told["missing"], told["swapped"], told["new"]) == (1, [str(path)], False, None)
    code, out, _ = copydesk("reindex", "--to", target, "--allow-missing")
    assert (code, "would be empty" in out) == (1, True)


def test_queries_that_find_less_keep_it_from_going_live(copydesk, loaded, tmp_path, monkeypatch):  # noqa: F811
    target, _ = loaded
    found = iter([4, 3])
    monkeypatch.setattr("flows.golden._found", lambda *_: next(found))
    golden = tmp_path / "golden.jsonl"
    golden.write_text('{"query": "harbour", "min_total": 9}\n')
    code, out, _ = copydesk("reindex", "--to", target, "--golden", golden)
    assert code == 1
    assert "harbour: 4 → 3 of 9" in out
    assert "generation 1 stays live: 1 golden queries find less" in out
    assert copydesk("reindex", "--to", target, "--golden", tmp_path)[0] == 2


def test_generations_are_listed_swapped_back_and_dropped(copydesk, loaded):  # noqa: F811
    target, _ = loaded
    assert "nothing" in copydesk("generations", "list", "--to", f"{target}-none")[1]
    copydesk("reindex", "--to", target)
    code, out, _ = copydesk("generations", "list", "--to", target, "--json")
    rows = [(row["number"], row["live"], row["documents"]) for row in orjson.loads(out)["generations"]]
    assert rows == [(1, False, 4), (2, True, 4)]
    assert "live" in copydesk("generations", "list", "--to", target)[1].splitlines()[1]
    assert copydesk("reindex", "--rollback", "--to", target)[1] == "generation 1 is live again\n"
    code, out, _ = copydesk("reindex", "--rollback", "--to", target, "--json")
    assert (code, orjson.loads(out)["live"]) == (0, 2)
    code, _, err = copydesk("generations", "drop", "2", "--to", target)
    assert (code, "generation 2 is the live one" in err) == (2, True)
    assert copydesk("generations", "drop", "1", "--to", target)[1] == "dropped generation 1\n"
    code, _, err = copydesk("generations", "drop", "1", "--to", target, "--json")
    assert (code, "no generation 1" in err) == (2, True)
    assert copydesk("reindex", "--rollback", "--allow-missing", "--to", target)[0] == 2


def test_migrate_tells_what_went_along(copydesk, loaded, tmp_path):  # noqa: F811
    source, path = loaded
    target = f"file:{tmp_path / 'other'}"
    code, out, _ = copydesk("migrate", source, target, "--json")
    told = orjson.loads(out)
    assert (code, told["read"], told["sent"], told["balances"], told["accounts"]) == (0, 4, 4, True, True)
    code, out, _ = copydesk("migrate", source, target)
    assert code == 0
    assert "4  unchanged" in out
    assert copydesk("verify", "--to", target)[0] == 0
    assert copydesk("ingest", path, "--to", target)[0] == 1
    more = write(tmp_path / "more.jsonl", [story(9)])
    assert copydesk("ingest", more, "--to", target)[0] == 0
