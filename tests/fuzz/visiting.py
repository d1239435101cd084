"""A visit to the pages for people, as a browser makes it: in with a key, around, and out."""

import httpx

from assess.web.page_replies import FORM
from world import World

_SENT = {"Sec-Fetch-Site": "same-origin", "Content-Type": FORM}


async def visit(client: httpx.AsyncClient, world: World) -> None:
    """One good exchange of every page; the cookie goes with the visit."""
    ids, key = world.ids, world.keys["admin"]["Authorization"].removeprefix("Bearer ")
    campaign = f"/results/{ids['campaign_id']}"
    score = f"{campaign}/explanations/{ids['score_id']}"
    await _answered(client, "GET", f"/sign-in?lang=en&next={campaign}")
    await _answered(client, "POST", "/sign-in?lang=fr", headers=_SENT, data={"next": campaign, "key": key})
    for path in ("/results", campaign, f"{campaign}?lang=en&page=1", f"{campaign}/teams/{ids['team_id']}", score):
        await _answered(client, "GET", path)
    await _answered(client, "GET", f"{score}?lang=en&of=off-listen")
    await _answered(client, "POST", "/sign-out", headers=_SENT, data={"lang": "fr"})
    client.cookies.clear()


async def _answered(client: httpx.AsyncClient, method: str, path: str, **sent: object) -> None:
    reply = await client.request(method, path, **sent)
    assert reply.status_code in {200, 303}, f"{method} {path}: {reply.text}"
    assert "/sign-in?" not in reply.headers.get("location", "") or path == "/sign-out", path
