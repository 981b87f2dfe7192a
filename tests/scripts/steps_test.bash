# steps_test.bash SOURCE_FOLDER FOLDER: a step runs, is told and leaves its log in a tree
# below FOLDER, whatever it is called: on a fresh machine all packages are in its name.
set -euo pipefail
tree=$2/tree
rm --recursive --force "$tree"
mkdir --parents "$tree/scripts/lib"
cp "$1/scripts/lib/steps.bash" "$tree/scripts/lib/"
cat >"$tree/scripts/try" <<'TRY'
source "$(dirname "${BASH_SOURCE[0]}")/lib/steps.bash"
step "$@"
TRY

what="install$(printf ' package-%d' {1..60})"
said=$(bash "$tree/scripts/try" "$what" echo finished)
[[ $said == "try: $what: "*" s" ]] || { printf 'it said: %s\n' "$said"; exit 1; }
logs=("$tree"/build/log/try-install-package-1-*.log)
[[ $(<"${logs[0]}") == finished ]]

status=0
said=$(bash "$tree/scripts/try" "$what" bash -c 'echo "no such package"; exit 3' 2>&1) || status=$?
[[ $status == 1 && $said == *"FAILED after "*", status 3 (build/log/try-install-"*"no such package" ]] ||
  { printf 'status %s, it said: %s\n' "$status" "$said"; exit 1; }
