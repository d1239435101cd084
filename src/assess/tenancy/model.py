"""Who: organisations, their tree of teams, keys, and what a key may do."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from assess.words import Key, Link, Name

TeamFunction = Literal[
    "executive",
    "sales",
    "marketing",
    "offer",
    "data",
    "customer_experience",
    "service",
    "site",
    "hr",
    "finance",
    "it",
    "headquarters",
]
"""What a team does; roles of the action library are carried by teams with one of these."""

Capacity = Annotated[int, Meta(ge=0, le=1000, description="Person-days a month that the team can give to the plan")]


class Permission(Enum):
    """What a handler demands; every handler demands exactly one."""

    PUBLIC = "public"
    RESPOND = "respond"
    READ_SELF = "read_self"
    READ_ORGANISATION = "read_organisation"
    MANAGE_TEAMS = "manage_teams"
    MANAGE_KEYS = "manage_keys"
    RUN_CAMPAIGNS = "run_campaigns"
    INVITE = "invite"
    READ_PARTICIPATION = "read_participation"
    READ_RESULTS = "read_results"
    READ_MASK = "read_mask"
    MANAGE_KPIS = "manage_kpis"
    RECORD_MEASURES = "record_measures"
    PLAN = "plan"
    READ_ROADMAPS = "read_roadmaps"
    REPORT = "report"
    READ_REPORTS = "read_reports"


class Role(Enum):
    """Who holds a key."""

    ADMIN = "admin"
    CONSULTANT = "consultant"
    TEAM_LEAD = "team_lead"
    EXECUTIVE = "executive"
    AUDITOR = "auditor"


_KEYLESS = {Permission.PUBLIC, Permission.RESPOND}
_READING = {
    Permission.READ_SELF,
    Permission.READ_ORGANISATION,
    Permission.READ_PARTICIPATION,
    Permission.READ_RESULTS,
    Permission.READ_ROADMAPS,
    Permission.READ_REPORTS,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(set(Permission) - _KEYLESS),
    Role.CONSULTANT: frozenset(set(Permission) - _KEYLESS - {Permission.MANAGE_KEYS}),
    Role.TEAM_LEAD: frozenset(
        {
            Permission.READ_SELF,
            Permission.READ_ORGANISATION,
            Permission.READ_PARTICIPATION,
            Permission.READ_RESULTS,
            Permission.RECORD_MEASURES,
        }
    ),
    Role.EXECUTIVE: frozenset({Permission.READ_SELF, Permission.READ_REPORTS}),
    Role.AUDITOR: frozenset(_READING | {Permission.READ_MASK}),
}
"""What each role may do. A key's scopes can only take away from it."""


class Principal(Struct, frozen=True, kw_only=True):
    """The holder of a valid key. ``team_id``: a team lead sees and records for this team and those below it only."""

    organisation_id: UUID
    key_id: UUID
    name: str
    role: Role
    scopes: frozenset[Permission]
    team_id: UUID | None

    def may(self, permission: Permission) -> bool:
        """Whether role and scopes both allow it."""
        scoped = not self.scopes or permission in self.scopes or permission is Permission.READ_SELF
        return permission in GRANTS[self.role] and scoped


class Organisation(Struct, frozen=True, kw_only=True):
    """A company."""

    id: UUID
    key: Key
    name: Name
    created_at: datetime


class NewTeam(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A team to be: ``parent`` is another team's key."""

    key: Key
    name: Name
    parent: Key | None = None
    functions: Annotated[list[TeamFunction], Meta(max_length=12)] = []
    capacity_days: Capacity = 5
    lead: Name | None = None


class Team(Struct, frozen=True, kw_only=True):
    """The unit assessed, in its tree."""

    id: UUID
    key: Key
    name: Name
    parent_id: UUID | None
    functions: list[TeamFunction]
    capacity_days: int
    lead: str | None


class TeamPage(Struct, frozen=True, kw_only=True):
    """Teams in the order of the tree: a parent before its children, siblings by key."""

    items: list[Team]
    next: str | None


class Imported(Struct, frozen=True, kw_only=True):
    """What an import did, all or nothing: ``summary`` says "12 of 12"; with ``dry_run`` nothing was written."""

    dry_run: bool
    rows: int
    created: int
    updated: int
    unchanged: int
    summary: str


class NewApiKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to be, one per person or engagement. ``scopes``: permissions that it keeps of its role's; none = all of them."""

    name: Name
    role: Role
    scopes: list[Permission] = []
    team_id: UUID | None = None
    expires_on: date | None = None


class ApiKey(Struct, frozen=True, kw_only=True):
    """A key, without its secret."""

    id: UUID
    name: Name
    role: Role
    scopes: list[Permission]
    team_id: UUID | None
    created_at: datetime
    expires_on: date | None
    revoked_at: datetime | None
    last_used_on: date | None


class ApiKeyPage(Struct, frozen=True, kw_only=True):
    """Keys of the organisation, oldest first."""

    items: list[ApiKey]
    next: str | None


class IssuedApiKey(Struct, frozen=True, kw_only=True):
    """A new key with its secret, shown this once."""

    key: ApiKey
    secret: str


class Me(Struct, frozen=True, kw_only=True):
    """Who holds the key that asks, and where to go next."""

    organisation: Organisation
    key_id: UUID
    name: str
    role: Role
    permissions: list[Permission]
    links: list[Link]
