"""What Spark's SQL says differently than Ibis expects of it."""

from __future__ import annotations

from typing import Any

import sqlglot as sg
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import NULL
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.common.exceptions import UnsupportedOperationError


class SparkCompiler(PySparkCompiler):  # type: ignore[misc]
    """Ibis' compiler, with the meaning that its other engines give to these operations."""

    __slots__ = ()

    def visit_IsNull(self, op: Any, *, arg: Any) -> Any:
        return arg.is_(NULL)

    def visit_NotNull(self, op: Any, *, arg: Any) -> Any:
        return arg.is_(sg.not_(NULL))

    def visit_CountStar(self, op: Any, *, arg: Any, where: Any) -> Any:
        return super().visit_CountStar(op, arg=arg, where=None) if where is None else self.f.count_if(where)

    def visit_Last(self, op: Any, *, arg: Any, where: Any, order_by: Any, include_null: bool) -> Any:
        """By the greatest of what it is ordered by: Spark's own `last` takes no order."""
        if not order_by or include_null:
            raise UnsupportedOperationError("Spark gives the last value by an order only, and none that is null.")
        keys = [self._rising(sort, key) for sort, key in zip(op.order_by, order_by, strict=True)]
        known = arg.is_(sg.not_(NULL))
        of = sge.Where(this=known if where is None else sg.and_(known, where))
        return sge.Filter(this=self.f.anon.max_by(arg, self.f.anon.struct(*keys)), expression=of)

    def _rising(self, sort: Any, key: Any) -> Any:
        if sort.ascending:
            return key.this
        if not sort.arg.dtype.is_boolean():
            raise UnsupportedOperationError("Spark gives the last value by what rises, or by what is not true.")
        return sg.not_(key.this)
