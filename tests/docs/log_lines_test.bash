# log_lines_test.bash SOURCE_FOLDER: docs/troubleshooting.md and docs/cluster.md name
# every log line, in one place, and none that does not exist.
set -euo pipefail

in_source() {
  # A line's name is the first literal after the level: "name key=value ...".
  find "$1/config" "$1/stores" "$1/actors" "$1/nodes" -name '*.cpp' -print0 |
    xargs --null grep --no-filename --after-context=2 'LogLevel::' |
    grep --only-matching --extended-regexp '"[a-z]+(_[a-z]+)+( |:|"|=)' |
    grep --invert-match '=$' | tr --delete '": ' | sort --unique
}

# in_section PAGE HEADING: the tables have a row for each, or one for some:
# | `name`, `name` | ...
in_section() {
  sed --quiet "/^## $2/,/^## /p" "$1" |
    sed --quiet --regexp-extended 's/^\| (`[a-z_]+`(, `[a-z_]+`)*) \|.*/\1/p' |
    grep --only-matching '[a-z_]*'
}

in_pages() {
  { in_section "$1/docs/troubleshooting.md" "Log lines"; in_section "$1/docs/cluster.md" "What goes over a link"; } | sort
}

source_lines=$(in_source "$1")
(($(wc --lines <<<"$source_lines") > 40)) || { echo "the source's log lines were not found" >&2; exit 1; }
diff --unified <(printf '%s\n' "$source_lines") <(in_pages "$1") || {
  echo "left: the source, right: docs/troubleshooting.md and docs/cluster.md" >&2
  exit 1
}
