"""The best way to give each row a column of its own."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

_NONE = -1


def best_pairs(worth: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pairs of row and column, none twice, whose sum of `worth` is the greatest; as many as there can be, by row.

    Of equally good ones those that SciPy's `linear_sum_assignment` chooses: importing it takes as long as all else.
    Source: Crouse 2016, "On implementing 2D rectangular assignment algorithms", algorithm 1.
    """
    if worth.shape[1] < worth.shape[0]:
        return sorted((row, column) for column, row in best_pairs(worth.T))
    return list(enumerate(_Paths((-worth).tolist(), worth.shape[1]).solved()))


class _Paths:
    """Shortest augmenting paths from row to row through the columns that others have; there are no more rows."""

    def __init__(self, cost: list[list[float]], columns: int) -> None:
        self._cost = cost
        self._columns = columns
        self._of_row, self._of_column = [0.0] * len(cost), [0.0] * columns  # dual variables
        self._column, self._row = [_NONE] * len(cost), [_NONE] * columns  # that each has
        self._before = [_NONE] * columns  # row on the path
        self._reach = [math.inf] * columns  # length of the shortest path

    def solved(self) -> list[int]:
        """The column of each row."""
        for row in range(len(self._cost)):
            length, visited, column = self._shortest(row)
            self._of_row[row] += length
            for seen in visited:
                if self._row[seen] != _NONE:
                    self._of_row[self._row[seen]] += length - self._reach[seen]
                self._of_column[seen] -= length - self._reach[seen]
            before = _NONE
            while before != row:
                before = self._before[column]
                self._row[column] = before
                self._column[before], column = column, self._column[before]
        return self._column

    def _shortest(self, row: int) -> tuple[float, list[int], int]:
        """Its length, the columns that were looked at and the one that was free."""
        self._reach = [math.inf] * self._columns
        left = list(range(self._columns - 1, -1, -1))
        visited: list[int] = []
        length = 0.0
        while row != _NONE:
            self._look_from(row, length, left)
            # Of equally short ones the last that nobody has, else the first.
            length = min(self._reach[column] for column in left)
            near = [place for place, column in enumerate(left) if self._reach[column] == length]
            place = next((one for one in reversed(near) if self._row[left[one]] == _NONE), near[0])
            visited.append(left[place])
            row = self._row[left[place]]
            left[place] = left[-1]
            left.pop()
        return length, visited, visited[-1]

    def _look_from(self, row: int, length: float, left: list[int]) -> None:
        cost, of_row = self._cost[row], self._of_row[row]
        for column in left:
            reach = length + cost[column] - of_row - self._of_column[column]
            if reach < self._reach[column]:
                self._before[column] = row
                self._reach[column] = reach
