"""What `Table.select` takes: conditions on rows, and orders of them, as Arrow understands them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trailmark.errors import MediaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

OPERATORS = ("==", "!=", "<", "<=", ">", ">=", "in", "not in", "contains", "is null", "not null")
_PAIR, _TRIPLE = 2, 3


class Where:
    """Conditions that all hold.

    Args:
        conditions: ``(column, operator, value)``, a list of such, or a pyarrow.dataset.Expression.
        kinds: the kind of each column.

    Attributes:
        names: the columns that the conditions are about; None: any, as an expression does not tell.

    Raises:
        MediaError: a condition is none.
    """

    def __init__(self, conditions: Any, kinds: dict[str, str | None]) -> None:
        self._expression: Any = None
        self.names: list[str] | None = None
        self._conditions: list[tuple[str, str, Any]] = []
        if isinstance(conditions, tuple):
            conditions = [conditions]
        if isinstance(conditions, list):
            self._conditions = [_checked(condition, kinds) for condition in conditions]
            self.names = list(dict.fromkeys(name for name, _, _ in self._conditions))
        elif type(conditions).__name__ == "Expression":
            self._expression = conditions
        else:
            raise MediaError(
                f"where takes (column, operator, value), a list of these or a pyarrow.dataset.Expression, "
                f"got {conditions!r}"
            )

    def expression(self, encodings: dict[str, str]) -> Any:
        """Return the conditions as a pyarrow.dataset.Expression on columns that are held in this way, or None.

        Args:
            encodings: of each column, as `trailmark.media.tables.arrow` names it; "nothing" of one without a type, as
                all its cells are None.

        Raises:
            MediaError: what a column holds cannot be compared.
        """
        if self._expression is not None:
            return self._expression
        found = None
        for name, operator, value in self._conditions:
            if name not in encodings:
                raise MediaError(f"where: the file has no column {name!r}: it, or the record of the table, is damaged")
            if encodings[name] not in ("native", "nothing") and not (
                operator in ("is null", "not null") or value is None
            ):
                raise MediaError(
                    f"where: column {name!r} holds what files cannot be searched for (media, arrays, mixed types); "
                    f"only 'is null' and 'not null' go there: iterate over the rows instead"
                )
            typed = encodings[name] != "nothing"
            condition = _condition(name, operator, value) if typed else _of_nothing(operator, value)
            found = condition if found is None else found & condition
        return found


def _checked(condition: Any, kinds: dict[str, str | None]) -> tuple[str, str, Any]:
    size = len(condition) if isinstance(condition, (tuple, list)) else 0
    if size not in (_PAIR, _TRIPLE) or condition[1] not in OPERATORS:
        raise MediaError(
            f"where takes (column, operator, value), the operator one of {', '.join(OPERATORS)}; got {condition!r}"
        )
    name, operator = str(condition[0]), condition[1]
    if name not in kinds:
        raise MediaError(f"where: there is no column {name!r}; there are {_listed(kinds)}")
    unary = operator in ("is null", "not null")
    if size == _PAIR and not unary:
        raise MediaError(f"where: {condition!r} has no value to compare with")
    return name, operator, None if unary else condition[2]


def _condition(name: str, operator: str, value: Any) -> Any:
    import pyarrow.compute

    pc: Any = pyarrow.compute  # its functions are made when it is imported: checkers do not see them
    field = pc.field(name)
    if operator in ("is null", "not null") or (value is None and operator in ("==", "!=")):
        return field.is_null() if operator in ("is null", "==") else ~field.is_null()
    if operator in ("in", "not in"):
        return _among(field, list(value or ()), negated=operator == "not in")
    if operator == "contains":
        return pc.match_substring(field, str(value))
    value = getattr(value, "item", lambda: value)()  # a scalar of numpy
    if isinstance(value, float) and value != value and operator in ("==", "!="):  # noqa: PLR0124 (NaN)
        return pc.is_nan(field) if operator == "==" else ~pc.is_nan(field) | field.is_null()
    comparisons: dict[str, Callable[[], Any]] = {
        "==": lambda: field == value,
        "!=": lambda: (field != value) | field.is_null(),  # as None is not the value
        "<": lambda: field < value,
        "<=": lambda: field <= value,
        ">": lambda: field > value,
        ">=": lambda: field >= value,
    }
    return comparisons[operator]()


def _of_nothing(operator: str, value: Any) -> Any:
    """Return what is true of None, as an expression."""
    import pyarrow.compute as pc

    if operator in ("in", "not in"):
        return pc.scalar((None in list(value)) == (operator == "in"))
    holds = operator in ("is null", "==") if value is None else operator == "!="
    return pc.scalar(holds and operator != "not null")


def _among(field: Any, values: list[Any], *, negated: bool) -> Any:
    """Return the condition that a cell is one of `values`, of which None is one where it is there."""
    present = [value for value in values if value is not None]
    found = field.isin(present)
    if None in values:
        return ~(found | field.is_null()) if negated else found | field.is_null()
    return (~found | field.is_null()) if negated else found & ~field.is_null()


def sort_keys(order: str | Sequence[str], names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the columns and directions that ``"loss"``, ``"-loss"`` or a list of such name.

    Raises:
        MediaError: there is no such column.
    """
    known = list(names)
    keys = []
    for item in [order] if isinstance(order, str) else order:
        if item in known:
            keys.append((item, "ascending"))
        elif item[:1] == "-" and item[1:] in known:
            keys.append((item[1:], "descending"))
        else:
            raise MediaError(f"order: there is no column {item!r}; there are {_listed(known)}")
    return keys


def sorted_rows(keys: list[tuple[str, str]], arrays: dict[str, Any]) -> Any:
    """Return the numbers of rows in order: equal ones as they were, NaN behind numbers, None last.

    Raises:
        MediaError: a column cannot be put in order.
    """
    import pyarrow as pa
    import pyarrow.compute

    pc: Any = pyarrow.compute  # as above
    names = {name: str(number) for number, name in enumerate(arrays)}
    table = pa.table({names[name]: array for name, array in arrays.items()})
    by: Any = [(names[name], direction) for name, direction in keys]
    try:
        rows = pc.sort_indices(table, sort_keys=by)
    except pa.ArrowException as error:
        raise MediaError(f"order: {', '.join(name for name, _ in keys)} cannot be put in order: {error}") from error
    return rows.to_numpy()


def _listed(names: Iterable[str]) -> str:
    known = [repr(name) for name in names]
    return ", ".join(known[:20]) + (f" and {len(known) - 20} more" if len(known) > 20 else "")  # noqa: PLR2004
