"""The specifications of what judges a classifier: confusion matrices, ROC and precision-recall curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.plot.specs import chosen, nearest_point, series_choice, series_colour
from trailmark.plot.style import INK, frame

if TYPE_CHECKING:
    from trailmark.plot.asked import Asked

_UNIT = {"domain": [0, 1], "nice": False}
_WRITTEN_CLASSES = 20  # beyond that, numbers do not fit into the cells
_LABELLED_CLASSES = 40  # beyond that, some labels are left out
_MATRIX_PIXELS = 480
_LETTER_PIXELS = 6.5  # of a label's 11 pixels of height
_FRAMED_CLASSES = 50  # beyond that, cells are so small that their frames are all there is to see
_NAMED_CLASSES = 2000  # that a specification lists
_CELL = "#1b66a8"  # white is read on it
# Of shares up to a half and above: numbers are read on the first in grey, on the second in white, on any page.
_SMALL_OPACITY = "sqrt(datum._share)"  # of cells without numbers, so that rare confusions are seen
_OPACITY = "datum._share > 0.5 ? 0.56 + 0.44 * datum._share : 0.44 * datum._share"


def confusion_matrix(asked: Asked) -> dict[str, Any]:
    """Draw counts with actual classes as rows and predicted ones as columns, coloured by the row's shares."""
    actual, predicted, count = (asked.field(name) for name in ("Actual", "Predicted", "nPredictions"))
    names = list(dict.fromkeys(name for field in ("Actual", "Predicted") for name in asked.distinct(field)))
    classes = len(names)
    order = names if classes <= _NAMED_CLASSES and all(isinstance(name, str) for name in names) else None
    step = max(4, min(64, _MATRIX_PIXELS // max(classes, 1)))
    spec = frame(asked.strings.get("title", ""), height={"step": step})
    spec["width"] = {"step": step}
    spec["transform"] = [
        {"joinaggregate": [{"op": "sum", "field": count, "as": "_of_actual"}], "groupby": [actual]},
        {"calculate": f"datum._of_actual ? {_datum(asked, 'nPredictions')} / datum._of_actual : 0", "as": "_share"},
        {"calculate": _OPACITY if classes <= _WRITTEN_CLASSES else _SMALL_OPACITY, "as": "_opacity"},
    ]
    fits = max((len(str(name)) for name in names), default=0) * _LETTER_PIXELS <= step
    overlap = "greedy" if classes > _LABELLED_CLASSES else False
    axis = {"grid": False, "domain": False, "ticks": False, "labelOverlap": overlap}
    spec["encoding"] = {
        "y": {"field": actual, "type": "nominal", "sort": order, "title": "Actual", "axis": axis},
        "x": {
            "field": predicted,
            "type": "nominal",
            "sort": order,
            "title": "Predicted",
            "axis": {**axis, "orient": "top", "labelAngle": 0 if fits else -45, "labelLimit": 120},
        },
    }
    spec["layer"] = [_cells(actual, predicted, count, framed=classes <= _FRAMED_CLASSES)]
    if classes <= _WRITTEN_CLASSES:
        spec["layer"].append(_numbers(count, step))
    return spec


def _cells(actual: str, predicted: str, count: str, *, framed: bool) -> dict[str, Any]:
    return {
        "mark": {"type": "rect", "tooltip": True, "color": _CELL, "stroke": INK, "strokeOpacity": 0.2 * framed},
        "encoding": {
            "fillOpacity": {"field": "_opacity", "type": "quantitative", "scale": None, "legend": None},
            "tooltip": [
                {"field": actual, "type": "nominal", "title": "actual"},
                {"field": predicted, "type": "nominal", "title": "predicted"},
                {"field": count, "type": "quantitative", "title": "samples", "format": ",d"},
                {"field": "_share", "type": "quantitative", "title": "of the actual class", "format": ".2%"},
            ],
        },
    }


def _numbers(count: str, step: int) -> dict[str, Any]:
    return {
        "mark": {"type": "text", "fontSize": max(8, min(13, step // 3)), "fontWeight": 500},
        "encoding": {
            "text": {"field": count, "type": "quantitative", "format": ",d"},
            "color": {"condition": {"test": "datum._share > 0.5", "value": "#ffffff"}, "value": INK},
        },
    }


def roc_curve(asked: Asked) -> dict[str, Any]:
    """Draw true over false positive rates, beside the line of chance."""
    x = _rate(asked, "fpr", "False positive rate")
    y = _rate(asked, "tpr", "True positive rate")
    chance = {
        "data": {"values": [{asked.columns["fpr"]: rate, asked.columns["tpr"]: rate} for rate in (0, 1)]},
        "mark": {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1, "color": INK},
        "encoding": {"x": x, "y": y},
    }
    return _curves(asked, x, y, "linear", area=("auc", "AUC"), behind=[chance])


def pr_curve(asked: Asked) -> dict[str, Any]:
    """Draw precision over recall, beside the frequency of each class: the precision of taking all."""
    x = _rate(asked, "recall", "Recall")
    y = _rate(asked, "precision", "Precision")
    behind = []
    if "frequency" in asked.columns:
        frequency = asked.field("frequency")
        behind.append(
            {
                "transform": [
                    {"aggregate": [{"op": "min", "field": frequency, "as": "_frequency"}], "groupby": ["_series"]}
                ],
                "mark": {"type": "rule", "strokeDash": [4, 4], "strokeWidth": 1},
                "encoding": {
                    "y": {"field": "_frequency", "type": "quantitative"},
                    "color": series_colour("_series", None),
                    "opacity": chosen(0.7),
                },
            }
        )
    interpolate = asked.strings.get("interpolate") or "step-before"
    return _curves(asked, x, y, interpolate, area=("average_precision", "AP"), behind=behind)


def area_under_curve(asked: Asked) -> dict[str, Any]:
    """Draw curves of any two rates."""
    x = _rate(asked, "x", asked.strings.get("x-axis-title") or asked.columns["x"])
    y = _rate(asked, "y", asked.strings.get("y-axis-title") or asked.columns["y"])
    return _curves(asked, x, y, "linear", area=("", ""), behind=[])


def _rate(asked: Asked, name: str, title: str) -> dict[str, Any]:
    return {"field": asked.field(name), "type": "quantitative", "title": title, "scale": _UNIT}


def _curves(
    asked: Asked,
    x: dict[str, Any],
    y: dict[str, Any],
    interpolate: str,
    *,
    area: tuple[str, str],
    behind: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return a curve for each class, in the order of the rows, with its area in the legend."""
    name = f"toString({_datum(asked, 'class')})"
    if area[0] in asked.columns:
        name += f" + '  {area[1]} ' + format({_datum(asked, area[0])}, '.3f')"
    tooltip: list[dict[str, Any]] = [
        {"field": asked.field("class"), "type": "nominal", "title": "class"},
        {"field": x["field"], "type": "quantitative", "title": x["title"], "format": ".4f"},
        {"field": y["field"], "type": "quantitative", "title": y["title"], "format": ".4f"},
    ]
    if "threshold" in asked.columns:
        told = {"field": asked.field("threshold"), "type": "quantitative", "title": "threshold", "format": ".4~g"}
        tooltip.append(told)
    curve: dict[str, Any] = {
        "mark": {"type": "line", "interpolate": interpolate, "strokeWidth": 1.8},
        "params": [series_choice("_series")],
        "encoding": {"opacity": chosen(1), "order": {"value": None}},
    }
    points = nearest_point(tooltip)
    for layer in (curve, points):
        layer["encoding"].update(x=x, y=y, color=series_colour("_series", None))
    return {
        **frame(asked.strings.get("title", ""), height=360),
        "transform": [{"calculate": name, "as": "_series"}],
        "layer": [*behind, curve, points],
    }


def _datum(asked: Asked, name: str) -> str:
    """Return the expression of a field's value."""
    column = asked.columns[name].replace("'", "\\'")
    return f"datum['{column}']"
