# Sourced by every script: where the tree is, and how a step is told.
#
# A step prints one line when it ends: what it was and how long it took. Its
# output goes to build/log/ and is shown where it failed.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
name=$(basename "$0")
cd "$root" || exit
export CCACHE_DIR="${CCACHE_DIR:-$root/build/ccache}"
export CCACHE_MAXSIZE="${CCACHE_MAXSIZE:-2G}"

say() { printf '%s: %s\n' "$name" "$*"; }

fail() {
  say "$*" >&2
  exit 1
}

# usage TEXT ARGUMENT...: answers --help, and refuses options nobody knows.
usage() {
  local text=$1 known=$2 argument
  shift 2
  for argument in "$@"; do
    if [[ $argument == --help ]]; then
      printf '%s\n' "$text"
      exit 0
    elif [[ $argument == -* && " $known " != *" $argument "* ]]; then
      printf '%s: unknown option %s\n\n%s\n' "$name" "$argument" "$text" >&2
      exit 2
    fi
  done
}

# A file's name has 255 bytes at most; on a fresh machine there is much to install.
log_of() {
  local what=${1//[^a-zA-Z0-9]/-}
  printf '%s/build/log/%s-%s.log' "$root" "$name" "${what:0:100}"
}

# timed WHAT COMMAND...: runs it and tells the time; gives the command's status.
timed() {
  local what=$1 log begin=$EPOCHREALTIME status=0
  shift
  log=$(log_of "$what")
  mkdir -p "${log%/*}"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if ((status == 0)); then
    say "$what: $(seconds_since "$begin") s"
  else
    say "$what: FAILED after $(seconds_since "$begin") s, status $status (build/log/${log##*/})"
  fi
  return "$status"
}

# step WHAT COMMAND...: as timed, but a failure is shown and ends the script.
step() {
  timed "$@" && return
  show_failure "$(log_of "$1")" >&2
  exit 1
}

# The lines that tell what went wrong: passed tests and compiled files left out.
show_failure() {
  grep --extended-regexp --invert-match \
    '^\[[0-9]+/[0-9]+\] |^ +Start +[0-9]+: |Test +#[0-9]+: .* +Passed ' "$1" | tail --lines=200 || true
}

seconds_since() {
  local elapsed=$((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}))
  printf '%d.%d' $((elapsed / 1000000)) $((elapsed / 100000 % 10))
}

# What belongs to the project: tracked, or new and not ignored. A tree that was
# exported without git is taken whole.
project_files() {
  {
    git ls-files --cached --others --exclude-standard --deduplicate 2>/dev/null ||
      find . -path ./build -prune -o -path ./.git -prune -o -type f -printf '%P\n'
  } | while IFS= read -r file; do
    [[ ! -f $file ]] || printf '%s\n' "$file"
  done | LC_ALL=C sort
}
