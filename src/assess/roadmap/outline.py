"""The outline of a plan: the facts, the ranking and the schedule together, from which every part of the plan is written."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from uuid import UUID

from assess.questionnaire.model import Process
from assess.roadmap.gaps import rooms
from assess.roadmap.model import PlanningFacts
from assess.roadmap.months import Calendar
from assess.roadmap.planning import Placed, schedule
from assess.roadmap.priorities import DECISION_PHASE
from assess.roadmap.ranking import Ranked, job_of, rank_actions
from assess.words import Key, Text


class Outline:
    """What one set of facts leads to; each part is computed once."""

    def __init__(self, facts: PlanningFacts):
        self.facts = facts
        self.calendar = Calendar(facts.starts_on, facts.months)
        self.capacity = {team.id: self.calendar.capacity(team.capacity_days) for team in facts.teams}
        found = rooms(facts)
        self.ranked, before = rank_actions(facts, found)
        work = [each for each in self.ranked.values() if each.action.phase < DECISION_PHASE]
        jobs = [job_of(each, before, self.calendar) for each in work]
        gaps = {room.cell: room.gap for each in found.values() for room in each}
        self.schedule = schedule(jobs, self.capacity, facts.months, gaps)
        self.places = {place.key: place for place in self.schedule.placed}

    @property
    def placed(self) -> list[Placed]:
        """The placed work by rank."""
        return [self.places[key] for key in self.ranked if key in self.places]

    @property
    def decisions(self) -> list[Ranked]:
        """The actions of phase 3 with a use, by rank."""
        return [each for each in self.ranked.values() if each.action.phase == DECISION_PHASE and each.gains]

    def end(self, key: Key) -> int:
        """The last month of a placed action."""
        return self.places[key].start + self.ranked[key].action.duration - 1

    def end_day(self, key: Key) -> date:
        """The last day of a placed action."""
        return self.calendar.last_day(self.end(key))

    def title(self, key: Key) -> Text:
        """The title of an action of the plan."""
        return self.ranked[key].action.title

    def team_name(self, team: UUID | None) -> str:
        """The name of a team."""
        return next(each.name for each in self.facts.teams if each.id == team)

    @cached_property
    def processes(self) -> dict[Key, Process]:
        """The processes that were asked."""
        return {process.key: process for body in self.facts.questionnaires.values() for process in body.processes}

    def process_title(self, key: Key) -> Text | None:
        """The title of a process that was asked."""
        return self.processes[key].title if key in self.processes else None

    def step_titles(self, keys: Iterable[Key | None]) -> list[Text]:
        """The titles of steps, in the order of the questionnaires."""
        wanted = set(keys)
        return [step.title for process in self.processes.values() for step in process.steps if step.key in wanted]
