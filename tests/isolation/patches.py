"""Mutants of the code: each takes away one check that keeps people to what is theirs, by a small change of a source file."""

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

POLICIES = (
    "tests/test_rights.py::test_whatever_is_not_public_asks_who_one_is_and_counts",
    "tests/test_rights.py::test_a_role_may_exactly_what_it_is_granted",
)
ROLES = ("tests/docs/test_api_guide.py::test_the_table_of_roles_is_what_the_roles_may",)
RIGHTS = ("tests/test_rights.py",)
KEYS = ("tests/tenancy/test_tenancy_api.py",)
CANARIES = ("tests/isolation/test_canaries.py",)
LINKS = ("tests/report/test_reports_api.py",)
PROBES = ("tests/isolation/test_probes.py",)
STATEMENTS = ("tests/isolation/test_statements.py",)
PAGING = ("tests/web/test_conventions_paging.py",)
IDEMPOTENCY = ("tests/web/test_conventions_idempotency.py",)
READERS = ("tests/test_result_pages.py",)
SESSIONS = ("tests/tenancy/test_sessions.py", "tests/tenancy/test_sign_in.py", *READERS)
MEASURES = ("tests/maturity/test_measures_api.py",)
SCORES = ("tests/maturity/test_scores_api.py",)
STORY = ("tests/isolation/test_noninterference.py",)

_GUARD = re.compile(r"\[(may|may_see)\(Permission\.(\w+)\)\]")
_WEAKER = {"READ_SELF": "PUBLIC", "RESPOND": "PUBLIC"}


class Patch(Struct, frozen=True):
    """In the file at ``path`` the one place that reads ``old`` becomes ``new``; one of ``tests`` must notice."""

    name: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]
    nth: int | None = None

    def applied(self, text: str) -> str:
        """The file as the mutant has it; raises ValueError when the place is not there, or not alone."""
        if self.nth is None and text.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.path} has {text.count(self.old)} times {self.old!r}")
        head = text.split(self.old)[: (self.nth or 0) + 1]
        rest = text.split(self.old)[(self.nth or 0) + 1 :]
        return self.old.join(head) + self.new + self.old.join(rest)


def of_guards(root: Path) -> Iterator[Patch]:
    """Each handler with the weakest permission there is."""
    for path in sorted((root / "src" / "assess").rglob("*.py")):
        seen: dict[str, int] = {}
        for policy, permission in _GUARD.findall(path.read_text()):
            old = f"[{policy}(Permission.{permission})]"
            nth = seen.get(old, 0)
            seen[old] = nth + 1
            if permission != "PUBLIC":
                weaker = f"[{policy}(Permission.{_WEAKER.get(permission, 'READ_SELF')})]"
                where = str(path.relative_to(root))
                tests = POLICIES if policy == "may" else READERS
                yield Patch(f"{where}: {permission}, number {nth + 1}", where, old, weaker, tests, nth)


ACCESS, MODEL, SECRETS = "src/assess/tenancy/access.py", "src/assess/tenancy/model.py", "src/assess/storage/secrets.py"
LINK, ONCE, PAGES = "src/assess/report/links.py", "src/assess/web/idempotency.py", "src/assess/web/paging.py"
MATURITY, CAMPAIGN = "src/assess/maturity/service.py", "src/assess/campaign/service.py"
SESSION = "src/assess/tenancy/sessions.py"
SAVE, READ = "migrations/versions/0008_evidence.sql", "migrations/versions/0002_answers.sql"
ERASE = "migrations/versions/0004_retention.sql"
FOUNDATION = "migrations/versions/0001_foundation"
_OWN = "{organisation_id}/{report_id}/{expires}"
_NOT_FOUND = "if organisation_id != tx.organisation_id:"
_SCOPED = "return permission in GRANTS[self.role] and scoped"
_LEAD = "Permission.RECORD_MEASURES,\n        }"
_SECRET = 'or not hmac.compare_digest(row["secret_hash"], hash_secret(secrets.pepper, key.secret))'
_CHECKED = "return lambda said: hmac.digest(pepper, _RESPONSE_CHECK + said, sha256)[:_CHECK]"
_KEY = "own = (request.auth.organisation_id, self._path, self._filters)"
_UNSEALED = 'return text if hmac.compare_digest(tag, derive(key, "seal/tag", text)[:_TAG]) else None'
_POLICY = "using ({own}) with check ({own})"

PATCHES = (
    # what a role and a key may
    Patch("a guard lets everybody through", ACCESS, "if not principal.may(self.permission):", "if False:", RIGHTS),
    Patch(
        "a handler may have no policy",
        ACCESS,
        "if len(policies) != 1:",
        "if len(policies) > 1:",
        ("tests/web/test_app.py",),
    ),
    Patch(
        "whoever may not read results signs in",
        "src/assess/tenancy/sign_in.py",
        "if not principal.may(Permission.READ_RESULTS):",
        "if False:",
        SESSIONS,
    ),
    Patch("scopes do not count", MODEL, _SCOPED, "return permission in GRANTS[self.role]", KEYS),
    Patch("roles do not count", MODEL, _SCOPED, "return scoped", RIGHTS),
    Patch(
        "an executive reads results",
        MODEL,
        "Permission.READ_SELF, Permission.READ_REPORTS}",
        "Permission.READ_SELF, Permission.READ_REPORTS, Permission.READ_RESULTS}",
        ROLES,
    ),
    Patch(
        "an auditor invites",
        MODEL,
        "frozenset(_READING | {Permission.READ_MASK})",
        "frozenset(_READING | {Permission.READ_MASK, Permission.INVITE})",
        ROLES,
    ),
    Patch("a consultant manages keys", MODEL, "_KEYLESS - {Permission.MANAGE_KEYS})", "_KEYLESS)", ROLES),
    Patch("a team lead reads roadmaps", MODEL, _LEAD, _LEAD[:-1] + "Permission.READ_ROADMAPS}", ROLES),
    Patch("a scope beyond the role", "src/assess/tenancy/service.py", "if beyond:", "if False:", KEYS),
    Patch(
        "a key of another role with a team",
        "src/assess/tenancy/service.py",
        "if (new.role is Role.TEAM_LEAD) != (new.team_id is not None):",
        "if False:",
        KEYS,
    ),
    # whose key it is
    Patch("any secret opens a known key", ACCESS, _SECRET, "", KEYS),
    Patch("a revoked key opens", ACCESS, 'not row["revoked_at"] and not (', "not (", KEYS),
    Patch("an expired key opens", ACCESS, 'row["expires_on"] < datetime.now(UTC).date()', "False", KEYS),
    Patch(
        "keys are hashed without the pepper",
        "src/assess/tenancy/tokens.py",
        "hmac.digest(pepper, ",
        'hmac.digest(b"", ',
        ("tests/tenancy/test_tokens.py",),
    ),
    Patch("anybody makes response keys", "src/assess/campaign/tokens.py", _CHECKED, "return _checksum", CANARIES),
    Patch(
        "a key opens another form",
        SAVE,
        "    own.campaign_id = in_campaign and own.form_digest = in_form_digest, own.state\n    ) into standing",
        "    true, own.state\n    ) into standing",
        PROBES,
    ),
    Patch(
        "a key reads another form",
        READ,
        "      own.campaign_id = in_campaign and own.form_digest = in_form_digest, own.state\n    ) into campaign",
        "      true, own.state\n    ) into campaign",
        PROBES,
    ),
    # whose transaction it is
    Patch(
        "the organisation stays in the connection",
        "src/assess/storage/database.py",
        'return f"SET LOCAL assess',
        'return f"SET assess',
        STATEMENTS,
    ),
    Patch("any organisation's address is one's own", "src/assess/tenancy/api.py", _NOT_FOUND, "if False:", RIGHTS),
    Patch("policies are open", f"{FOUNDATION}.py", _POLICY, "using (true) with check (true)", PROBES),
    Patch(
        "policies are not forced", f"{FOUNDATION}.py", "force row level security", "enable row level security", PROBES
    ),
    Patch(
        "a name is taken for everybody",
        f"{FOUNDATION}.sql",
        "team_key_taken unique (organisation_id, key)",
        "team_key_taken unique (key)",
        STORY,
    ),
    Patch(
        "a save asks every organisation",
        SAVE,
        "where r.organisation_id = in_organisation and r.key_hash = in_key_hash\n    for key share",
        "where r.key_hash = in_key_hash\n    for key share",
        STATEMENTS,
    ),
    Patch(
        "an erasure asks every organisation",
        ERASE,
        "where p.organisation_id = in_organisation and",
        "where",
        STATEMENTS,
    ),
    Patch(
        "an erasure has the look-ups' rights",
        "migrations/versions/0004_retention.py",
        '"assess_eraser",',
        '"assess_lookup",',
        PROBES,
    ),
    Patch(
        "teams are read by their id alone",
        "src/assess/tenancy/store.py",
        "query = select(*_TEAM).where(team.c.organisation_id == tx.organisation_id, team.c.id == team_id)",
        "query = select(*_TEAM).where(team.c.id == team_id)",
        STATEMENTS,
    ),
    Patch(
        "people are joined by their id alone",
        "src/assess/campaign/store.py",
        "(team.c.organisation_id == person.c.organisation_id) & (team.c.id == person.c.team_id)",
        "team.c.id == person.c.team_id",
        STATEMENTS,
    ),
    # what a team lead sees
    Patch(
        "a lead sees every team's participation",
        CAMPAIGN,
        "if team.team_id in seen]",
        "]",
        ("tests/campaign/test_launch.py", *RIGHTS),
    ),
    Patch(
        "nothing is above a lead", CAMPAIGN, "if top is None:", "if True:", ("tests/campaign/test_launch.py", *RIGHTS)
    ),
    Patch("a lead sees every team's results", MATURITY, "if principal.team_id in {None, team_id}:", "if True:", RIGHTS),
    Patch(
        "a lead sees the whole campaign",
        MATURITY,
        "kept.campaign_id), principal.team_id)",
        "kept.campaign_id), None)",
        RIGHTS,
    ),
    Patch(
        "a lead sees the teams of today's tree",
        MATURITY,
        "if team_id not in at_or_below(await store.tree_of(tx, campaign_id), principal.team_id):",
        "if not await store.tree_of(tx, campaign_id):",
        ("tests/maturity/test_results_api.py",),
    ),
    Patch(
        "a lead reads what is said of the company",
        "src/assess/maturity/store.py",
        "kept.summary if kept.organisation_id in seen else NOTHING_SAID",
        "kept.summary",
        ("tests/maturity/test_results_api.py",),
    ),
    Patch("one tag for all that look", "src/assess/maturity/api.py", "{principal.team_id or 'all'}{", "all{", RIGHTS),
    Patch(
        "a lead records for every team",
        "src/assess/maturity/kpis/measures_service.py",
        "if principal.team_id is None:",
        "if True:",
        MEASURES,
    ),
    Patch(
        "a lead is told how every score is made",
        "src/assess/maturity/scores/service.py",
        "if principal.team_id is None:",
        "if True:",
        SCORES,
    ),
    Patch(
        "a lead talks of every team",
        "src/assess/maturity/discussion_service.py",
        "await store.tree_of(tx, campaign_id), principal.team_id)",
        "await store.tree_of(tx, campaign_id), None)",
        ("tests/maturity/test_discussion.py",),
    ),
    # sessions of the pages
    Patch(
        "a session that anybody wrote",
        SESSION,
        "if not hmac.compare_digest(mac, _mac(key, body)):",
        "if not raw:",
        SESSIONS,
    ),
    Patch("a session for ever", SESSION, "if now.timestamp() < session.expires else None", "", SESSIONS),
    Patch(
        "a session of a key that is revoked",
        ACCESS,
        " or not _lives(row):\n        raise NotSignedIn",
        ":\n        raise NotSignedIn",
        SESSIONS,
    ),
    # links, cursors, keys that are sent twice
    Patch(
        "any link opens",
        "src/assess/report/service.py",
        "if not holds(link_key(secrets), link, now):",
        "if False:",
        LINKS,
    ),
    Patch("a link without signature", LINK, "return same and now.timestamp()", "return now.timestamp()", LINKS),
    Patch("a link for ever", LINK, "return same and now.timestamp() < link.expires", "return same", LINKS),
    Patch("a link of any organisation", LINK, _OWN, "{report_id}/{expires}", LINKS),
    Patch("a link to any report", LINK, _OWN, "{organisation_id}/{expires}", LINKS),
    Patch("a link until any day", LINK, _OWN, "{organisation_id}/{report_id}", LINKS),
    Patch("a cursor of any organisation", PAGES, _KEY, "own = (self._path, self._filters)", (*PAGING, *CANARIES)),
    Patch("a cursor of any list", PAGES, _KEY, "own = (request.auth.organisation_id, self._filters)", PAGING),
    Patch(
        "a cursor of any filter", PAGES, _KEY, "own = (request.auth.organisation_id, self._path)", (*PAGING, *MEASURES)
    ),
    Patch("a cursor that anybody made", SECRETS, _UNSEALED, "return text", ("tests/storage/test_secrets.py", *PAGING)),
    Patch(
        "a reply to any key",
        ONCE,
        "own = (principal.organisation_id, principal.key_id, self._key)",
        "own = (principal.organisation_id, self._key)",
        IDEMPOTENCY,
    ),
    Patch("a reply to any request", ONCE, "if kept.fingerprint != self._fingerprint:", "if False:", IDEMPOTENCY),
    Patch(
        "secrets in the logs",
        "src/assess/web/logs.py",
        "return masked(json.dumps(",
        "return str(json.dumps(",
        ("tests/web/test_log_lines.py",),
    ),
)
