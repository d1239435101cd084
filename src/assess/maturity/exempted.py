"""What most of a group's people say does not apply: its weight counts until an administrator has confirmed it.

SAMM's authors hold that "does not apply" is very rarely true of a practice; without somebody who answers for it, a hard
question could be answered away.
"""

from collections.abc import Iterable

import numpy as np
from msgspec.structs import replace

from assess.maturity.arrays import Flags
from assess.maturity.exemptions.model import Exempted
from assess.maturity.model import State
from assess.maturity.panels import Panel
from assess.maturity.tallies import Cells
from assess.maturity.wholes import CODE, NOT_APPLICABLE


def confirmed(panel: Panel, cells: Cells, exempted: Iterable[Exempted]) -> Cells:
    """The cells with what does not apply told apart: confirmed, or waiting for it. Nothing else of them changes."""
    waiting = (cells.state == NOT_APPLICABLE) & ~_standing(panel, exempted)
    return replace(cells, state=np.where(waiting, CODE[State.UNCONFIRMED], cells.state).astype(np.int8))


def _standing(panel: Panel, exempted: Iterable[Exempted]) -> Flags:
    """[groups × items]: what was confirmed for every team of the group, as nobody tells the teams of a pool apart."""
    columns, teams_of = panel.asked.columns, dict[str, set[object]]()
    for each in exempted:
        if each.item in columns:
            teams_of.setdefault(each.item, set()).add(each.team_id)
    standing = np.zeros((len(panel.groups), len(panel.asked.items)), dtype=np.bool_)
    for item, teams in teams_of.items():
        standing[:, columns[item]] = [teams.issuperset(group.nodes) for group in panel.groups]
    return standing
