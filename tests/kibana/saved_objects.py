"""The saved objects taken apart, for the tests: objects, panels, columns of charts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from copydesk.kibana import read_objects

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One Lens chart of a dashboard."""

    name: str  # "newsroom/places"
    view: Json  # attributes of its data view
    layer: Json
    drawn: Json
    attributes: Json


def objects(index: str = "news") -> list[Json]:
    return [json.loads(line) for line in read_objects(index).splitlines()]


def of_kind(kind: str) -> list[Json]:
    return [entry for entry in objects() if entry["type"] == kind]


def panels(dashboard: Json) -> list[Json]:
    return json.loads(dashboard["attributes"]["panelsJSON"])


def charts() -> Iterator[Chart]:
    views = {entry["id"]: entry["attributes"] for entry in of_kind("index-pattern")}
    for dashboard in of_kind("dashboard"):
        for panel in panels(dashboard):
            if panel["type"] != "lens":
                continue
            attributes = panel["embeddableConfig"]["attributes"]
            state = attributes["state"]
            (layer,) = state["datasourceStates"]["formBased"]["layers"].values()
            (reference,) = attributes["references"]
            yield Chart(
                name=f"{dashboard['id'].removeprefix('copydesk-news-')}/{panel['panelIndex']}",
                view=views[reference["id"]],
                layer=layer,
                drawn=state["visualization"],
                attributes=attributes,
            )


def columns() -> Iterator[tuple[str, Json]]:
    for chart in charts():
        for name, column in chart.layer["columns"].items():
            yield f"{chart.name}/{name}", column


def map_layers() -> list[Json]:
    (entry,) = of_kind("map")
    return json.loads(entry["attributes"]["layerListJSON"])
