"""Whatever a client may send, and much that it may not: the answers are those that openapi.json promises."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from copydesk.web.app import create_app
from copydesk.web.parameters import read_document
from tests.web.conftest import UNHURRIED

PATHS = list(read_document()["paths"])
WITH_PARAMETERS = [path for path in PATHS if read_document()["paths"][path]["get"].get("parameters")]
CHECKED = settings(
    max_examples=15, deadline=None, derandomize=True, database=None,
    phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="module")
def api(desk):
    app = create_app(desk, limits=UNHURRIED, names=("testserver",))
    config = schemathesis.Config.from_dict(CONFIG)
    return schemathesis.openapi.from_asgi("/api/openapi.json", app, config=config)


#: What the checks count as a refusal, beside their own.
CONFIG = {"checks": {"negative_data_rejection": {"expected-statuses": ["400", "404", "414"]}}}


@pytest.mark.parametrize("path", PATHS)
def test_what_may_be_asked(api, path):
    check(api[path]["GET"], GenerationMode.POSITIVE)


@pytest.mark.parametrize("path", WITH_PARAMETERS)
def test_what_may_not_be_asked(api, path):
    check(api[path]["GET"], GenerationMode.NEGATIVE)


def check(operation, mode):
    @CHECKED
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        if mode is GenerationMode.POSITIVE:
            agree(case.query)
        case.call_and_validate()

    run()


def agree(asked: dict) -> None:
    """Make parameters fit each other, which a schema cannot ask of them."""
    if asked.get("since", "") > asked.get("until", "9"):
        asked["since"], asked["until"] = asked["until"], asked["since"]
    if (
        "since" in asked
        or "until" in asked
        or asked.get("during", "9") < "0001"
        or asked.get("during", "")[8:] > "28"
    ):
        asked.pop("during", None)
    if "near" in asked:
        asked["near"] = asked["near"].rpartition(",")[0] + ",200"
    for name in ("page", "cursor"):
        asked.pop(name, None)
