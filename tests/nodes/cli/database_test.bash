# database_test.bash PROGRAM: the verbs on a PostgreSQL database of which no node
# knows, whose URL is in DATABASE_URL.
set -euo pipefail
program=$1
: "${DATABASE_URL:?}"

folder=$(mktemp --directory)
trap 'rm --recursive --force "$folder"' EXIT
cd "$folder"
while read -r name; do unset "$name"; done < <(compgen -v ZZZ_JOBS_)
# A node's file that is here is about another store.
printf '[store]\npath = "jobs.db"\n' >zzz-jobs.toml

fail() { echo "database_test: $*" >&2; exit 1; }

says() { # TEXT COMMAND...: it is done, and says so
  local text=$1 said
  shift
  said=$("$program" "$@" --store-url "$DATABASE_URL") || fail "$*: status $?"
  [[ $said == *"$text"* ]] || fail "$*: \"$text\" is not in \"$said\""
}

ends() { # STATUS COMMAND...
  local status=0
  "$program" "${@:2}" --store-url "$DATABASE_URL" >out.log 2>&1 || status=$?
  ((status == $1)) || fail "${*:2}: status $status, not $1: $(cat out.log)"
}

ends 1 job list # without tables; and it makes none
says 'not yet' migrate status
says 'steps done' migrate up
says 'no jobs' job list
says 'job 1 available' enqueue mailer '{"to": 1}' --queue mail
says 'job 2 scheduled' enqueue mailer --in 1h --unique digest
says '"args": "{\"to\": 1}"' job show 1 --json
says 'mailer' job list --queue mail
says 'paused' queue pause mail
says 'paused: ' why 1
says 'due ' why 2
says 'job 2 cancelled (was scheduled)' job cancel 2
says 'job 2 retried (was cancelled)' job retry 2
says 'resumed' queue resume mail
says 'mail' queue list
ends 3 queue scale default 7
[[ $(<out.log) == *'no node was reached'* ]] || fail "queue scale: $(<out.log)"
ends 3 queue scale default 7 --everywhere
says 'store postgres' top --once
says 'store: postgres answers' health
says 'schema' doctor
says '2 jobs deleted' job delete --all --yes
ends 3 job show 1
ends 2 job list --socket x.sock
ends 2 enqueue ''
seq 1 3000 | sed 's/.*/{"worker": "mailer", "args": {"number": &}}/' >jobs.ndjson
said=$("$program" enqueue - --store-url "$DATABASE_URL" <jobs.ndjson)
[[ $said == '3,000 jobs enqueued' ]] || fail "enqueue -: $said"
[[ ! -e jobs.db ]] || fail "the other store was opened"
# The URL from a variable, which nobody sees on the command line.
said=$(JOBS_URL=$DATABASE_URL "$program" queue list --set store.kind=postgres --set store.url_env=JOBS_URL)
[[ $said == *3,000* ]] || fail "queue list: $said"
