# Sourced: a private PostgreSQL server, for trials and tests.
#
# All of a server lies in one folder, locked as long as its holder or the server
# lives; a folder that nobody locks was left by a holder that was killed, and the
# next one removes it. The server dies with its holder, however that ends.
# Only the superuser needs a password: nobody else on the machine gets his rights.

# prepare_postgres FOLDER: finds the binaries, and a home for servers: FOLDER, or
# another one where the server's user could not reach that.
prepare_postgres() {
  pg_bin=${ZZZ_JOBS_POSTGRES_BIN:-$(newest_postgres)}
  [[ -x $pg_bin/initdb ]] || fail "no PostgreSQL server is installed (Debian: postgresql)"
  as_server=(env "--default-signal=INT,QUIT" --unset=PGDATA --unset=PGOPTIONS LC_ALL=C.UTF-8 setpriv)
  ((EUID != 0)) || as_server+=(--reuid=postgres --regid=postgres --init-groups)
  # The server takes no signals from our terminal, and ends at once with us.
  launch=(setsid "${as_server[@]}" --pdeathsig=QUIT)

  mkdir --parents "$1"
  pg_home=$1
  ((EUID != 0)) || "${as_server[@]}" test -x "$pg_home" || {
    pg_home=/var/tmp/zzz_jobs-postgres-$(cksum <<<"$1" | cut --delimiter=' ' --fields=1)
    mkdir "$pg_home" 2>/dev/null || true
    [[ -d $pg_home && -O $pg_home && ! -L $pg_home ]] || fail "$pg_home is somebody else's"
  }
}

newest_postgres() {
  local found
  found=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort | tail --lines=1)
  [[ -d $found ]] || found=$(dirname "$(command -v initdb || printf /none)")
  printf '%s' "$found"
}

# make_server_folder: a database cluster in $folder, copied from one that is made
# once a home; $password is its superuser's.
make_server_folder() {
  local home_lock template
  template=$pg_home/template-$(basename "$(dirname "$pg_bin")")
  exec {home_lock}<"$pg_home"
  flock "$home_lock"
  remove_left_folders
  [[ -d $template ]] || make_template "$template"
  folder=$(mktemp --directory "$pg_home/run-XXXXXX")
  exec {folder_lock}<"$folder"
  flock "$folder_lock"
  exec {home_lock}<&-

  cp --recursive --preserve=mode,ownership --reflink=auto "$template/data" "$folder/data"
  ((EUID != 0)) || chown postgres: "$folder"
  password=$(<"$template/password")
}

remove_left_folders() {
  local left
  for left in "$pg_home"/run-*; do
    [[ ! -d $left ]] || flock --nonblock "$left" rm --recursive --force "$left" || true
  done
}

make_template() {
  local new
  new=$(mktemp --directory "$pg_home/new-XXXXXX")
  # Nobody but us and the server: the password lies in it.
  head --bytes=18 /dev/urandom | base64 | tr '+/' '-_' >"$new/password"
  ((EUID != 0)) || chown --recursive postgres: "$new"
  "${as_server[@]}" "$pg_bin/initdb" --pgdata="$new/data" --username=postgres --pwfile="$new/password" \
    --auth=password --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$new/log" 2>&1 || fail "initdb: $(<"$new/log")"
  printf '%s\n' 'host all postgres 127.0.0.1/32 password' 'host all all 127.0.0.1/32 trust' \
    'host replication postgres 127.0.0.1/32 password' >"$new/data/pg_hba.conf"
  mv "$new" "$1"
}

# Below the ports that the kernel gives to outgoing connections.
random_port() { printf '%d' $((10240 + SRANDOM % 20000)); }

# start_postgres OPTION...: on the same port as before, if there was one; waits
# until it answers. Sets $pg_pid and $pg_port.
start_postgres() {
  local port attempt
  for attempt in {1..20}; do
    port=${pg_port:-$(random_port)}
    : >"$folder/log"
    "${launch[@]}" "$pg_bin/postgres" -D "$folder/data" -c "port=$port" -c listen_addresses=127.0.0.1 \
      -c unix_socket_directories= "$@" >>"$folder/log" 2>&1 </dev/null &
    pg_pid=$!
    if is_ready "$folder/data/postmaster.pid"; then
      pg_port=$port
      return
    fi
    grep --quiet 'could not bind' "$folder/log" || break
  done
  fail "the server does not start: $(<"$folder/log")"
}

# start_standby OPTION...: a standby of the running server, of the same users; it
# takes queries when this returns. Sets $standby_pid and $standby_port.
start_standby() {
  local primary_port=$pg_port
  local folder=$folder/standby pg_port='' pg_pid='' # of this server, for start_postgres
  "${as_server[@]}" mkdir "$folder"
  PGPASSWORD=$password "${as_server[@]}" "$pg_bin/pg_basebackup" --pgdata="$folder/data" --host=127.0.0.1 \
    --port="$primary_port" --username=postgres --checkpoint=fast --no-sync --write-recovery-conf 2>"$folder.log" ||
    fail "pg_basebackup: $(<"$folder.log")"
  start_postgres "$@"
  standby_pid=$pg_pid
  standby_port=$pg_port
}

# The last line of this file says when it takes connections.
is_ready() {
  local lines
  while kill -0 "$pg_pid" 2>/dev/null; do
    mapfile -t lines 2>/dev/null <"$1" || true
    [[ ${lines[0]:-} != "$pg_pid" || ${lines[7]:-} != ready* ]] || return 0
    sleep 0.01
  done
  return 1
}

# stop_postgres SIGNAL: TERM waits for clients, INT does not, QUIT is a crash.
stop_postgres() {
  [[ -n ${pg_pid:-} ]] || return 0
  signal_postgres CONT
  kill -s "$1" "$pg_pid" 2>/dev/null || true
  wait "$pg_pid" 2>/dev/null || true
  pg_pid=''
}

# signal_postgres SIGNAL: to all its processes; each has a session of its own. The
# first one goes first, so that no further ones are made meanwhile.
signal_postgres() {
  local children
  kill -s "$1" "$pg_pid" 2>/dev/null || return 0
  read -r -a children <"/proc/$pg_pid/task/$pg_pid/children" || true
  kill -s "$1" "${children[@]}" 2>/dev/null || true
}

# start_bouncer: PgBouncer in transaction mode, before the server. Sets
# $bouncer_pid and $bouncer_port.
start_bouncer() {
  local port attempt
  command -v pgbouncer >/dev/null || fail "PgBouncer is not installed (Debian: pgbouncer)"
  printf '"postgres" "%s"\n' "$password" >"$folder/bouncer.users"
  for attempt in {1..20}; do
    port=$(random_port)
    # Other roles are looked up in the server, with the superuser's rights; what was
    # opened for one is not kept long, or many short tests would use up all there is.
    printf '%s\n' '[databases]' "* = host=127.0.0.1 port=$pg_port auth_user=postgres" '[pgbouncer]' \
      'listen_addr = 127.0.0.1' "listen_port = $port" 'unix_socket_dir =' 'pool_mode = transaction' \
      'max_client_conn = 1000' 'server_idle_timeout = 2' 'auth_type = plain' "auth_file = $folder/bouncer.users" \
      'admin_users = postgres' >"$folder/bouncer.ini"
    chmod 600 "$folder/bouncer.users" "$folder/bouncer.ini"
    ((EUID != 0)) || chown postgres: "$folder/bouncer.users" "$folder/bouncer.ini"
    : >"$folder/bouncer.log"
    "${launch[@]}" "$(command -v pgbouncer)" "$folder/bouncer.ini" >>"$folder/bouncer.log" 2>&1 </dev/null &
    bouncer_pid=$!
    while kill -0 "$bouncer_pid" 2>/dev/null; do
      ! grep --quiet 'process up' "$folder/bouncer.log" || break
      sleep 0.01
    done
    if kill -0 "$bouncer_pid" 2>/dev/null; then
      bouncer_port=$port
      return
    fi
    grep --quiet --ignore-case 'address already in use' "$folder/bouncer.log" || break
  done
  fail "PgBouncer does not start: $(<"$folder/bouncer.log")"
}

# end_at_once PID: a server, where there is one.
end_at_once() {
  [[ -n $1 ]] || return 0
  kill -s QUIT "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# remove_server: nothing is left of it. For a trap of EXIT.
remove_server() {
  [[ -n ${folder:-} ]] || return 0
  end_at_once "${bouncer_pid:-}"
  end_at_once "${standby_pid:-}"
  bouncer_pid='' standby_pid=''
  stop_postgres QUIT
  rm --recursive --force "$folder"
}
