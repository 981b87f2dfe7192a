# mail_node_test.bash PROGRAM: what docs/postgres.md does in its first minutes. Two nodes
# of PROGRAM share the mails that the other program of the page enqueues; one is
# killed in the middle, the other sends what is left, and ends when it is asked to.
set -euo pipefail

node=$1
enqueue=${node%/*}/docs_enqueue_mails
mails=100

fail() {
  printf '%s\n' "$*" >&2
  head --lines=200 first first.errors second second.errors >&2
  exit 1
}

# eventually WHAT COMMAND...
eventually() {
  local tries
  for ((tries = 0; tries < 400; ++tries)); do
    ! "${@:2}" || return 0
    sleep 0.1
  done
  fail "not within 40 s: $1"
}

nodes() { psql --no-psqlrc --tuples-only --no-align --command='SELECT count(*) FROM zzz_jobs_nodes' "$DATABASE_URL" 2>/dev/null; }
both_are_there() { [[ $(nodes) == 2 ]]; }
sent_by() { sed --quiet 's/.*: mail to //p' "$@"; }
both_have_sent() { [[ $(sent_by first) && $(sent_by second) ]]; }
all_are_sent() { (($(sent_by first second | sort --unique | wc --lines) == mails)); }

pids=()
trap 'kill -s KILL "${pids[@]}" 2>/dev/null || true' EXIT
for log in first second; do
  "$node" >"$log" 2>"$log.errors" &
  pids+=($!)
done
eventually "two nodes" both_are_there
"$enqueue"
eventually "both nodes send mails" both_have_sent
kill -s KILL "${pids[0]}"
! all_are_sent || fail "the node was killed too late to show anything"
eventually "all mails are sent" all_are_sent

kill -s TERM "${pids[1]}"
wait "${pids[1]}" || fail "the node did not end well"
grep --quiet 'jobs_rescued' second.errors || fail "the jobs of the killed node were not rescued"
wc --lines first second
