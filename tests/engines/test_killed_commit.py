"""A commit of the embedded engine that was killed on its way."""

import shutil

from engines.embedded import EmbeddedEngine
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
