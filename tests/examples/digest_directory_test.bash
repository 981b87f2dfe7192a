#!/usr/bin/env bash
# digest_directory as its users meet it: on real files, killed, interrupted, with
# other programs at its table.
#   digest_directory_test.bash PROGRAM CASE
set -euo pipefail

program=$1 case=$2
export LC_ALL=C.UTF-8
work=$(mktemp --directory "${TMPDIR:-/tmp}/digest_directory_test.XXXXXX")
tree=$work/tree db=$work/jobs.db
running=
trap '[[ -z $running ]] || kill -KILL "$running" 2>/dev/null || true; rm --recursive --force "$work"' EXIT
mkdir "$tree"

fail() {
  printf '%s: %s\n' "$case" "$*" >&2
  for output in "$work"/out "$work"/err; do
    [[ ! -s $output ]] || sed "s/^/${output##*/}: /" "$output" >&2
  done
  exit 1
}

equal() { [[ $2 == "$3" ]] || fail "$1 must be \"$3\", got \"$2\""; }

# What the sqlite3 shell sees; nothing while there is no table.
query() { [[ ! -s $db ]] || sqlite3 -cmd '.timeout 10000' "$db" "$1" 2>"$work/query_errors" || true; }
change() { sqlite3 -cmd '.timeout 10000' "$db" "$1"; }

# wait_until WHAT COMMAND...: looks until the command succeeds, for a minute.
wait_until() {
  local what=$1 deadline=$((SECONDS + 60))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || fail "waited in vain until $what"
    sleep 0.01
  done
}
at_least() { (($(query "$1" | grep . || echo 0) >= $2)); }
says() { grep --quiet --regexp="$2" "$1"; }
ended() { ! kill -0 "$running" 2>/dev/null; }
any() { "${@:2}" || "$1"; }

run() { "$program" "$tree" --db "$db" >"$work/out" 2>"$work/err" || fail "exit status $?"; }
start() {
  "$program" "$tree" --db "$db" "$@" >"$work/out" 2>"$work/err" &
  running=$!
}
# The status of what was started.
finish() {
  local status=0
  wait_until "the program ends" ended
  wait "$running" || status=$?
  running=
  equal "the exit status" "$status" "$1"
}

# Every file under $tree has one job, completed, with the digest of sha256sum.
check_all_done() {
  query "SELECT json_extract(result, '\$.sha256'), json_extract(args, '\$.path')
         FROM zzz_jobs WHERE state = 2" | sed 's/|/  /' | sort >"$work/got"
  find "$tree" -type f -exec sha256sum {} + | sort >"$work/want"
  cmp "$work/want" "$work/got" || fail "the digests must be those of sha256sum"
  equal "jobs that are not completed" "$(query 'SELECT count(*) FROM zzz_jobs WHERE state <> 2')" 0
  equal "the run" "$(query 'SELECT state FROM digest_run')" finished
}

# many_files COUNT SIZE: of different content, mostly holes.
many_files() {
  local i
  for ((i = 0; i < $1; ++i)); do
    mkdir --parents "$tree/$((i % 20))"
    printf 'file %d\n' "$i" >"$tree/$((i % 20))/$i"
    [[ $2 == 0 ]] || truncate --size="+$2" "$tree/$((i % 20))/$i"
  done
}

# --- cases --------------------------------------------------------------------

# result_of FILE: its result, found by its name as JSON holds it.
result_of() {
  local bytes base64
  bytes=$(printf %s "$1" | od -An -v -tx1 | tr --delete ' \n')
  base64=$(printf %s "$1" | base64 --wrap=0)
  query "SELECT result FROM zzz_jobs
         WHERE lower(hex(json_extract(args, '\$.path'))) = '$bytes'
            OR json_extract(args, '\$.path.\"\$bytes\"') = '$base64'"
}

# check_result FILE TEXT: digest and size of the file, words and lines of the text.
check_result() {
  local lines words
  read -r lines words <<<"$(wc --lines --words <"$2" | tr --squeeze-repeats ' ')"
  equal "the result of $1" "$(result_of "$1")" \
    "{\"bytes\":$(stat --format=%s "$1"),\"lines\":$lines,\"sha256\":\"$(sha256sum <"$1" | cut --delimiter=' ' --fields=1)\",\"words\":$words}"
}

digests_are_those_of_sha256sum() {
  local name names=(plain 'with spaces' "quote's\"" $'new\nline' $'not UTF-8 \xff\xfe' 'größer' '%41\u0041' '-n') text
  for name in "${names[@]}"; do
    # No bytes that are no character: of them newer versions of wc make words.
    printf 'a name of %d characters\nand\ta tab, größer — at last' "${#name}" >"$tree/$name"
  done
  : >"$tree/empty"
  : >"$tree/empty.gz"
  head --bytes=300000 "$program" | base64 >"$work/text" # many lines
  { printf x; printf 'ä—\u2003%.0s' {1..50000}; } >"$tree/characters across pieces"
  gzip --stdout "$work/text" >"$tree/text.gz"
  { gzip --stdout "$work/text"; gzip --stdout "$work/text"; } >"$tree/two.gz"
  cat "$work/text" "$work/text" >"$work/twice"
  base64 "$tree/text.gz" >"$tree/no gzip.gz"
  head --bytes=-9000 "$tree/text.gz" >"$tree/damaged.gz" # how long it is depends on the build
  head --bytes=50000 "$tree/text.gz" | LC_ALL=C tr --delete '\200-\377\000-\010\016-\037\177' >"$work/tail"
  { gzip --stdout "$work/text"; cat "$work/tail"; } >"$tree/and more.gz"
  ln --symbolic plain "$tree/link"
  ln --symbolic /usr "$tree/linked directory"
  mkfifo "$tree/pipe"
  seq 1 6600000 >"$tree/large" # 50 MB
  run
  for name in "${names[@]}" empty empty.gz 'no gzip.gz' 'characters across pieces' large; do
    check_result "$tree/$name" "$tree/$name"
  done
  check_result "$tree/text.gz" "$work/text"
  check_result "$tree/two.gz" "$work/twice"
  check_result "$tree/and more.gz" "$work/text"
  [[ $(result_of "$tree/damaged.gz") == *"\"lines\":$(wc --lines <"$tree/damaged.gz"),"* ]] ||
    fail "a damaged .gz must be counted as it is: $(result_of "$tree/damaged.gz")"
  equal "jobs" "$(query 'SELECT count(*) FROM zzz_jobs')" "$(find "$tree" -type f -printf '.' | wc --bytes)"
  equal "a plain path" "$(query "SELECT args FROM zzz_jobs WHERE args LIKE '%plain\"}'")" "{\"path\":\"$tree/plain\"}"
  says "$work/out" "^files  *$(query 'SELECT count(*) FROM zzz_jobs')$" || fail "the summary must count the files"
}

# Whatever a kill -9 leaves behind, the next start goes on with it.
killed_runs_go_on() {
  local seed=${ZZZ_JOBS_SEED:-$RANDOM} rounds column interrupted=0
  printf 'seed %d (ZZZ_JOBS_SEED=%d repeats it)\n' "$seed" "$seed"
  RANDOM=$seed
  many_files 1500 0
  many_files 60 2M
  for ((rounds = 6; rounds > 0; --rounds)); do
    column='1'
    ((RANDOM % 2)) && column='state = 2'
    start --concurrency 1
    wait_until "enough is done to kill it" \
      any ended at_least "SELECT coalesce(sum($column), 0) FROM zzz_jobs" $((RANDOM % 1500 + 1))
    kill -KILL "$running" 2>/dev/null || true
    wait "$running" 2>/dev/null || true
    [[ $(query 'SELECT state FROM digest_run') == finished ]] || interrupted=$((interrupted + 1))
  done
  running=
  ((interrupted > 0)) || fail "no round was interrupted"
  if [[ $(query 'SELECT state FROM digest_run') != finished ]]; then
    run
    says "$work/err" 'interrupted run goes on' || fail "it must say that it goes on"
  fi
  check_all_done
}

a_signal_drains() {
  many_files 200 2M
  start --concurrency 2
  wait_until "some are done" at_least 'SELECT count(*) FROM zzz_jobs WHERE state = 2' 5
  kill -INT "$running"
  finish 0
  equal "executing jobs" "$(query 'SELECT count(*) FROM zzz_jobs WHERE state = 1')" 0
  (($(query 'SELECT count(*) FROM zzz_jobs WHERE state = 2') < 200)) || fail "it must stop before the end"
  says "$work/out" '^left .*the same command goes on' || fail "the summary must say what is left"
  run
  check_all_done
  # Claimed ahead and handed back costs nothing.
  equal "jobs that ran twice" "$(query 'SELECT count(*) FROM zzz_jobs WHERE attempt - free_attempts > 1')" 0
}

# A file that takes hours: a second signal puts its job back, at no attempt's cost.
a_second_signal_interrupts() {
  truncate --size=1T "$tree/huge"
  start
  wait_until "it is read" at_least 'SELECT count(*) FROM zzz_jobs WHERE state = 1' 1
  kill -TERM "$running"
  wait_until "the first signal is heard" says "$work/err" 'once more to interrupt'
  kill -TERM "$running"
  finish 0
  equal "the job" "$(query 'SELECT state IN (0, 6), attempt - free_attempts FROM zzz_jobs')" '1|0'
  truncate --size=1M "$tree/huge"
  run
  check_all_done
}

# Paused in between, so that the files are gone before anybody reads them.
what_cannot_be_read_is_discarded() {
  run
  change "INSERT INTO zzz_jobs_queues (name, paused) VALUES ('digest', 1)"
  many_files 5 0
  start
  wait_until "all are enqueued" at_least "SELECT count(*) FROM digest_run WHERE state = 'working'" 1
  rm --recursive "$tree/0" "$tree/1/1"
  mkdir "$tree/1/1"
  change "UPDATE zzz_jobs_queues SET paused = 0"
  finish 0
  equal "the states" "$(query 'SELECT state, count(*) FROM zzz_jobs GROUP BY state' | tr '\n' ' ')" '2|3 4|2 '
  equal "the reasons" "$(query "SELECT json_extract(errors, '\$[#-1].error') FROM zzz_jobs WHERE state = 4 ORDER BY 1")" \
    $'cannot open: No such file or directory\ncannot read: Is a directory'
  equal "the attempts" "$(query 'SELECT DISTINCT attempt, json_array_length(errors) FROM zzz_jobs WHERE state = 4')" '3|3'
  says "$work/out" '1 times cannot open: No such file or directory' || fail "the summary must tell why"
  says "$work/out" '^discarded  *2$' || fail "the summary must count the discarded"
}

# Permissions do not bind root, but the length of a path does.
unreadable_directories_are_told() {
  local depth name
  name=$(printf 'd%.0s' {1..250})
  many_files 3 0
  cd "$tree"
  for ((depth = 0; depth < 18; ++depth)); do
    mkdir "$name"
    cd -P "$name" 2>/dev/null || fail "cannot make a path that is too long"
  done
  cd "$work"
  run
  says "$work/err" '^digest_directory: cannot read directory .*: File name too long' || fail "it must be told"
  says "$work/out" '^unreadable  *1 directories' || fail "the summary must count it"
  equal "completed jobs" "$(query 'SELECT count(*) FROM zzz_jobs WHERE state = 2')" 3
}

# A row of somebody who knows the published columns, before and while it runs.
foreign_rows_are_worked() {
  local insert="INSERT INTO zzz_jobs (queue, worker, args) VALUES ('digest', 'digest_file', "
  many_files 3 0
  printf 'one\n' >"$work/one"
  printf 'two\n' >"$work/two"
  run
  change "$insert '{\"path\": \"$work/one\"}')"
  truncate --size=1T "$tree/huge"
  start --concurrency 2
  wait_until "the first foreign row is done" at_least \
    "SELECT count(*) FROM zzz_jobs WHERE state = 2 AND args = '{\"path\": \"$work/one\"}'" 1
  change "$insert '{\"path\": \"$work/two\"}')"
  wait_until "the second is done" at_least \
    "SELECT count(*) FROM zzz_jobs WHERE state = 2 AND args = '{\"path\": \"$work/two\"}'" 1
  equal "its digest" "$(query "SELECT json_extract(result, '\$.sha256') FROM zzz_jobs WHERE args LIKE '%/two\"}'")" \
    "$(sha256sum <"$work/two" | cut --delimiter=' ' --fields=1)"
  query 'SELECT id, state, queue, worker, args, priority, attempt, max_attempts, scheduled_at,
           attempted_at, completed_at, inserted_at, errors, unique_key FROM zzz_jobs' | grep --quiet . ||
    fail "the published columns must be there: $(cat "$work/query_errors")"

  local status=0 # while it runs, no other may
  "$program" "$tree" --db "$db" >"$work/out2" 2>"$work/err2" || status=$?
  equal "the second instance's exit status" "$status" 1
  says "$work/err2" "in use by process $running" || fail "it must name the holder: $(cat "$work/err2")"

  kill -INT "$running"
  wait_until "it is heard" says "$work/err" 'once more to interrupt'
  kill -INT "$running"
  finish 0
}

# A finished run is followed by a new one, an interrupted one by no other's.
runs_follow_each_other() {
  local status=0
  many_files 30 0
  run
  rm --recursive "$tree/3"
  printf 'changed\n' >"$tree/4/4"
  printf 'new\n' >"$tree/new"
  run
  check_all_done
  truncate --size=1T "$tree/huge"
  start
  wait_until "it runs" at_least 'SELECT count(*) FROM zzz_jobs WHERE state = 1' 1
  kill -KILL "$running"
  wait "$running" 2>/dev/null || true
  running=
  mkdir "$work/other"
  "$program" "$work/other" --db "$db" >"$work/out" 2>"$work/err" || status=$?
  equal "the exit status" "$status" 2
  says "$work/err" "interrupted run over $tree;" || fail "it must name the other directory"
}

# refused TEXT ARGUMENT...
refused() {
  local text=$1 status=0
  shift
  "$program" "$@" >"$work/out" 2>"$work/err" || status=$?
  equal "the exit status of $*" "$status" 2
  says "$work/err" "^digest_directory: .*$text" || fail "\"$*\" must be refused with \"$text\""
}

the_command_line_is_checked() {
  "$program" --help | grep --quiet '^usage: digest_directory DIR --db FILE' || fail "--help must tell the usage"
  refused 'DIR is missing' --db "$db"
  refused '--db FILE is missing' "$tree"
  refused '--db: needs a value' "$tree" --db
  refused '--nonsense: no such option' "$tree" --db "$db" --nonsense
  refused 'one DIR only' "$tree" "$tree" --db "$db"
  refused 'must be 1..10000, got "0"' "$tree" --db "$db" --concurrency 0
  refused 'must be 1..10000, got "4x"' "$tree" --db "$db" --concurrency 4x
  refused 'No such file or directory' "$tree/none" --db "$db"
  [[ ! -e $db ]] || fail "a wrong command line must make no database"
}

# On a terminal one line is rewritten; the database in the tree is no file of it. The
# last file would take hours, so the line has a remaining time, until it is cut short.
progress_is_shown_in_place() {
  db=$tree/jobs.db
  many_files 20 0
  truncate --size=1T "$tree/huge"
  (cd "$tree" && exec script --quiet --return --flush --command "'$program' . --db jobs.db --concurrency 2" /dev/null) \
    </dev/null >"$work/out" &
  running=$!
  wait_until "the remaining time is shown" says "$work/out" \
    $'\r\e\\[K20/21 (95 %), [0-9]* jobs/s, 0 failed, [0-9]* \\(s\\|min\\|h\\) left'
  truncate --size=1M "$tree/huge"
  finish 0
  says "$work/out" $'\r\e\\[K21/21 (100 %), [0-9]* jobs/s, 0 failed, 0 s left' || fail "the progress line must be rewritten"
  equal "jobs" "$(query 'SELECT count(*) FROM zzz_jobs WHERE state = 2')" 21
  equal "a path" "$(query "SELECT args FROM zzz_jobs WHERE args LIKE '%/7/7\"}'")" "{\"path\":\"$tree/7/7\"}"
}

"$case"
