"""A commit of the embedded engine that was killed on its way."""

import shutil

import pytest

from engines.embedded import EmbeddedEngine
from engines.embedded.shelf import Shelf
from tests.engines.stories import documents


def change(folder, *, load=(), delete=()) -> dict[str, int]:
    with EmbeddedEngine(folder) as engine:
        list(engine.load(load))
        engine.delete(delete)
        engine.commit()
        return dict(engine.status().documents)


def test_its_files_do_not_hinder_the_next_one(tmp_path):
    """They have the names that the next one gives to its own: `make chaos` found it."""
    index, before = tmp_path / "index", tmp_path / "before"
    stories = documents(5)
    change(index, load=stories)
    shutil.copytree(index, before)
    change(index, delete=[stories[0].id])
    assert list(index.rglob("*.del"))
    for path in before.rglob("*"):  # all as it was, but for new files and the list of those that tantivy made
        if path.is_file() and path.name != ".managed.json":
            shutil.copy2(path, index / path.relative_to(before))
    assert change(index, delete=[stories[1].id]) == {"en": 4}


@pytest.mark.parametrize("commits", [0, 1, 2, 3])
def test_stories_that_change_places_are_never_in_neither(tmp_path, monkeypatch, commits):
    """One moves from English to French, one the other way, and all ends after so many commits."""

    def two(first: str, second: str):
        return [documents(2, language=first)[0], documents(2, language=second)[1]]

    index, ids = tmp_path / "index", [story.id for story in documents(2)]
    change(index, load=two("en", "fr"))
    real, done = Shelf.commit, [0]

    def commit(self) -> None:
        if done[0] == commits:
            raise KeyboardInterrupt
        done[0] += 1
        real(self)

    engine = EmbeddedEngine(index)
    list(engine.load(two("fr", "en")))
    with monkeypatch.context() as patched:
        patched.setattr(Shelf, "commit", commit)
        with pytest.raises(KeyboardInterrupt):
            engine.commit()
    engine.close()
    with EmbeddedEngine(index) as again:
        assert set(again.stored(ids)) == set(ids)
    assert change(index, load=two("fr", "en")) == {"en": 1, "fr": 1}
