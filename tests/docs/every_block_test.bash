# every_block_test.bash SOURCE_FOLDER: no page shows commands or a CMake file that no
# test runs: who writes another block says here who does.
set -euo pipefail
cd "$1"

shown() {
  awk '
    FNR == 1 { inside = 0 }
    !inside && /^#+ / { heading = $0; sub(/^#+ /, "", heading) }
    !inside && /^```(sh|bash|console|cmake)$/ { print FILENAME ": " substr($0, 4) ": " heading }
    inside && /^\$ / { print FILENAME ": $: " heading }
    /^```/ { inside = !inside }
  ' README.md docs/*.md | sort --unique
}

# PAGE: LANGUAGE: HEADING # by which test
run() {
  sed --quiet 's/ *# by .*//; /./p' <<'END' | sort
README.md: cmake: Into your build                  # by tests/embed
README.md: $: Without C++: the zzz-jobs program    # by readme_commands_test.bash
docs/cli.md: sh: Five minutes                      # by tests/nodes/cli/page_test.bash
docs/cluster.md: sh: Over a network                # by cluster_certificates_test.bash
docs/command-workers.md: cmake: Plug-ins           # by tests/embed
docs/command-workers.md: sh: A program for each job # by tests/nodes/workers/command_docs_test.cpp
docs/http-api.md: sh: Over HTTP                    # by http_api_commands_test.bash
docs/postgres.md: sh: Five minutes                 # by with_database, which sets the variable
docs/sqlite.md: sh: Backups and size               # by sqlite_backup_test.bash
docs/writing-a-store.md: cmake: The proof: the conformance suite # by tests/embed
END
}

diff --unified <(run) <(shown) || {
  echo "left: what a test runs, right: what README.md and docs/ show" >&2
  exit 1
}
