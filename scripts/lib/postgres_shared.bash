# postgres_shared.bash HOME [SETTING...]: the server that the test programs of a
# build tree share, with PgBouncer before it. Each of them holds a shared lock of
# HOME/users while it lives, and asks here for the server: it is started if there
# is none, and ends when nobody has used it for some seconds.
# Prints "ok PORT BOUNCER_PORT PASSWORD" or "error ...".
#
# With --serve it is the server itself.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/steps.bash"
source "$root/scripts/lib/postgres.bash"

idle_seconds=5

fail() {
  printf 'error %s\n' "${*//$'\n'/ }"
  exit 1
}

# The server's process holds HOME/serving as long as the server is there.
is_served() { ! flock --nonblock "$1/serving" true; }

# Exits with the lock of the users in hand: who comes now waits for it, and then
# finds no server and starts the next.
serve_until_idle() {
  local users idle=0
  exec {users}<"$1/users"
  while kill -0 "$pg_pid" 2>/dev/null; do
    sleep 1
    if flock --exclusive --nonblock "$users"; then
      ((++idle < idle_seconds)) || return 0
      flock --unlock "$users"
    else
      idle=0
    fi
  done
}

if [[ $1 == --serve ]]; then
  home=$2
  exec {serving}<"$home/serving"
  flock "$serving"
  prepare_postgres "$home"
  trap remove_server EXIT
  trap 'exit 143' HUP INT TERM
  make_server_folder
  start_postgres "${@:3}"
  start_bouncer
  echo "ok $pg_port $bouncer_port $password"
  exec >/dev/null
  serve_until_idle "$home"
  exit
fi

home=$1
umask 077
mkdir --parents "$home"
touch "$home/users" "$home/asking" "$home/serving"
exec {asking}<"$home/asking"
flock "$asking"
if ! is_served "$home"; then
  head --lines=1 >"$home/shared" \
    < <(exec setsid bash "${BASH_SOURCE[0]}" --serve "$@" {asking}<&- </dev/null 2>"$home/shared.log")
fi
cat "$home/shared"
