"""Kill after kill: phones answer and an analyst asks for roadmaps, while the server, its worker or its PostgreSQL is killed.

``python -m faults.chaos 50`` plays fifty rounds on a server of its own and prints what was lost.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

import httpx
from msgspec import Struct

from campaign.company import done, exchanged, launched
from faults.phones import Headers, Phone, Trial, items_of
from faults.served import Server
from world import World, build_world

TARGETS = ("database", "worker", "server", "database and server")
PHONES = 6
BEFORE = 0.4
"""Seconds of taps before the kill."""


class Round(Struct, frozen=True):
    """What one round came to: requests answered well, those that had to be sent again, and acknowledged things not found."""

    killed: str
    acknowledged: int
    failed: int
    lost: int


class Play:
    """One organisation on one server: people who answer, and a closed campaign for roadmaps."""

    def __init__(self, server: Server, admin: Headers, world: World, phones: list[Phone]) -> None:
        self.server = server
        self.admin = admin
        self.world = world
        self.phones = phones
        self._roadmaps = {world.ids["roadmap_id"]}

    async def round(self, target: str) -> Round:
        """Let everybody work, kill, let it recover, look. The server is started again as a supervisor would do it;
        its PostgreSQL and its worker are the server's own business."""
        analyst, stop = Trial(), asyncio.Event()
        trials: list[Trial] = [analyst, *self.phones]
        before = _counted(trials)
        async with self.server.client() as client:
            work = [asyncio.create_task(phone.go_on(client, stop)) for phone in self.phones]
            await asyncio.sleep(BEFORE)
            planning = asyncio.create_task(self.plan(client, analyst))
            await asyncio.sleep(0.05)
            self.server.kill(target)
            if "server" in target:
                await self.server.start()
            await planning
            for phone in self.phones:
                await phone.insist(client, "GET", "/v1/respond", phone.key)
            stop.set()
            await asyncio.gather(*work)
            lost = await self._lost(client)
        said, failed = (after - old for after, old in zip(_counted(trials), before, strict=True))
        return Round(target, said, failed, lost)

    async def plan(self, client: httpx.AsyncClient, analyst: Trial) -> None:
        """A new roadmap, by a request that is one and the same however often it is sent."""
        new = {"campaign_id": self.world.ids["campaign_id"], "starts_on": "2030-01-01"}
        headers = {**self.admin, "Idempotency-Key": f'"{uuid4()}"'}
        made = done(await analyst.insist(client, "POST", "/v1/roadmaps", headers, json=new))
        self._roadmaps.add(made["id"])

    async def _lost(self, client: httpx.AsyncClient) -> int:
        """Answers that are not there; roadmaps that are not there, or twice."""
        answers = [await phone.lost(client) for phone in self.phones]
        return sum(answers) + len(self._roadmaps ^ await self._listed(client))

    async def _listed(self, client: httpx.AsyncClient) -> set[str]:
        found: set[str] = set()
        path: str | None = "/v1/roadmaps?limit=200"
        while path:
            page = done(await Trial().insist(client, "GET", path, self.admin))
            found |= {each["id"] for each in page["items"]}
            path = page["next"]
        return found


async def play_on(server: Server) -> Play:
    """Everything that rounds need, on a server that runs."""
    organisation, admin = await server.admit()
    async with server.client() as client:
        world = await build_world(client, organisation, admin)
        campaign = await launched(client, admin, {"lyon": PHONES}, key="autumn")
        keys = [await exchanged(client, person["token"]) for person in campaign.invitations]
        items = items_of(done(await client.get("/v1/respond", headers=keys[0])))
    return Play(server, admin, world, [Phone(key, items) for key in keys])


def _counted(trials: list[Trial]) -> tuple[int, int]:
    return sum(trial.acknowledged for trial in trials), sum(trial.failed for trial in trials)


def told(rounds: list[Round]) -> str:
    """The figures, one line for each target and one for all."""
    lines = [
        f"  {target:<20} rounds={len(mine)} {_sums(mine)}"
        for target in TARGETS
        if (mine := [each for each in rounds if each.killed == target])
    ]
    return "\n".join([*lines, f"rounds={len(rounds)} {_sums(rounds)}"])


def _sums(rounds: list[Round]) -> str:
    names = ("acknowledged", "failed", "lost")
    return " ".join(f"{name}={sum(getattr(each, name) for each in rounds)}" for name in names)


async def main(number: int) -> int:
    """Play so many rounds; 1 when anything was lost."""
    with tempfile.TemporaryDirectory(prefix="assess-chaos-") as folder:
        server = Server(Path(folder, "data"))
        try:
            await server.start()
            play = await play_on(server)
            rounds: list[Round] = []
            for which in range(number):
                rounds.append(await play.round(TARGETS[which % len(TARGETS)]))
                print(f"\rround {which + 1} of {number}", end="", file=sys.stderr, flush=True)
        finally:
            server.erase()
    print("", file=sys.stderr)
    print(told(rounds))
    return 1 if any(each.lost for each in rounds) else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]))))
