"""The SQL that both databases say differently: JSON made by the database itself, and the later of two times."""

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ringbook.database.schema import IdColumn, TimeColumn

ISO_8601 = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""


def _construct(
    name: str, sqlite: str, postgresql: str, kind: sa.types.TypeEngine[Any] | None = None
) -> type[FunctionElement[Any]]:
    """Return an SQL function written as `sqlite` or `postgresql`, with its arguments in place of the `@`."""
    construct = type(name, (FunctionElement,), {"inherit_cache": True, "name": name, "type": kind or sa.JSON()})

    def write(template: str) -> Any:
        def compile_(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
            return template.replace("@", compiler.process(element.clauses, **options))

        return compile_

    compiles(construct, "sqlite")(write(sqlite))
    compiles(construct, "postgresql")(write(postgresql))
    return construct


_json_object = _construct("json_object", "json_object(@)", "json_build_object(@)")
json_group = _construct("json_list", "json_group_array(@)", "coalesce(json_agg(@), '[]')")
json_bool = _construct("json_bool", "json(iif(@, 'true', 'false'))", "@")
json_time = _construct("json_time", "@", f"to_char(@ AT TIME ZONE 'UTC', {ISO_8601})")
json_array = _construct("json_array", "json_array(@)", "json_build_array(@)")
json_of_text = _construct("json_of_text", "json(@)", "CAST(@ AS json)")
"""A text that is JSON, as a part of other JSON."""

_each_text = _construct("each_text", "json_each(@)", "json_array_elements_text(CAST(@ AS json))")
_GROUPS = [f"substr(hex(@), {first}, {length})" for first, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))]
id_of_key = _construct("id_of_key", "lower(" + " || '-' || ".join(_GROUPS) + ")", "@", IdColumn)
"""The id that a ContactKey column stands for."""

latest = _construct("latest", "max(@)", "greatest(@)", TimeColumn)


def each_wanted(parameter: str = "wanted") -> sa.TableValuedAlias:
    """Return the texts of the JSON list that a parameter is, as rows with the column `value`; see encoded_list."""
    texts = _each_text(sa.bindparam(parameter, type_=sa.Text))
    return texts.table_valued(sa.column("value", sa.Text), name="asked")


def encoded_list(texts: Iterable[str]) -> str:
    """Return the JSON list that each_wanted takes."""
    return msgspec.json.encode(list(texts)).decode()


def json_object(**values: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return the JSON object of `values`, in their order."""
    return _json_object(*(part for name, value in values.items() for part in (sa.literal_column(f"'{name}'"), value)))


def json_values(columns: sa.ColumnCollection[str, Any], *names: str) -> dict[str, sa.ColumnElement[Any]]:
    """Return the named columns as they stand in JSON: times as RFC 3339 in UTC with six decimals, booleans as such."""

    def value(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[Any]:
        if name.startswith("tm"):
            return json_time(column)
        return json_bool(column) if isinstance(column.type, sa.Boolean) else column

    return {name: value(columns[name], name) for name in names}


def json_list(rows: sa.Subquery, value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return the JSON list of `value` for each of the `rows`, in their order; `[]` where there are none."""
    return sa.select(json_group(value)).select_from(rows).scalar_subquery()
