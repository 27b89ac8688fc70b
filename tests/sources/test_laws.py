"""What holds for any bytes whatever."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources import read
from sources.fields import field_names
from transforms.records import RawDocument, Reject

ROOT = Path(__file__).parents[2]
PIECES = st.sampled_from(
    [b"{", b"}", b"[", b'"body": "x"', b'"', b",", b"\n", b"\\", b"\xff", b"\0", b"<html>", b"\n# A\n", "é".encode(),
     "é".encode("utf-16-le"), b"\xff\xfe", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"words and more words ", b"\xef\xbb\xbf"]
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300) | st.lists(PIECES, max_size=30).map(b"".join), name=st.sampled_from("thj")
)
def test_any_file_gives_something_and_raises_nothing(tmp_path, content, name):
    path = tmp_path / {"t": "a.txt", "h": "a.html", "j": "a.jsonl"}[name]
    path.write_bytes(content)
    items = list(read(str(path), last_article_start=lambda text: text.rfind("\n# ") + 1))
    assert items
    for item in items:
        assert item.origin.startswith(str(path))
        if isinstance(item, RawDocument):
            item.text.encode()  # no lone surrogates
            assert "\0" not in item.text
        else:
            assert isinstance(item, Reject)
            assert item.stage == "read"
            assert item.reason


def test_docs_name_every_reason_and_field():
    docs = (ROOT / "docs" / "input.md").read_text("utf-8")
    code = "".join(path.read_text("utf-8") for path in (ROOT / "sources").glob("*.py"))
    reasons = set(
        re.findall(r'(?:reason=|_BrokenError\(|_note\(|_RecordError\(|reject\(|reason = )"([a-z-]+)"', code)
    )
    assert len(reasons) >= 10
    assert {reason for reason in reasons if f"`{reason}`" not in docs} == set()
    assert {kind for kind, _ in field_names().values() if kind not in docs} == set()
