"""Charts as Kibana's Lens keeps them: a state of columns over one data view, drawn as number, bars or table.

Source: the shape of the state is that of the sample dashboards which Kibana 8.8 to 9 ship and import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LAYER = "main"  # each chart has one
REFERENCE = f"indexpattern-datasource-layer-{LAYER}"
_COUNT = {"operationType": "count", "sourceField": "___records___"}
_NOTHING = {"query": "", "language": "kuery"}

Json = dict[str, Any]


def number(panel: Mapping[str, Any]) -> Json:
    """Make one measure as one number."""
    columns = _measures(panel["measures"])
    drawn = {"layerId": LAYER, "layerType": "data", "metricAccessor": "measure0"}
    return _attributes(panel, "lnsMetric", columns, drawn)


def top(panel: Mapping[str, Any]) -> Json:
    """Make bars of a field's most frequent values."""
    columns = {
        "value": _terms(panel["title"], panel["field"], panel["size"], by="measure0", other=False),
        **_measures([{"label": "articles", "of": "count"}]),
    }
    return _attributes(panel, "lnsXY", columns, _bars("bar_horizontal", x="value"))


def over_time(panel: Mapping[str, Any]) -> Json:
    """Make bars over time, stacked by a field's most frequent values and all the others."""
    columns = {
        "split": _terms(panel["split"], panel["split"], panel["size"], by="measure0", other=True),
        "time": _over_time(panel["field"]),
        **_measures([{"label": "articles", "of": "count"}]),
    }
    return _attributes(panel, "lnsXY", columns, _bars("bar_stacked", x="time", split="split"))


def table(panel: Mapping[str, Any]) -> Json:
    """Make a table: a row for each of a field's values, a column for each measure."""
    measures = panel["measures"]
    by = next(f"measure{n}" for n, measure in enumerate(measures) if measure["label"] == panel["sort"])
    columns = {
        "value": _terms(panel["label"], panel["field"], panel["size"], by=by, other=False),
        **_measures(measures),
    }
    shown = [{"columnId": "value"}, *({"columnId": f"measure{n}"} for n in range(len(measures)))]
    return _attributes(
        panel, "lnsDatatable", columns, {"layerId": LAYER, "layerType": "data", "columns": shown}
    )


def _attributes(panel: Mapping[str, Any], drawn_as: str, columns: Json, drawn: Json) -> Json:
    layer = {"columnOrder": list(columns), "columns": columns, "incompleteColumns": {}}
    return {
        "title": panel["title"],
        "type": "lens",
        "visualizationType": drawn_as,
        "references": [],  # filled in by who knows the data view
        "state": {
            "visualization": drawn,
            "query": _NOTHING,
            "filters": [],
            "datasourceStates": {"formBased": {"layers": {LAYER: layer}}},
            "internalReferences": [],
            "adHocDataViews": {},
        },
    }


def _bars(kind: str, *, x: str, split: str | None = None) -> Json:
    layer: Json = {"layerId": LAYER, "layerType": "data", "seriesType": kind, "accessors": ["measure0"]}
    layer |= {"xAccessor": x} | ({"splitAccessor": split} if split else {})
    return {
        "preferredSeriesType": kind,
        "legend": {"isVisible": split is not None, "position": "right"},
        "valueLabels": "hide" if split else "show",
        "fittingFunction": "None",
        "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
        "layers": [layer],
    }


def _terms(label: str, field: str, size: int, *, by: str, other: bool) -> Json:
    return {
        **_column(label, "terms", "string", "ordinal"),
        "isBucketed": True,
        "sourceField": field,
        "params": {
            "size": size,
            "orderBy": {"type": "column", "columnId": by},
            "orderDirection": "desc",
            "otherBucket": other,
            "missingBucket": False,
            "parentFormat": {"id": "terms"},
        },
    }


def _over_time(field: str) -> Json:
    return {
        **_column(field, "date_histogram", "date", "interval"),
        "isBucketed": True,
        "sourceField": field,
        "params": {"interval": "auto", "includeEmptyRows": True, "dropPartials": False},
    }


def _measures(measures: Sequence[Mapping[str, str]]) -> Json:
    """Make the columns that are computed; the parts of formulas come last, as Lens orders them."""
    columns: Json = {}
    parts: Json = {}
    for n, measure in enumerate(measures):
        kind, _, of = measure["of"].partition(" ")
        name = f"measure{n}"
        if kind == "share":
            columns[name], of_formula = _share(name, measure["label"], of)
            parts |= of_formula
        else:
            columns[name] = _measure(kind, measure["label"], of)
    return columns | parts


def _measure(kind: str, label: str, field: str) -> Json:
    if kind == "count":
        return {**_column(label, "count", "number", "ratio"), **_COUNT, "params": {"emptyAsNull": False}}
    if kind == "unique":
        column = _column(label, "unique_count", "number", "ratio")
        return {**column, "sourceField": field, "params": {"emptyAsNull": False}}
    if kind == "latest":  # `max` takes dates in tables since 8.2
        return {**_column(label, "max", "date", "ratio"), "sourceField": field, "params": {}}
    raise ValueError(f"{kind} is no measure: count, unique FIELD, latest FIELD or share KQL")


def _share(name: str, label: str, kql: str) -> tuple[Json, Json]:
    """Make the formula `count(kql='…') / count()` and its parts, which Lens keeps beside it."""
    text = f"count(kql='{kql}') / count()"
    some, all_, ratio = (f"{name}X{n}" for n in range(3))
    count = {**_column(f"Part of {label}", "count", "number", "ratio"), **_COUNT}
    divide = {
        "type": "function",
        "name": "divide",
        "args": [some, all_],
        "location": {"min": 0, "max": len(text)},
        "text": text,
    }
    parts = {
        some: {
            **count,
            "filter": {"query": kql, "language": "kuery"},
            "params": {"emptyAsNull": False},
        },
        all_: {**count, "params": {"emptyAsNull": False}},
        ratio: {
            **_column(f"Part of {label}", "math", "number", "ratio"),
            "params": {"tinymathAst": divide},
            "references": [some, all_],
        },
    }
    percent = {"id": "percent", "params": {"decimals": 1}}
    formula = {
        **_column(label, "formula", "number", "ratio"),
        "params": {"formula": text, "isFormulaBroken": False, "format": percent},
        "references": [ratio],
    }
    return formula, parts


def _column(label: str, operation: str, data_type: str, scale: str) -> Json:
    return {
        "label": label,
        "customLabel": True,
        "dataType": data_type,
        "operationType": operation,
        "isBucketed": False,
        "scale": scale,
    }
