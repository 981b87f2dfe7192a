# unit_test.bash SYSTEMD_ANALYZE PROGRAM UNIT: systemd finds nothing to say of the unit.
set -euo pipefail
analyze=$1 program=$2 unit=$3

folder=$(mktemp --directory)
trap 'rm --recursive --force "$folder"' EXIT

# verified NAME: what systemd says of the unit of this name.
verified() { "$analyze" verify --man=no "$folder/$1" 2>&1 || echo "status $?"; }

# A program that is not installed is not there, and is complained of.
sed "s|/usr/bin/zzz-jobs|$program|" "$unit" >"$folder/zzz-jobs.service"
said=$(verified zzz-jobs.service)
[[ -z $said ]] || { printf '%s\n' "$said" >&2; exit 1; }
# It does look: a key that is misspelt is told.
sed 's/^WatchdogSec=/WatchdogSek=/' "$folder/zzz-jobs.service" >"$folder/misspelt.service"
[[ $(verified misspelt.service) == *WatchdogSek* ]] || { echo "nothing was checked" >&2; exit 1; }
