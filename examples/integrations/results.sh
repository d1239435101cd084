#!/bin/sh
# The results of a campaign, with curl alone:
#
#   BASE=http://127.0.0.1:8321 KEY=assess_live_… sh results.sh              the campaigns, to choose from
#   BASE=http://127.0.0.1:8321 KEY=assess_live_… sh results.sh ID FILE      the results of one of them, as JSON
#
# Run again with the same FILE it downloads only what has changed: the reply's ETag is kept beside it.
set -eu
: "${BASE:?is the address of the server, for example http://127.0.0.1:8321}"
: "${KEY:?is an API key with the permission read_results}"

# The key goes through standard input: arguments can be read by everybody on this machine.
ask() {
  printf 'header = "Authorization: Bearer %s"\n' "$KEY" |
    curl --config - --silent --show-error --fail-with-body --retry 3 --header 'Accept: application/json' "$@"
}

if [ $# -eq 0 ]; then
  ask "$BASE/v1/campaigns"
else
  ask --etag-compare "$2.etag" --etag-save "$2.etag" --output "$2" "$BASE/v1/campaigns/$1/results"
fi
