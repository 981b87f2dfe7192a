# Every header compiles alone. Where NAME.cpp includes NAME.hpp before anything
# else, the build has shown it; the others are compiled here, and again only
# when something they include has changed.
set -euo pipefail

mkdir --parents build/lint/include/zzz_jobs
for folder in config stores actors nodes tests/conformance; do
  ln --symbolic --force --no-dereference "$PWD/$folder" "build/lint/include/zzz_jobs/${folder#tests/}"
done
for header in zzz_jobs testing; do
  ln --symbolic --force "$PWD/actors/$header.hpp" "build/lint/include/zzz_jobs/$header.hpp"
done
for dialect in stores/sql/*/; do
  dialect=$(basename "$dialect")
  cmake "-DSOURCE_DIR=$PWD/stores/sql/$dialect" "-DDIALECT=$dialect" \
    "-DHEADER=$PWD/build/lint/generated/zzz_jobs/stores/sql/$dialect.hpp.new" \
    -P scripts/cmake/write_sql_header.cmake
  header=build/lint/generated/zzz_jobs/stores/sql/$dialect.hpp
  cmp --silent "$header.new" "$header" || cp "$header.new" "$header"
done

first_include() { grep --max-count=1 '^#include' "$1" | sed 's/^#include[ ]*[<"]//; s/[>"].*//'; }

# The headers that no .cpp of the same name shows to be complete.
unproved() {
  local header source
  while IFS= read -r header; do
    source=${header%.hpp}.cpp
    if [[ -f $source ]]; then
      [[ $(first_include "$source") == *"${header##*/}" ]] && continue
      printf '%s:1: own-header: include %s before anything else, which shows it to be complete\n' \
        "$source" "$header" >&3
    fi
    printf '%s\n' "$header"
  done < <(grep '\.hpp$' build/lint/sources)
}

postgres_headers=$(pkg-config --variable=includedir libpq)
catch_flags=''
[[ -e /usr/include/catch2/catch_all.hpp ]] || catch_flags=-DZZZ_JOBS_CATCH2_V2
{
  printf '%s\n' 'builddir = build/lint' 'rule alone' \
    "  command = g++ -std=c++20 -Wall -Wextra -fsyntax-only -fmax-errors=1 $catch_flags -DZZZ_JOBS_HAS_SQLITE -DZZZ_JOBS_HAS_POSTGRES -DMSGPACK_NO_BOOST -DMSGPACK_DEFAULT_API_VERSION=3 -Ibuild/lint/include -Ibuild/lint/generated -Itests -I$postgres_headers -MMD -MT \$out -MF \$out.d \$before -include \$in -x c++ /dev/null && touch \$out" \
    '  deps = gcc' '  depfile = $out.d' '  description = $in'
  unproved 3>&1 >build/lint/unproved | sed 's/^/# /'
  while IFS= read -r header; do
    printf 'build build/lint/alone/%s.ok: alone %s\n' "$header" "$header"
    # A theme of the conformance suite runs on the stores that its user names.
    [[ $header != tests/conformance/* ]] ||
      printf '  before = -include tuple -DZZZ_JOBS_CONFORMANCE_FIXTURES="std::tuple<>"\n'
  done <build/lint/unproved
} >build/lint/build.ninja
sed --quiet 's/^# //p' build/lint/build.ninja

ninja -f build/lint/build.ninja -k 0 >build/lint/alone.log 2>&1 && exit 0
sed --quiet --regexp-extended \
  's#^(build/lint/include/zzz_jobs/|./)?([^ :]+):([0-9]+):[0-9]+: (fatal error|error|warning): (.*)#\2:\3: alone: does not compile alone: \5#p' \
  build/lint/alone.log | sort --unique >build/lint/alone.found
cat build/lint/alone.found
[[ -s build/lint/alone.found ]] || { cat build/lint/alone.log >&2; exit 1; }
