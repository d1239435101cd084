"""Counters of one server, in the Prometheus text format (version 0.0.4).

Written here: two families are a page of code, and the usual library brings thirty modules, an HTTP server among them.
"""

from bisect import bisect_left
from itertools import accumulate

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LIMITS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Upper limits of the buckets, in seconds, each included; the last bucket has none."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Times:
    """How long the replies of one route took: so many in each bucket, and seconds in all."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(LIMITS) + 1)
        self.seconds = 0.0


class Metrics:
    """Requests by method, route and status, and their times by route; nothing here is locked, one loop counts.

    Methods, routes and statuses are words of ours: none needs an escape.
    """

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, int], int] = {}
        self._times: dict[str, _Times] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request; a method that nobody has counts as OTHER, or whoever invents methods would fill the memory."""
        name = (method if method in METHODS else "OTHER", route, status)
        self._requests[name] = self._requests.get(name, 0) + 1
        times = self._times.get(route)
        if times is None:
            times = self._times[route] = _Times()
        times.buckets[bisect_left(LIMITS, seconds)] += 1
        times.seconds += seconds

    def text(self) -> str:
        """All of it, as Prometheus reads it."""
        requests = [
            f'assess_requests_total{{method="{method}",route="{route}",status="{status}"}} {number}'
            for (method, route, status), number in self._requests.items()
        ]
        times = [line for route, found in self._times.items() for line in _lines(route, found)]
        return "\n".join(
            [
                *_head("assess_requests_total", "counter", "Requests answered"),
                *requests,
                *_head("assess_request_seconds", "histogram", "Time to the end of the reply"),
                *times,
                "",
            ]
        )


def _head(name: str, kind: str, said: str) -> tuple[str, str]:
    return f"# HELP {name} {said}", f"# TYPE {name} {kind}"


def _lines(route: str, times: _Times) -> list[str]:
    """A histogram: its buckets are counted upwards, each with those below it."""
    name, upwards = "assess_request_seconds", list(accumulate(times.buckets))
    limits = [*(str(limit) for limit in LIMITS), "+Inf"]
    buckets = [
        f'{name}_bucket{{route="{route}",le="{limit}"}} {number}' for limit, number in zip(limits, upwards, strict=True)
    ]
    rest = [f'{name}_count{{route="{route}"}} {upwards[-1]}', f'{name}_sum{{route="{route}"}} {times.seconds!r}']
    return [*buckets, *rest]
