# The tree has the agreed folders, and every source belongs to a target.
set -euo pipefail

allowed='CMakeLists.txt|CMakePresets.json|config|stores|actors|nodes|tests|scripts|docs|README.md|CHANGELOG.md|CONTRIBUTING.md|LICENSE|\..*'
cut --delimiter=/ --fields=1 build/lint/files | uniq |
  grep --extended-regexp --line-regexp --invert-match "$allowed" |
  sed 's/$/:1: layout: no such top-level entry was agreed; see CONTRIBUTING.md/' || true

# A list names sources from its own folder, with or without .cpp; the one at the
# top names those of a layer from the layer's.
listed() {
  local list folder
  while IFS= read -r list; do
    folder=${list%CMakeLists.txt}
    tr --complement --squeeze-repeats '[:alnum:]_./-' '\n' <"$list" |
      sed "s#^#$folder#; s#\.cpp\$##; s#\$#.cpp#"
  done < <(grep --extended-regexp '(^|/)CMakeLists\.txt$' build/lint/files)
}
listed | sort --unique >build/lint/listed
sed 's#^#config/#p; s#^config/#stores/#p; s#^stores/#actors/#p; s#^actors/#nodes/#' build/lint/listed >build/lint/listed-in-layers

grep '\.cpp$' build/lint/sources |
  grep --line-regexp --fixed-strings --invert-match --file=build/lint/listed --file=build/lint/listed-in-layers |
  sed 's/$/:1: unlisted: no CMakeLists.txt names it, so nothing compiles it/' || true
