"""Ask Elasticsearch what Kibana asks for a chart, a control, a list or a map.

Source: the requests that Lens, Discover and Maps send for such columns, as their inspectors show them: terms ordered
by a metric, date_histogram, cardinality, max, filter, geotile_grid.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.kibana.saved_objects import Chart, Json, map_layers, of_kind

Ask = Callable[[Json], Json]


def ask_chart(ask: Ask, chart: Chart) -> Any:
    """Give the number of each measure; for a chart with terms, the rows."""
    columns = chart.layer["columns"]
    buckets = [name for name in chart.layer["columnOrder"] if columns[name]["isBucketed"]]
    metrics = {
        name: _metric(column)
        for name, column in columns.items()
        if column["operationType"] in ("count", "unique_count", "max")
    }
    aggs = metrics
    for name in reversed(buckets):
        aggs = {name: {**_bucket(columns[name], chart), "aggs": aggs}}
    answer = ask({"size": 0, "query": _in_time(chart.view), "aggs": aggs, "track_total_hits": True})
    found = answer["aggregations"]
    if not buckets:
        return _measures(columns, {"doc_count": answer["hits"]["total"]["value"], **found})
    return [
        {"value": bucket["key"], **({} if len(buckets) > 1 else _measures(columns, bucket))}
        for bucket in found[buckets[0]]["buckets"]
    ]


def _metric(column: Json) -> Json:
    if column["operationType"] == "count":
        query = _kql(column["filter"]["query"]) if "filter" in column else {"match_all": {}}
        return {"filter": query}
    name = {"unique_count": "cardinality", "max": "max"}[column["operationType"]]
    return {name: {"field": column["sourceField"]}}


def _bucket(column: Json, chart: Chart) -> Json:
    params = column["params"]
    if column["operationType"] == "date_histogram":
        assert params["interval"] == "auto"  # Kibana computes one from the time picker
        return {"date_histogram": {"field": column["sourceField"], "calendar_interval": "month"}}
    by = params["orderBy"]["columnId"]
    measure = chart.layer["columns"][by]["operationType"]
    order = {"_count" if measure == "count" else by: params["orderDirection"]}
    return {"terms": {"field": column["sourceField"], "size": params["size"], "order": order}}


def _measures(columns: Json, found: Json) -> Json:
    """Read what is shown: parts of formulas become one number."""
    values: Json = {}
    for name, column in columns.items():
        kind = column["operationType"]
        if kind == "formula":
            some, every = columns[column["references"][0]]["references"]
            values[name] = found[some]["doc_count"] / found[every]["doc_count"]
        elif kind == "count" and not column["label"].startswith("Part of "):
            values[name] = found[name]["doc_count"]
        elif kind == "unique_count":
            values[name] = found[name]["value"]
        elif kind == "max":
            values[name] = found[name].get("value_as_string")
    return values | ({"value": found["key"]} if "key" in found else {})


def _kql(text: str) -> Json:
    """Say in Elasticsearch's words the KQL that our charts have: `field: *`, `field: value`, `not …`."""
    if text.startswith("not "):
        return {"bool": {"must_not": [_kql(text.removeprefix("not "))]}}
    field, _, value = text.partition(": ")
    assert value.isalpha() or value == "*", text
    return {"exists": {"field": field}} if value == "*" else {"match": {field: value}}


def _in_time(view: Json) -> Json:
    """What the time picker adds: nothing that lacks the data view's time field is seen."""
    return {"bool": {"filter": [{"range": {view["timeFieldName"]: {"gte": "now-50y", "lte": "now+1y"}}}]}}


def ask_control(ask: Ask, dashboard: Json) -> Iterator[tuple[Json, list[str]]]:
    """Give the values that each control offers."""
    group = json.loads(dashboard["attributes"]["controlGroupInput"]["panelsJSON"])
    for control in group.values():
        field = control["explicitInput"]["fieldName"]
        answer = ask({"size": 0, "aggs": {"offered": {"terms": {"field": field, "size": 10}}}})
        yield (
            control["explicitInput"],
            [bucket["key"] for bucket in answer["aggregations"]["offered"]["buckets"]],
        )


def ask_list(ask: Ask) -> list[Json]:
    """Give the rows of the saved search, as Discover reads them: by fields, not by source."""
    (search,) = of_kind("search")
    attributes = search["attributes"]
    answer = ask(
        {
            "query": {"exists": {"field": "date"}},
            "sort": [
                {field: {"order": order, "unmapped_type": "boolean"}} for field, order in attributes["sort"]
            ],
            "fields": attributes["columns"],
            "source": False,
        }
    )
    return [hit["fields"] for hit in answer["hits"]["hits"]]


def ask_map(ask: Ask) -> list[Json]:
    """Give the tiles of the map's circles."""
    field = map_layers()[1]["sourceDescriptor"]["geoField"]
    aggs = {
        "tiles": {
            "geotile_grid": {"field": field, "precision": 4},
            "aggs": {"centre": {"geo_centroid": {"field": field}}},
        }
    }
    return ask({"size": 0, "aggs": aggs})["aggregations"]["tiles"]["buckets"]
