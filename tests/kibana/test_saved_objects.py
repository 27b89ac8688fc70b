"""The file is what Kibana 8.8 to 9 accept and can show.

Source: the schemas that Kibana checks saved objects by (dashboard and search, version 1; unknown attributes are
refused), and its sample data for the forms inside. No Kibana runs here.
"""

import json
from itertools import combinations
from pathlib import Path

import pytest

from copydesk.kibana import KibanaError, read_objects
from engines.fields import read_fields
from kibana.build import build
from tests.kibana.saved_objects import charts, columns, map_layers, objects, of_kind, panels

ROOT = Path(__file__).parents[2]
GRID = 48
STAMPS = {"index-pattern": "7.11.0", "search": "7.9.3", "map": "8.4.0", "dashboard": "8.7.0"}
#: Attributes by type: every one that may be there, those that must be first.
ATTRIBUTES = {
    "index-pattern": {
        "title", "name", "timeFieldName", "fieldAttrs", "fieldFormatMap", "fields", "runtimeFieldMap", "typeMeta",
    },
    "search": {
        "title", "columns", "sort", "kibanaSavedObjectMeta", "description", "grid", "hideChart", "hits", "version",
        "isTextBasedQuery", "usesAdHocDataView", "timeRestore", "timeRange", "refreshInterval", "rowHeight",
        "rowsPerPage", "breakdownField", "viewMode", "hideAggregatedPreview",
    },
    "map": {"title", "description", "mapStateJSON", "layerListJSON", "uiStateJSON"},
    "dashboard": {
        "title", "description", "kibanaSavedObjectMeta", "timeRestore", "timeFrom", "timeTo", "refreshInterval",
        "controlGroupInput", "panelsJSON", "optionsJSON", "hits", "version",
    },
}  # fmt: skip
CONTROL_GROUP = {"panelsJSON", "controlStyle", "chainingSystem", "ignoreParentSettingsJSON"}
LAYER = {
    "id", "type", "sourceDescriptor", "style", "visible", "includeInFitToBounds", "minZoom", "maxZoom", "alpha", "label",
}  # fmt: skip
STYLED = {
    "symbolizeAs", "fillColor", "lineColor", "lineWidth", "icon", "iconSize", "iconOrientation", "labelText",
    "labelZoomRange", "labelColor", "labelSize", "labelBorderColor", "labelBorderSize", "labelPosition",
}  # fmt: skip
OPERATIONS = {"count", "unique_count", "max", "terms", "date_histogram", "formula", "math"}
VISUALIZATIONS = {"lnsMetric", "lnsXY", "lnsDatatable"}  # their form is the same from 8.8 to 9
AGGREGATABLE = {"keyword", "date", "number", "point"}
OBJECTS = [pytest.param(entry, id=entry["id"]) for entry in objects()]
DASHBOARDS = [pytest.param(entry, id=entry["id"]) for entry in of_kind("dashboard")]
CHARTS = [pytest.param(chart, id=chart.name) for chart in charts()]
COLUMNS = [pytest.param(column, id=name) for name, column in columns()]


def test_the_committed_file_is_what_build_makes():
    assert (ROOT / "copydesk/newsroom.ndjson").read_text("utf-8") == build(), "run: python -m kibana.build"
    assert (ROOT / "kibana/newsroom.ndjson").read_text("utf-8") == build()
    assert read_objects() == build()


def test_all_that_was_promised_is_there():
    found = {(entry["type"], entry["attributes"]["title"]) for entry in objects()}
    assert found == {
        ("index-pattern", "news"),
        ("search", "Latest copy"),
        ("map", "Where the news comes from"),
        ("dashboard", "Newsroom"),
        ("dashboard", "Pipeline health"),
    }
    assert {view["attributes"]["timeFieldName"] for view in of_kind("index-pattern")} == {
        "date",
        "ingested_at",
    }
    assert len({entry["id"] for entry in objects()}) == len(objects())


@pytest.mark.parametrize("entry", OBJECTS)
def test_stamps_and_attributes_are_those_of_the_oldest_kibana(entry):
    assert entry["coreMigrationVersion"] == "8.8.0"
    assert entry["typeMigrationVersion"] == STAMPS[entry["type"]]
    assert set(entry) == {
        "type", "id", "attributes", "references", "coreMigrationVersion", "typeMigrationVersion",
    }  # fmt: skip
    assert set(entry["attributes"]) <= ATTRIBUTES[entry["type"]]
    assert entry["attributes"]["title"]


@pytest.mark.parametrize("entry", OBJECTS)
def test_strings_that_hold_json_do(entry):
    for name, value in [
        *entry["attributes"].items(),
        *entry["attributes"].get("controlGroupInput", {}).items(),
    ]:
        if name.endswith("JSON") or name in {"fields", "fieldAttrs", "fieldFormatMap", "typeMeta"}:
            json.loads(value)
    meta = entry["attributes"].get("kibanaSavedObjectMeta")
    assert meta is None or (set(meta) == {"searchSourceJSON"} and json.loads(meta["searchSourceJSON"]))


@pytest.mark.parametrize("entry", OBJECTS)
def test_every_reference_leads_to_an_object_of_the_file(entry):
    there = {(other["type"], other["id"]) for other in objects()}
    names = [reference["name"] for reference in entry["references"]]
    assert len(set(names)) == len(names)
    for reference in entry["references"]:
        assert (reference["type"], reference["id"]) in there
        assert set(reference) == {"type", "id", "name"}


@pytest.mark.parametrize("dashboard", DASHBOARDS)
def test_a_dashboard_repeats_the_references_of_its_panels_and_controls_and_no_others(dashboard):
    wanted = {}
    for panel in panels(dashboard):
        index = panel["panelIndex"]
        if "panelRefName" in panel:
            assert panel["panelRefName"] == f"panel_{index}"
            wanted[f"{index}:panel_{index}"] = panel["type"]
        for reference in panel["embeddableConfig"].get("attributes", {}).get("references", []):
            wanted[f"{index}:{reference['name']}"] = reference["type"]
    controls = json.loads(dashboard["attributes"]["controlGroupInput"]["panelsJSON"])
    wanted |= {f"controlGroup_{name}:optionsListDataView": "index-pattern" for name in controls}
    assert {reference["name"]: reference["type"] for reference in dashboard["references"]} == wanted
    ids = {reference["name"]: reference["id"] for reference in dashboard["references"]}
    for panel in panels(dashboard):
        for reference in panel["embeddableConfig"].get("attributes", {}).get("references", []):
            assert ids[f"{panel['panelIndex']}:{reference['name']}"] == reference["id"]


def test_search_and_map_name_their_data_view():
    (search,) = of_kind("search")
    name = json.loads(search["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])["indexRefName"]
    assert [reference["name"] for reference in search["references"]] == [name]
    (places,) = of_kind("map")
    assert [reference["name"] for reference in places["references"]] == [
        map_layers()[1]["sourceDescriptor"]["indexPatternRefName"]
    ]


@pytest.mark.parametrize("dashboard", DASHBOARDS)
def test_panels_lie_on_the_grid_without_overlap(dashboard):
    cells = {}
    for panel in panels(dashboard):
        assert panel["gridData"]["i"] == panel["panelIndex"]
        assert ":" not in panel["panelIndex"]  # parts the names of references
        assert panel["version"] == "8.7.0"
        at = panel["gridData"]
        assert min(at["x"], at["y"]) >= 0
        assert min(at["w"], at["h"]) > 0
        assert at["x"] + at["w"] <= GRID
        assert panel["panelIndex"] not in cells
        cells[panel["panelIndex"]] = {
            (x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])
        }
    for one, other in combinations(cells, 2):
        assert not cells[one] & cells[other], (one, other)
    height = max(y for panel in cells.values() for _, y in panel) + 1
    assert len(set().union(*cells.values())) == GRID * height, "a hole in the grid"


@pytest.mark.parametrize("dashboard", DASHBOARDS)
def test_controls_are_on_fields_that_can_be_listed(dashboard):
    group = dashboard["attributes"]["controlGroupInput"]
    assert set(group) <= CONTROL_GROUP
    for name, control in json.loads(group["panelsJSON"]).items():
        assert control["type"] == "optionsListControl"
        assert control["explicitInput"]["id"] == name
        assert read_fields().kinds[control["explicitInput"]["fieldName"]] == "keyword"


@pytest.mark.parametrize("column", COLUMNS)
def test_columns_are_of_known_kinds_on_fields_that_can_be_counted(column):
    assert column["operationType"] in OPERATIONS
    source = column.get("sourceField")
    if column["operationType"] == "count":
        assert source == "___records___"
    elif column["operationType"] not in ("formula", "math"):
        kind = read_fields().kinds[source]
        assert kind in AGGREGATABLE
        if column["operationType"] in ("max", "date_histogram"):
            assert kind == "date"
            assert column["dataType"] == "date"


@pytest.mark.parametrize("chart", CHARTS)
def test_charts_draw_columns_that_are_there(chart):
    there = chart.layer["columns"]
    assert chart.attributes["visualizationType"] in VISUALIZATIONS
    assert chart.attributes["type"] == "lens"
    assert sorted(chart.layer["columnOrder"]) == sorted(there)
    drawn = chart.drawn
    layers = drawn.get("layers", [drawn])
    for layer in layers:
        assert layer["layerType"] == "data"
        assert (
            f"indexpattern-datasource-layer-{layer['layerId']}" == chart.attributes["references"][0]["name"]
        )
    used = {drawn.get("metricAccessor")} | {column["columnId"] for column in drawn.get("columns", [])}
    for layer in drawn.get("layers", []):
        used |= {layer["xAccessor"], layer.get("splitAccessor"), *layer["accessors"]}
    used -= {None}
    for column in there.values():
        assert set(column.get("references", [])) <= set(there)
        if column["operationType"] == "terms":
            ordered_by = there[column["params"]["orderBy"]["columnId"]]
            assert ordered_by["operationType"] in ("count", "max"), "Lens cannot order by a formula"
        used |= set(column.get("references", []))
    assert used == set(there), "each column is drawn or part of one that is"


def test_parts_of_formulas_are_what_their_text_says():
    seen = 0
    for chart in charts():
        there = chart.layer["columns"]
        for column in there.values():
            if column["operationType"] != "formula":
                continue
            seen += 1
            math = there[column["references"][0]]
            some, every = (there[name] for name in math["references"])
            assert column["params"]["formula"] == f"count(kql='{some['filter']['query']}') / count()"
            assert math["params"]["tinymathAst"]["args"] == math["references"]
            assert math["params"]["tinymathAst"]["text"] == column["params"]["formula"]
            assert "filter" not in every
            assert "'" not in some["filter"]["query"]
    assert seen > 5


def test_the_list_of_copy_shows_fields_that_are_there():
    (search,) = of_kind("search")
    kinds = read_fields().kinds
    assert search["attributes"]["columns"] == [
        "date", "headline", "publisher", "language", "dateline.places.name",
    ]  # fmt: skip
    assert set(search["attributes"]["columns"]) <= set(kinds)
    assert search["attributes"]["sort"] == [["date", "desc"]]


def test_shares_of_what_is_undated_are_not_counted_by_date():
    """A data view's time field hides what has none: the share would always be 100 %."""
    for chart in charts():
        for column in chart.layer["columns"].values():
            if "date: *" in column.get("filter", {}).get("query", ""):
                assert chart.view["timeFieldName"] == "ingested_at", chart.name


def test_the_map_counts_places_in_layers_that_kibana_9_knows():
    base, places = map_layers()
    for layer in (base, places):
        assert set(layer) <= LAYER | ({"joins"} if layer is places else set())
    assert (base["type"], places["type"]) == ("EMS_VECTOR_TILE", "GEOJSON_VECTOR")
    assert base["style"] == {"type": "EMS_VECTOR_TILE", "color": ""}
    source = places["sourceDescriptor"]
    assert set(source) == {
        "id", "type", "geoField", "requestType", "resolution", "metrics", "applyGlobalQuery", "applyGlobalTime",
        "indexPatternRefName",
    }  # fmt: skip
    assert (source["type"], source["requestType"], source["resolution"]) == ("ES_GEO_GRID", "point", "COARSE")
    assert read_fields().kinds[source["geoField"]] == "point"
    style = places["style"]
    assert set(style) == {"type", "isTimeAware", "properties"}
    for name, drawn in style["properties"].items():
        assert name in STYLED
        if drawn.get("type") == "DYNAMIC":
            assert drawn["options"]["field"] == {"name": "doc_count", "origin": "source"}


def test_another_index_has_objects_of_its_own():
    ours, theirs = objects(), objects("wire-2025")
    assert not {entry["id"] for entry in ours} & {entry["id"] for entry in theirs}
    assert "copydesk-news" not in read_objects("wire-2025")
    views = [entry["attributes"] for entry in theirs if entry["type"] == "index-pattern"]
    assert {view["title"] for view in views} == {"wire-2025"}
    assert {view["name"] for view in views} == {"wire-2025", "wire-2025, by time of ingest"}
    assert "Newsroom (wire-2025)" in {entry["attributes"]["title"] for entry in theirs}
    there = {(entry["type"], entry["id"]) for entry in theirs}
    assert all((ref["type"], ref["id"]) in there for entry in theirs for ref in entry["references"])


@pytest.mark.parametrize("index", ["", "News", "news*", 'n","x":"', "a" * 101, "copy.desk", "-news"])
def test_what_is_no_name_of_an_index_is_refused(index):
    with pytest.raises(KibanaError, match="not the name of an index"):
        read_objects(index)
