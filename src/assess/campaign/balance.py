"""The balance: what each perspective counts in the score that stands beside the ordinary one; declared, never fitted."""

from collections.abc import Iterator, Sequence
from math import fsum

from assess.campaign.model import PERSPECTIVES, PerspectiveShare
from assess.errors import Finding, Invalid

TOLERANCE = 1e-9
"""How far shares may miss 1: what rounding leaves of three thirds."""
EXAMPLE = [{"perspective": "manager", "share": 0.5}, {"perspective": "member", "share": 0.5}]


class BalanceInvalid(Invalid):
    """The shares of the perspectives make no balance."""

    title_fr = "Les parts des regards ne forment pas un équilibre."


def balanced(shares: Sequence[PerspectiveShare]) -> list[PerspectiveShare]:
    """The shares in the order of the vocabulary, whatever the order in which they were said.

    Raises BalanceInvalid with every finding: a perspective stands twice, or the shares do not add up to 1.
    """
    findings = list(_faults(shares))
    if findings:
        raise BalanceInvalid(errors=findings)
    return sorted(shares, key=lambda each: PERSPECTIVES.index(each.perspective))


def _faults(shares: Sequence[PerspectiveShare]) -> Iterator[Finding]:
    said = [each.perspective for each in shares]
    free = [name for name in PERSPECTIVES if name not in said]
    for number, name in enumerate(said):
        if name in said[:number]:
            place = f"/balance/{number}/perspective"
            yield Finding(pointer=place, rule="each perspective stands once", received=name, example=free[0])
    total = fsum(each.share for each in shares)
    if abs(total - 1) > TOLERANCE:
        yield Finding(pointer="/balance", rule="shares that add up to 1", received=total, example=EXAMPLE)
