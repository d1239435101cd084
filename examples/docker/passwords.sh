#!/bin/sh
# The passwords of the three roles that log in; the image postgres runs this once, after it has made the roles.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=assess <<'SQL'
\getenv migrator ASSESS_MIGRATOR_PASSWORD
\getenv app ASSESS_APP_PASSWORD
\getenv backup ASSESS_BACKUP_PASSWORD
alter role assess_migrator password :'migrator';
alter role assess_app password :'app';
alter role assess_backup password :'backup';
SQL
