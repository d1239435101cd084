"""Who is who in PostgreSQL, and what each may do.

``ROLES`` and ``RIGHTS`` are run by a superuser: by the embedded server itself, by hand on an external one (the second in the
database ``assess``). ``GRANTS`` declares what the application may do with each table; the migrations grant it, a test compares.
"""

DATABASE = "assess"
OWNER = "assess_owner"
LOOKUP = "assess_lookup"
MIGRATOR = "assess_migrator"
APP = "assess_app"
BACKUP = "assess_backup"
ERASER = "assess_eraser"
SUPERUSER = "postgres"
"""Of the embedded server."""

ROLES = """
do $$
begin
  if not exists (select from pg_roles where rolname = 'assess_owner') then create role assess_owner; end if;
  if not exists (select from pg_roles where rolname = 'assess_lookup') then create role assess_lookup; end if;
  if not exists (select from pg_roles where rolname = 'assess_migrator') then create role assess_migrator; end if;
  if not exists (select from pg_roles where rolname = 'assess_app') then create role assess_app; end if;
  if not exists (select from pg_roles where rolname = 'assess_backup') then create role assess_backup; end if;
  if not exists (select from pg_roles where rolname = 'assess_eraser') then create role assess_eraser; end if;
end
$$;
alter role assess_owner nologin nosuperuser nocreatedb nocreaterole nobypassrls;
-- Owns the few functions that look something up before the organisation is known. Row-level security is forced on the
-- owner of the tables too, so these functions need an owner who passes it; nobody can log in as this one.
alter role assess_lookup nologin nosuperuser nocreatedb nocreaterole bypassrls;
alter role assess_migrator login nosuperuser nocreatedb nocreaterole nobypassrls;
alter role assess_app login nosuperuser nocreatedb nocreaterole nobypassrls;
-- Copies everything, changes nothing.
alter role assess_backup login nosuperuser nocreatedb nocreaterole bypassrls;
-- Deletes what nobody else may delete, one organisation at a time: row-level security holds for it too.
alter role assess_eraser nologin nosuperuser nocreatedb nocreaterole nobypassrls;
grant assess_owner to assess_migrator;
-- SET only: the owner may hand a function over, it does not become the one who passes row-level security.
grant assess_lookup to assess_owner with inherit false, set true;
grant assess_eraser to assess_owner with inherit false, set true;
"""
"""The roles; can be repeated."""

RIGHTS = """
do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to assess_migrator, assess_app, assess_backup', current_database());
  execute format('grant create on database %I to assess_owner', current_database());
end
$$;
"""
"""The rights on the database in which this is run, once it exists; can be repeated."""

SCRIPT = f"{ROLES}\ncreate database {DATABASE} owner {OWNER};\n\\connect {DATABASE}\n{RIGHTS}"
"""All of it for psql."""

_READ = frozenset({"SELECT"})
_KEEP = frozenset({"SELECT", "INSERT"})
_CHANGE = frozenset({"SELECT", "INSERT", "UPDATE"})
_DROP = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
_SEAL = frozenset({"MAINTAIN"})

GRANTS: dict[str, frozenset[str]] = {
    "organisation": _CHANGE,
    "questionnaire_version": _READ,
    "api_key": _CHANGE,
    "team": _CHANGE,
    "campaign": _CHANGE,
    "assessment": _DROP,
    "assessment_questionnaire": _DROP,
    "contract": _KEEP,
    "person": _DROP,
    "invitation": _DROP | _SEAL,
    "response": _DROP | _SEAL,
    "answer": _DROP | _SEAL,
    "sealed_response": _KEEP | _SEAL,
    "sealed_comment": _KEEP | _SEAL,
    "voice": _KEEP,
    "kpi_sheet": _KEEP,
    "measure": _KEEP,
    "kpi_review": _KEEP,
    "exemption": _KEEP,
    "scoring": _KEEP,
    "result": _KEEP,
    "roadmap": _KEEP,
    "plan": _CHANGE,
    "report": _KEEP,
    "idempotency_key": _DROP,
}
"""What the application may do with each table: facts that are frozen by missing verbs, not by triggers."""
