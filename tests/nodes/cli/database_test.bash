# database_test.bash PROGRAM: the verbs on a PostgreSQL database of which no node
# knows, whose URL is in DATABASE_URL.
set -euo pipefail
program=$1
: "${DATABASE_URL:?}"

folder=$(mktemp --directory)
node=''
cleanup() {
  [[ -z $node ]] || kill -KILL "$node" 2>/dev/null || true
  rm --recursive --force "$folder"
}
trap cleanup EXIT
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

# What the file names is there, also where no node runs.
cat >node.toml <<'END'
[node]
name = "alpha"
[store]
kind = "postgres"
url_env = "JOBS_URL"
[control]
socket = "node.sock"
[cluster]
listen = "127.0.0.1:0"
[[queue]]
name = "other"
[[worker]]
name = "reporter"
command = ["true"]
queue = "post"
[[cron]]
name = "nightly"
expression = "0 3 * * *"
worker = "reporter"
END
says 'no nodes' node list
says 'never' cron list --config node.toml
ticks=$("$program" cron preview nightly --count 2 --config node.toml --store-url "$DATABASE_URL")
(($(wc --lines <<<"$ticks") == 2)) || fail "cron preview: $ticks"
says 'no jobs' job list --queue post
says 'job ' cron run nightly --config node.toml
says 'reporter' job list --queue post # with the options of its worker
says 'paused' cron pause nightly --config node.toml
says 'paused' cron list --config node.toml
says 'resumed' cron resume nightly --config node.toml
says 'nightly' cron list --config node.toml
jobs=$("$program" job list --queue post --json --store-url "$DATABASE_URL")
(($(grep --count '"worker":' <<<"$jobs") == 1)) || fail "a verb has fired a tick: $jobs"
ends 3 cron run weekly --config node.toml
ends 3 cron run nightly
says 'post' stats
says 'drained' queue drain post
says 'paused' queue list
says 'resumed' queue resume post

# A node of the database, which nobody here has a link to.
JOBS_URL=$DATABASE_URL "$program" node run --config node.toml >node.log 2>&1 &
node=$!
for ((i = 0; i < 1200; i++)); do
  [[ $("$program" node list --store-url "$DATABASE_URL") == *alpha* ]] && break
  kill -0 "$node" || fail "the node has ended: $(cat node.log)"
  sleep 0.1
done
says 'alpha' node list
says 'alpha' top --once
nodes=$("$program" node list --json --store-url "$DATABASE_URL")
for part in '"state": "running"' '"linked": false' '"self": false' '"queues": []'; do
  [[ $nodes == *$part* ]] || fail "node list: $part is not in $nodes"
done
id=$(sed --quiet 's/.*"id": \([0-9]*\).*/\1/p' <<<"$nodes")
[[ $id =~ ^[0-9]+$ ]] || fail "node list: not one node: $nodes"
ends 75 node stop "$id"
[[ $(<out.log) == *'no link to it'* ]] || fail "node stop: $(<out.log)"
job=$("$program" job list --queue post --json --store-url "$DATABASE_URL" | sed --quiet 's/.*"id": \([0-9]*\).*/\1/p')
says 'unknown: ' why "$job"
says '"runs": null' why "$job" --json
kill "$node"
wait "$node" || fail "the node: status $?: $(cat node.log)"
node=''
says 'no nodes' node list
says 'no_queue: ' why "$job"
says '"runs": false' why "$job" --json
