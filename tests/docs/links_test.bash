# links_test.bash SOURCE_FOLDER: links between pages lead to files that exist and
# headings that they have.
set -euo pipefail
cd "$1"

# As GitHub makes anchors: lower case, punctuation gone, spaces to dashes.
anchors_of() {
  sed --quiet --regexp-extended 's/^#+ //p' "$1" | tr '[:upper:]' '[:lower:]' |
    sed --regexp-extended 's/[^a-z0-9 _-]//g; s/ /-/g'
}

checked=0
broken=0
for page in ./*.md docs/*.md config/*.md stores/*.md actors/*.md tests/*.md tests/*/README.md; do
  while IFS= read -r target; do
    [[ $target != http* ]] || continue
    checked=$((checked + 1))
    file=$(dirname "$page")/${target%%#*}
    [[ ${target%%#*} ]] || file=$page
    if [[ ! -e $file ]]; then
      printf '%s: %s: no such file\n' "$page" "$target"
      broken=1
    elif [[ $target == *'#'* ]] && ! anchors_of "$file" | grep --quiet --line-regexp --fixed-strings -- "${target#*#}"; then
      printf '%s: %s: no such heading\n' "$page" "$target"
      broken=1
    fi
  done < <(grep --only-matching --extended-regexp '\]\([^) ]+\)' "$page" | sed 's/^](//; s/)$//')
done
((checked > 20)) || { echo "no links were found" >&2; exit 1; }
exit "$broken"
