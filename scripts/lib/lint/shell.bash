# The scripts themselves, where shellcheck is installed (scripts/setup --check).
set -euo pipefail

command -v shellcheck >/dev/null || exit 0
mapfile -t scripts < <(grep --extended-regexp '^(scripts/[a-z]+|\.ci/run|.*\.bash)$' build/lint/files)
shellcheck --shell=bash --external-sources --source-path=SCRIPTDIR --exclude=SC1091,SC2016,SC2034 --format=gcc "${scripts[@]}" |
  sed --regexp-extended 's/^([^:]+:[0-9]+):[0-9]+: [a-z]+: (.*)/\1: shellcheck: \2/' || true
