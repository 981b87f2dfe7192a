# run_sql.bash sqlite|postgres PROGRAM FILE.sql...: runs a page's SQL, block after
# block, in sqlite3 or psql on the database that PROGRAM makes, or fills (that of
# DATABASE_URL). A query must find something: the database has an example of
# everything that the pages look for.
set -euo pipefail

case $1 in
  sqlite) database=jobs.db shell=(sqlite3 -batch -bail) ;;
  postgres) database=$DATABASE_URL shell=(psql --no-psqlrc --quiet --tuples-only --set=ON_ERROR_STOP=1) ;;
esac
program=$2
shift 2
"$program" "$database"
for block in "$@"; do
  found=$("${shell[@]}" "$database" <"$block") || {
    printf 'failed: %s\n' "$block" >&2
    exit 1
  }
  printf '%s:\n%s\n' "${block##*/}" "$found"
  if [[ -z $found ]] && grep --quiet --ignore-case --extended-regexp '^(SELECT|WITH)' "$block"; then
    printf 'nothing found: %s\n' "$block" >&2
    exit 1
  fi
done
