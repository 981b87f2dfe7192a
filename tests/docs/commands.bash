# Sourced by the tests that run the commands of a page as they stand there: the program
# is found in PATH, nodes end with the test, and every test has a loopback address of its
# own, so that the pages' port numbers are free.
set -euo pipefail

fail() {
  printf '%s\n' "$*" >&2
  head --lines=100 ./*.log >&2 2>/dev/null || true
  exit 1
}

# block_of PAGE HEADING LANGUAGE: the blocks of the language in the section, as they are.
block_of() {
  local text
  text=$(awk -v heading="$2" -v begin="\`\`\`$3" '
    !inside && /^#+ / { here = $0; sub(/^#+ /, "", here) }
    here == heading && $0 == begin { inside = 1; next }
    /^```$/ { inside = 0 }
    inside' "$1")
  [[ -n $text ]] || fail "$1: there is no block of $3 below \"$2\""
  printf '%s\n' "$text"
}

# eventually WHAT COMMAND...
eventually() {
  local tries
  for ((tries = 0; tries < 1200; ++tries)); do
    ! "${@:2}" >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  fail "not within two minutes: $1"
}

pids=()
# start LOG COMMAND...: in the background.
start() {
  "${@:2}" >"$1" 2>&1 &
  pids+=($!)
}

# end_all: each node ends well when it is asked to, the last one first.
end_all() {
  local i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill -s TERM "${pids[i]}"
    wait "${pids[i]}" || fail "node $((i + 1)) of ${#pids[@]} did not end well"
  done
  pids=()
}

kill_all() {
  ((${#pids[@]} == 0)) || kill -s KILL "${pids[@]}" 2>/dev/null || true
}
trap kill_all EXIT

export address=127.$((1 + $$ / 62500 % 200)).$(($$ / 250 % 250)).$((1 + $$ % 250))

# with_program PROGRAM: as zzz-jobs, with a surrounding that says nothing.
with_program() {
  local variable
  mkdir bin run
  ln --symbolic "$1" bin/zzz-jobs
  export PATH=$PWD/bin:$PATH RUNTIME_DIRECTORY=$PWD/run
  while read -r variable; do unset "$variable"; done < <(compgen -v ZZZ_JOBS_)
}
