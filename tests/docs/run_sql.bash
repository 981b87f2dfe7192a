# run_sql.bash PROGRAM FILE.sql...: runs a page's SQL, block after block, in the
# sqlite3 shell on the database that PROGRAM makes. A query must find something:
# the database has an example of everything that the pages look for.
set -euo pipefail

program=$1
shift
"$program" jobs.db
for block in "$@"; do
  found=$(sqlite3 -batch -bail jobs.db <"$block") || {
    printf 'failed: %s\n' "$block" >&2
    exit 1
  }
  printf '%s:\n%s\n' "${block##*/}" "$found"
  if [[ -z $found ]] && grep --quiet --ignore-case --extended-regexp '^(SELECT|WITH)' "$block"; then
    printf 'nothing found: %s\n' "$block" >&2
    exit 1
  fi
done
