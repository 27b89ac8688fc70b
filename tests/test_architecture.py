"""The house's one rule: imports point at the core, and nobody else has our names."""

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: What each package may import of ours, beside itself.
MAY_IMPORT = {
    "transforms": set(),
    "sources": {"transforms"},
    "engines": {"transforms"},
    "ledger": {"transforms"},
    "flows": {"sources", "engines", "ledger", "transforms"},
    "copydesk": {"flows", "sources", "engines", "ledger", "transforms"},
}
#: Where a library may be imported, when that is not everywhere.
ONLY_IN = {
    "prefect": ("flows/",),
    "elasticsearch": ("engines/",),
    "elastic_transport": ("engines/",),
    "tantivy": ("engines/",),
    "sqlite3": ("ledger/",),
    "click": ("copydesk/",),
    "rich": ("copydesk/",),
}
#: Only these rooms may ask for the time of day or the environment, or open anything.
PURE_FORBIDDEN = {
    "os",
    "io",
    "socket",
    "subprocess",
    "logging",
    "time",
    "tempfile",
    "shutil",
    "random",
    "threading",
}
MODULES = sorted(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py"))
COMPILERS = {path for path in MODULES if path.name.startswith("compile_")}  # run by hand, never imported


def imported(path: Path) -> set[str]:
    """Names of all modules that the file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert "*" not in {alias.name for alias in node.names}, f"{path}: import *"
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_at_the_core(path: Path):
    package = path.relative_to(ROOT).parts[0]
    ours = {name.split(".")[0] for name in imported(path)} & set(MAY_IMPORT)
    assert ours <= MAY_IMPORT[package] | {package}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_libraries_stay_in_their_room(path: Path):
    here = path.relative_to(ROOT).as_posix()
    for name in {name.split(".")[0] for name in imported(path)} & set(ONLY_IN):
        assert here.startswith(ONLY_IN[name]), f"{here} imports {name}"


def test_transforms_are_pure():
    for path in (ROOT / "transforms").rglob("*.py"):
        if path not in COMPILERS:
            assert not imported(path) & PURE_FORBIDDEN, path


def test_no_dependency_ships_one_of_our_names():
    ours = packages_distributions()
    for package in MAY_IMPORT:
        assert set(ours.get(package, ["copydesk"])) <= {"copydesk"}, package


def test_no_file_is_named_like_a_package_that_we_import():
    """Prefect puts flows/ first on the import path when it loads a flow by its file."""
    outside = {name.split(".")[0] for path in MODULES for name in imported(path)} - set(MAY_IMPORT)
    for path in (ROOT / "flows").glob("*.py"):
        assert path.stem not in outside | set(sys.stdlib_module_names), path
