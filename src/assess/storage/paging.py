"""Pages by keyset: a page begins after the last row that was seen, wherever that row is by now."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import tuple_


class Window(Struct, frozen=True, kw_only=True):
    """A part of a list: at most ``limit`` rows ``after`` a position, the values that the last row seen is ordered by."""

    after: Sequence[Any] | None
    limit: int

    def applied(self, query: Any, *order: Any, descending: bool = False) -> Any:
        """``query`` in the ``order`` of these columns, within the window and one row beyond, which tells that more follow."""
        if self.after is not None:
            place = tuple_(*map(_of, order, self.after), types=[column.type for column in order])
            query = query.where(tuple_(*order) < place if descending else tuple_(*order) > place)
        return query.order_by(*(column.desc() if descending else column for column in order)).limit(self.limit + 1)


def _of(column: Any, value: Any) -> Any:
    """A value of a cursor as its column has it: moments and ids are texts there."""
    return msgspec.convert(value, column.type.python_type)
