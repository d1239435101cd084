"""What every schedule must respect, checked without a line of the planner's code."""

from collections import defaultdict
from fractions import Fraction


def faults(jobs, schedule, capacity, months, change_limit=3):
    """Every broken rule of a schedule, in words; none when it is feasible."""
    places = {place.key: place for place in schedule.placed}
    dropped = {left.key for left in schedule.dropped}
    return [
        *_everything_has_one_outcome(jobs, places, dropped),
        *_places(jobs, places, months),
        *_sums(jobs, places, capacity, change_limit),
    ]


def _everything_has_one_outcome(jobs, places, dropped):
    keys = {job.key for job in jobs}
    if set(places) | dropped != keys or set(places) & dropped:
        yield f"placed {set(places)} and dropped {dropped} are not {keys}, each once"


def _places(jobs, places, months):
    duration = {job.key: job.duration for job in jobs}
    for job in jobs:
        place = places.get(job.key)
        if place is None:
            continue
        if place.start < 0 or place.start + job.duration > months:
            yield f"{job.key} leaves the plan"
        if place.start not in job.starts:
            yield f"{job.key} leaves its window"
        for key in job.after:
            if key not in places or places[key].start + duration[key] > place.start:
                yield f"{job.key} does not wait for {key}"
        if any(key in places for key in job.excludes):
            yield f"{job.key} stands beside what it excludes"


def _sums(jobs, places, capacity, change_limit):
    days, load = defaultdict(Fraction), defaultdict(int)
    for job in jobs:
        if job.key in places:
            place = places[job.key]
            way = job.ways[place.way]
            for (team, offset), wanted in way.demand.items():
                days[team, place.start + offset] += wanted
            for team, points in way.change.items():
                for turn in range(job.duration):
                    load[team, place.start + turn] += points
    for (team, month), used in days.items():
        if used > capacity[team][month]:
            yield f"{team} gives {used} days in month {month}"
    for (team, month), points in load.items():
        if points > change_limit:
            yield f"{team} bears {points} points of change in month {month}"
