"""Files, folders, patterns; fingerprints."""

from __future__ import annotations

import os

import pytest

from sources.contract import SourceError
from sources.survey import find_files, fingerprint, survey
from transforms.records import Reject


@pytest.fixture
def folder(tmp_path):
    for name in (
        "b.txt",
        "a.txt",
        "sub/c.jsonl",
        "sub/.hidden.txt",
        ".git/d.txt",
        "index/e.txt",
        "odd[1].txt",
        "README.md",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("words")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    return tmp_path


def names(folder, *paths, **options):
    return [os.path.relpath(item, folder) for item in find_files([str(path) for path in paths], **options)]


def test_folders(folder):
    found = names(folder, folder, skip=[str(folder / "index")])
    assert found == ["a.txt", "b.txt", "gone", "odd[1].txt", "sub/c.jsonl"]


def test_a_readme_is_copy_only_when_named(folder):
    assert names(folder, folder / "README.md") == ["README.md"]


def test_patterns_and_repeats(folder):
    assert names(folder, folder / "*.txt", folder / "a.txt") == ["a.txt", "b.txt", "odd[1].txt"]
    assert names(folder, folder / "**" / "*.jsonl") == ["sub/c.jsonl"]
    assert names(folder, folder / "odd[1].txt", folder / "sub" / ".hidden.txt") == [
        "odd[1].txt",
        "sub/.hidden.txt",
    ]
    assert list(find_files(["-", "-"])) == ["-"]


def test_a_path_that_is_not_there(folder):
    with pytest.raises(SourceError, match="no file or folder") as error:
        find_files([str(folder), str(folder / "sub" / "x" / "y.txt")])
    assert str(folder / "sub") in error.value.hint
    with pytest.raises(SourceError, match="no file matches"):
        find_files([str(folder / "*.pdf")])


def test_a_folder_that_cannot_be_listed(folder, monkeypatch):
    real = os.scandir

    def scandir(path):
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = list(find_files([str(folder)]))
    (reject,) = [item for item in found if isinstance(item, Reject)]
    assert (reject.origin, reject.reason, reject.detail) == (
        str(folder / "sub"),
        "unreadable",
        "Permission denied",
    )


def test_fingerprint(folder):
    path = folder / "a.txt"
    first = fingerprint(str(path))
    assert (first.size, len(first.digest)) == (5, 32)
    cheap = survey(str(path))
    assert (cheap.size, cheap.mtime_ns, cheap.digest) == (5, first.mtime_ns, "")
    os.utime(path, ns=(1, 1))
    assert fingerprint(str(path)).digest == first.digest
    path.write_text("other")
    assert fingerprint(str(path)).digest != first.digest


def test_fingerprint_of_what_cannot_be_read(folder):
    for name in ("gone", "never", "sub"):
        assert fingerprint(str(folder / name)).reason == "unreadable"
