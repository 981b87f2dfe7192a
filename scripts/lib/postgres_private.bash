# postgres_private.bash HOME [SETTING...]: a server for one test program, see
# tests/support/postgres.hpp. Reads one command a line from its standard input and
# answers each with "ok ..." or "error ...". When the input ends, however the test
# program ended, the server is removed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/steps.bash"
source "$root/scripts/lib/postgres.bash"

fail() {
  printf 'error %s\n' "${*//$'\n'/ }"
  exit 1
}

prepare_postgres "$1"
settings=("${@:2}")
trap remove_server EXIT
trap 'exit 143' HUP INT TERM
make_server_folder

while read -r command argument; do
  case $command in
    start)
      start_postgres "${settings[@]}"
      printf 'ok %s %s %s\n' "$pg_port" "$pg_pid" "$password"
      ;;
    stop)
      stop_postgres "$argument"
      echo ok
      ;;
    signal)
      signal_postgres "$argument"
      echo ok
      ;;
    standby)
      start_standby "${settings[@]}"
      printf 'ok %s\n' "$standby_port"
      ;;
    bouncer)
      start_bouncer
      printf 'ok %s\n' "$bouncer_port"
      ;;
    *) fail "no such command: $command" ;;
  esac
done
