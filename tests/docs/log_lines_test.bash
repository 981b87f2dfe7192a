# log_lines_test.bash SOURCE_FOLDER PAGE: the page names every log line of the
# library, and none that does not exist.
set -euo pipefail

in_source() {
  # A line's name is the first literal after the level: "name key=value ...".
  find "$1/config" "$1/stores" "$1/actors" -name '*.cpp' -print0 |
    xargs --null grep --no-filename --after-context=2 'LogLevel::' |
    grep --only-matching --extended-regexp '"[a-z]+(_[a-z]+)+( |:|"|=)' |
    grep --invert-match '=$' | tr --delete '": ' | sort --unique
}

# Its table has a row for each: | `name` | ...
in_page() {
  sed --quiet '/^## Log lines/,/^## /p' "$1" |
    sed --quiet --regexp-extended 's/^\| `([a-z_]+)`.*/\1/p' | sort --unique
}

source_lines=$(in_source "$1")
(($(wc --lines <<<"$source_lines") > 5)) || { echo "the source's log lines were not found" >&2; exit 1; }
diff --unified <(printf '%s\n' "$source_lines") <(in_page "$2") || {
  echo "left: the source, right: $2" >&2
  exit 1
}
