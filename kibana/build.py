"""Make newsroom.ndjson of dashboards.toml: `python -m kibana.build`, from the root of the repository.

The objects carry the oldest stamps that Kibana 8.8 takes, and newer ones migrate them: an object stamped newer than
the Kibana that imports it is refused. Kibana refuses a dashboard with an attribute that it does not know, and shows
nothing where a reference is missing; tests/kibana holds the file to both.
Source: Kibana's own sample data, which is stamped so from 8.8 to 9; of maps, whose last change of form was in 8.4,
the schemas that Kibana 9 checks layers by.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kibana import lens

HERE = Path(__file__).parent
SOURCE = HERE / "dashboards.toml"
#: Inside the package, so that the wheel brings it; kibana/newsroom.ndjson is a link to it.
TARGET = HERE.parent / "copydesk" / "newsroom.ndjson"

CORE = "8.8.0"
STAMPS = {
    "index-pattern": "7.11.0",
    "search": "7.9.3",
    "map": "8.4.0",
    "dashboard": "8.7.0",
}
PANEL_VERSION = "8.7.0"
SEARCH_SOURCE = "kibanaSavedObjectMeta.searchSourceJSON.index"
_NO_QUERY = {"query": "", "language": "kuery"}
_CHARTS = {"metric": lens.number, "top": lens.top, "over-time": lens.over_time, "table": lens.table}

Json = dict[str, Any]


def build() -> str:
    """Give the whole file: one object a line, those that are referred to first."""
    data = tomllib.loads(SOURCE.read_text("utf-8"))
    return "".join(_dump(entry, sort_keys=True) + "\n" for entry in _objects(data))


def _objects(data: Mapping[str, Any]) -> Iterator[Json]:
    for name, view in data["views"].items():
        yield _object(data, "index-pattern", name, _view(data, view), [])
    search, places = data["search"], data["map"]
    of_search = _view_of(data, search["view"], SEARCH_SOURCE)
    yield _object(data, "search", search["id"], _search(search), [of_search])
    of_map = _view_of(data, places["view"], "layer_1_source_index_pattern")
    yield _object(data, "map", places["id"], _map(places), [of_map])
    for dashboard in data["dashboards"]:
        panels, references = _panels(data, dashboard)
        controls = [
            _view_of(data, dashboard["view"], f"controlGroup_{control['id']}:optionsListDataView")
            for control in dashboard["controls"]
        ]
        attributes = _dashboard(dashboard, panels)
        yield _object(data, "dashboard", dashboard["id"], attributes, [*references, *controls])


def _object(data: Mapping[str, Any], kind: str, name: str, attributes: Json, references: list[Json]) -> Json:
    return {
        "type": kind,
        "id": _id(data, name),
        "attributes": attributes,
        "references": references,
        "coreMigrationVersion": CORE,
        "typeMigrationVersion": STAMPS[kind],
    }


def _id(data: Mapping[str, Any], name: str) -> str:
    """Give the id that others refer to the object by; two indexes have different ones."""
    return f"copydesk-{data['index']}-{name}"


def _view_of(data: Mapping[str, Any], name: str, reference: str) -> Json:
    """Refer to a data view."""
    if name not in data["views"]:
        raise KeyError(f"dashboards.toml has no view {name!r}")
    return {"type": "index-pattern", "id": _id(data, name), "name": reference}


def _view(data: Mapping[str, Any], view: Mapping[str, Any]) -> Json:
    return {
        "title": data["index"],
        "name": view["name"],
        "timeFieldName": view["time"],
        "fieldAttrs": "{}",
        "fieldFormatMap": "{}",
        "fields": "[]",
        "runtimeFieldMap": "{}",
        "typeMeta": "{}",
    }


def _search(search: Mapping[str, Any]) -> Json:
    source = {
        "highlightAll": True,
        "version": True,
        "query": _NO_QUERY,
        "filter": [],
        "indexRefName": SEARCH_SOURCE,
    }
    return {
        "title": search["title"],
        "description": search["description"],
        "columns": search["columns"],
        "sort": [[search["sort"], "desc"]],
        "grid": {},
        "hideChart": False,
        "timeRestore": True,  # Discover would open on fifteen minutes
        "timeRange": {"from": search["from"], "to": "now"},
        "kibanaSavedObjectMeta": {"searchSourceJSON": _dump(source)},
    }


def _map(places: Mapping[str, Any]) -> Json:
    layers = [_base_layer(), _places_layer(places)]
    state = {
        "zoom": 1.5,
        "center": {"lon": 10, "lat": 25},
        "timeFilters": {"from": places["from"], "to": "now"},
        "query": _NO_QUERY,
        "filters": [],
        "settings": {"autoFitToDataBounds": True},
    }
    return {
        "title": places["title"],
        "description": places["description"],
        "layerListJSON": _dump(layers),
        "mapStateJSON": _dump(state),
        "uiStateJSON": _dump({"isLayerTOCOpen": False, "openTOCDetails": []}),
    }


def _base_layer() -> Json:
    """Make the streets and borders, which the browser fetches from Elastic; without it the circles still show."""
    source = {"type": "EMS_TMS", "isAutoSelect": True, "lightModeDefault": "road_map_desaturated"}
    return _layer("base", "EMS_VECTOR_TILE", source, {"type": "EMS_VECTOR_TILE", "color": ""}) | {"alpha": 1}


def _places_layer(places: Mapping[str, Any]) -> Json:
    """Make circles by the number of articles, over tiles that get smaller as one zooms in."""
    count = {"name": "doc_count", "origin": "source"}
    spread = {"isEnabled": True, "sigma": 3}
    style = {
        "icon": {"type": "STATIC", "options": {"value": "marker"}},
        "symbolizeAs": {"options": {"value": "circle"}},
        "fillColor": {
            "type": "DYNAMIC",
            "options": {
                "field": count,
                "color": "Blues",
                "type": "ORDINAL",
                "fieldMetaOptions": spread,
            },
        },
        "lineColor": {"type": "STATIC", "options": {"color": "#FFFFFF"}},
        "lineWidth": {"type": "STATIC", "options": {"size": 1}},
        "iconSize": {
            "type": "DYNAMIC",
            "options": {"field": count, "minSize": 8, "maxSize": 32, "fieldMetaOptions": spread},
        },
        "labelText": {"type": "DYNAMIC", "options": {"field": count}},
        "labelSize": {"type": "STATIC", "options": {"size": 12}},
    }
    source = {
        "id": "places-grid",
        "type": "ES_GEO_GRID",
        "geoField": places["field"],
        "requestType": "point",
        "resolution": "COARSE",
        "metrics": [{"type": "count", "label": places["label"]}],
        "applyGlobalQuery": True,
        "applyGlobalTime": True,
        "indexPatternRefName": "layer_1_source_index_pattern",
    }
    layer = _layer(
        "places", "GEOJSON_VECTOR", source, {"type": "VECTOR", "isTimeAware": True, "properties": style}
    )
    return layer | {"label": places["label"], "alpha": 0.75, "joins": []}


def _layer(name: str, kind: str, source: Json, style: Json) -> Json:
    return {
        "id": name,
        "type": kind,
        "sourceDescriptor": source,
        "style": style,
        "visible": True,
        "includeInFitToBounds": name == "places",
        "minZoom": 0,
        "maxZoom": 24,
    }


def _dashboard(dashboard: Mapping[str, Any], panels: list[Json]) -> Json:
    controls = {
        control["id"]: {
            "order": order,
            "width": "medium",
            "grow": True,
            "type": "optionsListControl",
            "explicitInput": {
                "id": control["id"],
                "fieldName": control["field"],
                "title": control["title"],
                "enhancements": {},
            },
        }
        for order, control in enumerate(dashboard["controls"])
    }
    heed = ("ignoreFilters", "ignoreQuery", "ignoreTimerange", "ignoreValidations")
    return {
        "title": dashboard["title"],
        "description": dashboard["description"],
        "panelsJSON": _dump(panels),
        "optionsJSON": _dump({"useMargins": True, "syncColors": True, "hidePanelTitles": False}),
        "controlGroupInput": {
            "controlStyle": "oneLine",
            "chainingSystem": "HIERARCHICAL",
            "panelsJSON": _dump(controls),
            "ignoreParentSettingsJSON": _dump(dict.fromkeys(heed, False)),
        },
        "kibanaSavedObjectMeta": {"searchSourceJSON": _dump({"query": _NO_QUERY, "filter": []})},
        "refreshInterval": {"pause": True, "value": 60000},
        "timeRestore": True,
        "timeFrom": dashboard["from"],
        "timeTo": "now",
        "version": 1,
    }


def _panels(data: Mapping[str, Any], dashboard: Mapping[str, Any]) -> tuple[list[Json], list[Json]]:
    """Make the panels, and the references that the dashboard repeats for each of them."""
    panels, references = [], []
    for panel in dashboard["panels"]:
        made, reference = _panel(data, {"view": dashboard["view"], **panel})
        panels.append(made)
        references += [{**reference, "name": f"{panel['id']}:{reference['name']}"}] if reference else []
    return panels, references


def _panel(data: Mapping[str, Any], panel: Mapping[str, Any]) -> tuple[Json, Json | None]:
    name, kind = panel["id"], panel["kind"]
    x, y, width, height = panel["at"]
    made: Json = {
        "version": PANEL_VERSION,
        "gridData": {"x": x, "y": y, "w": width, "h": height, "i": name},
        "panelIndex": name,
        "title": panel["title"],
        "embeddableConfig": {"hidePanelTitles": False, "enhancements": {}},
    }
    config = made["embeddableConfig"]
    if "period" in panel:
        config["timeRange"] = {"from": panel["period"], "to": "now"}
    if kind in ("map", "search"):
        reference = {"type": kind, "id": _id(data, data[kind]["id"]), "name": f"panel_{name}"}
        return made | {"type": kind, "panelRefName": reference["name"]}, reference
    if kind == "text":
        config["savedVis"] = _text(panel)
        return made | {"type": "visualization"}, None
    reference = _view_of(data, panel["view"], lens.REFERENCE)
    config["attributes"] = _CHARTS[kind](panel) | {"references": [reference]}
    return made | {"type": "lens"}, reference


def _text(panel: Mapping[str, Any]) -> Json:
    return {
        "title": "",
        "description": "",
        "type": "markdown",
        "params": {"fontSize": 12, "openLinksInNewTab": True, "markdown": panel["text"].strip()},
        "uiState": {},
        "data": {"aggs": [], "searchSource": {"query": _NO_QUERY, "filter": []}},
    }


def _dump(value: Any, *, sort_keys: bool = False) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys)


if __name__ == "__main__":
    TARGET.write_text(build(), "utf-8")
