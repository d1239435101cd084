"""People who gave the same level many times in a row: they may not have read the questions. Told, never dropped."""

from collections.abc import Iterable, Sequence

import numpy as np

from assess.maturity.arrays import Flags, Ints
from assess.maturity.panels import Answers

RUN = 15
"""So many identical levels in a row are a straight line."""
MOVES = 0.1
"""By how many levels the overall score must move without them to be told."""


def lines(answers: Answers) -> Flags:
    """Who of these people gave at least fifteen identical levels in a row; [people × practices in the order of the form]."""
    if answers.shape[1] < RUN:
        return np.zeros(len(answers), dtype=np.bool_)
    same = (answers[:, 1:] == answers[:, :-1]) & (answers[:, 1:] >= 0)
    run = np.cumsum(np.pad(same, ((0, 0), (1, 0))), axis=1, dtype=np.int64)
    straight: Flags = (run[:, RUN - 1 :] - run[:, : 1 - RUN] == RUN - 1).any(axis=1)
    return straight


def straight_liners(forms: Iterable[tuple[Answers, Sequence[int], int]]) -> Ints:
    """The numbers of the straight-lining people. By team: its rows, the columns of its scored practices, its first person."""
    found = [start + np.flatnonzero(lines(rows[:, list(columns)])) for rows, columns, start in forms]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
