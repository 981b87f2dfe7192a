# folders_test.bash SOURCE_FOLDER: the folders' READMEs name every public header,
# and the messages of the actors.
set -euo pipefail
cd "$1"

missing=0
want() { # PAGE NAME...
  local page=$1 name
  shift
  for name in "$@"; do
    grep --quiet --fixed-strings "\`$name\`" "$page" || {
      printf '%s: %s is not in it\n' "$page" "$name"
      missing=1
    }
  done
}

for folder in config stores actors; do
  for header in "$folder"/*.hpp; do
    want "$folder/README.md" "${header##*/}"
  done
done

mapfile -t messages < <(sed --quiet --regexp-extended 's/^struct ([A-Za-z]+Msg) .*/\1/p' actors/runtime/messages.hpp)
((${#messages[@]} > 10)) || { echo "the messages were not found" >&2; exit 1; }
want actors/README.md "${messages[@]}"
exit "$missing"
