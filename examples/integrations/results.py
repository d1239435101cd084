"""The results of a campaign as CSV, in Python with httpx (``pip install httpx``):

    BASE=http://127.0.0.1:8321 KEY=assess_live_… python results.py first-look > results.csv

A line per team and process. Where nothing may be shown the numbers are empty, and ``state`` says why.
"""

import csv
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx

COLUMNS = [
    "team_key",
    "team",
    "headcount",
    "responses",
    "process",
    "state",
    "value",
    "low",
    "high",
    "index",
    "n",
    "coverage",
]
PATIENCE = 3


def read(client: httpx.Client, address: str) -> Any:
    """The JSON at ``address``; waits when the server asks for it, and ends with its words when it refuses."""
    for _ in range(PATIENCE):
        reply = client.get(address)
        if reply.status_code not in {429, 503}:
            break
        time.sleep(float(reply.headers.get("Retry-After", 1)))
    if reply.is_error:
        problem = reply.json()
        sys.exit(f"{problem['code']}: {problem['title']} {problem['detail']} (request {problem['request_id']})")
    return reply.json()


def campaign_called(client: httpx.Client, key: str) -> str:
    """The id of the campaign with that key, page after page."""
    address: str | None = "/v1/campaigns"
    while address:
        page = read(client, address)
        for campaign in page["items"]:
            if campaign["key"] == key:
                return str(campaign["id"])
        address = page["next"]
    sys.exit(f"there is no campaign {key!r}")


def rows(results: Any) -> Iterator[dict[str, Any]]:
    """One row for each team and process."""
    for node in results["nodes"]:
        team = {"team_key": node["key"], "team": node["name"]}
        for process in node["processes"]:
            result = process["result"]
            yield {**team, **node, **result, **(result["interval"] or {}), "process": process["key"]}


def main() -> None:
    """Print the results of the campaign that is named."""
    headers = {"Authorization": f"Bearer {os.environ['KEY']}"}
    with httpx.Client(base_url=os.environ["BASE"], headers=headers, timeout=30) as client:
        results = read(client, f"/v1/campaigns/{campaign_called(client, sys.argv[1])}/results")
    table = csv.DictWriter(sys.stdout, COLUMNS, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(rows(results))


if __name__ == "__main__":
    main()
