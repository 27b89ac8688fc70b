"""docs/http.md: every endpoint is in it, every example works as shown."""

import re
from pathlib import Path

import orjson
import pytest

from copydesk.web.parameters import read_document

TEXT = (Path(__file__).parents[2] / "docs/http.md").read_text("utf-8")
#: Commands that ask, with the JSON that is shown under the last of each block.
EXAMPLES = [
    (block.splitlines(), orjson.loads(shown) if shown else None)
    for block, shown in re.findall(r"```sh\n(curl .*?)```(?:\n\n```json\n(.*?)```)?", TEXT, re.DOTALL)
]


@pytest.mark.parametrize(("commands", "shown"), EXAMPLES, ids=lambda value: str(value)[:60])
def test_examples(client, commands, shown):
    id = client.get("/api/search?q=lighthouse&size=1").json()["hits"][0]["id"]
    answers = []
    for command in commands:
        address = re.fullmatch(r"curl 'http://127\.0\.0\.1:8484(/.*)'", command)[1].replace("{id}", id)
        answers.append(client.get(address))
    if shown:
        assert any(
            includes(answer.json(), shown) for answer in answers if "json" in answer.headers["content-type"]
        )
    if "status" not in (shown or {}) or shown["status"] == "ok":
        assert {answer.status_code for answer in answers} == {200}
        assert all(answer.content for answer in answers)


def includes(told: object, shown: object) -> bool:
    """Whether an answer has all that is shown of it."""
    if isinstance(shown, dict):
        return isinstance(told, dict) and all(
            name in told and includes(told[name], shown[name]) for name in shown
        )
    if isinstance(shown, list):
        return isinstance(told, list) and len(told) == len(shown) and all(map(includes, told, shown))
    return told == shown


def test_every_endpoint_and_parameter_is_told():
    document = read_document()
    for path in document["paths"]:
        stem = path.replace("/api/search.", ".").replace("/api/articles/{id}/similar", "/similar")
        assert any(stem in line for line in TEXT.splitlines() if line.startswith("## ")), path
        assert any(command.count(path) for commands, _ in EXAMPLES for command in commands), path
    for name in document["components"]["parameters"]:
        assert f"`{name}`" in TEXT, name
