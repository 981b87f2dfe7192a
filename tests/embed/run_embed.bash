#!/usr/bin/env bash
# The library as its users get it: installed and found by CMake and by
# pkg-config, and with its sources as a folder of another project. Each way
# builds the program in consumer/ and runs it.
#   run_embed.bash SOURCES BUILD_TREE COMPILER
set -euo pipefail

sources=$1 build=$2 compiler=$3
work=$build/embed
prefix=$work/prefix
consumer=$sources/tests/embed/consumer
mkdir --parents "$work/pkg-config"
cd "$work"

launcher=()
[[ -z $(command -v ccache) ]] || launcher=("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")

fail() {
  printf 'embed: %s\n' "$*" >&2
  exit 1
}

# build_consumer FOLDER OPTION...
build_consumer() {
  cmake -S "$consumer" -B "$work/$1" -G Ninja "-DCMAKE_CXX_COMPILER=$compiler" \
    "${launcher[@]}" "${@:2}"
  cmake --build "$work/$1"
  (cd "$work/$1" && ./consumer && ./member)
}

# Moved after it was installed: nothing in it may name the place.
install_library() {
  rm --recursive --force "$prefix" "$prefix.first"
  cmake --install "$build" --prefix "$prefix.first"
  mv "$prefix.first" "$prefix"
  export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
  ! grep --recursive --files-with-matches --fixed-strings --exclude='*.a' --exclude='*.so*' --exclude=zzz-jobs \
    --regexp="$build" --regexp="$sources/config/" --regexp="$sources/stores/" \
    --regexp="$sources/actors/" "$prefix" || fail "these installed files name our folders"
}

through_pkg_config() {
  local flags libraries
  read -r -a flags <<<"$(pkg-config --cflags zzz_jobs)"
  read -r -a libraries <<<"$(pkg-config --libs zzz_jobs)"
  "$compiler" -std=c++20 "${flags[@]}" "$consumer/main.cpp" "${libraries[@]}" -o pkg-config/consumer
  (cd pkg-config && LD_LIBRARY_PATH="$prefix/lib" ./consumer)
  read -r -a flags <<<"$(pkg-config --cflags zzz_jobs-cluster)"
  read -r -a libraries <<<"$(pkg-config --libs zzz_jobs-cluster)"
  "$compiler" -std=c++20 "${flags[@]}" "$consumer/member.cpp" "${libraries[@]}" -o pkg-config/member
  (cd pkg-config && LD_LIBRARY_PATH="$prefix/lib" ./member)
}

# cpu_ms COMMAND...: the CPU time it takes. Other processes hardly change it.
cpu_ms() {
  local TIMEFORMAT='%3U %3S' times
  times=$({ time "$@" >&2; } 2>&1) || fail "failed: $*: $times"
  awk '{ print int(($1 + $2) * 1000) }' <<<"${times##*$'\n'}"
}

# What a file pays for <zzz_jobs/zzz_jobs.hpp>: no third party's headers but
# msgpack's, not too much text, and less than two seconds. The best of some tries
# counts: what shares the caches makes any of them slower, and nothing faster.
price_of_the_header() {
  local flags lines try took best=999999 cpu_ms_max=2000
  read -r -a flags <<<"-std=c++20 $(pkg-config --cflags zzz_jobs)"
  printf '#include <zzz_jobs/%s.hpp>\n' nodes/cluster nodes/cluster/remote_store >cluster_headers.cpp
  printf '#include <zzz_jobs/zzz_jobs.hpp>\n' >only_header.cpp
  ! "$compiler" "${flags[@]}" -M only_header.cpp cluster_headers.cpp | tr ' ' '\n' |
    grep --extended-regexp '/(caf|pqxx|nlohmann|date)/|sqlite3\.h|libpq' || fail "users would compile these headers"
  lines=$("$compiler" "${flags[@]}" -E -P only_header.cpp | wc --lines)
  printf 'embed: <zzz_jobs/zzz_jobs.hpp> has %d lines to compile\n' "$lines"
  ((lines < 150000)) || fail "over 150,000 lines: which include of a public header brought them?"
  for try in {1..9}; do
    took=$(cpu_ms "$compiler" "${flags[@]}" -c only_header.cpp -o only_header.o)
    ((best <= took)) || best=$took
    ((try < 3 || best >= cpu_ms_max)) || break
  done
  printf 'embed: a file that includes it compiles in %d ms of CPU time, the best of %d tries\n' "$best" "$try"
  ((best < cpu_ms_max)) || fail "over $cpu_ms_max ms: what does a public header instantiate? (-ftime-report)"
}

# An installed header that includes one that is not would break here.
every_installed_header() {
  local flags header
  read -r -a flags <<<"-std=c++20 $(pkg-config --cflags zzz_jobs)"
  (cd "$prefix/include" && find zzz_jobs -name '*.hpp' -not -path '*/conformance/*') |
    sort | sed 's/.*/#include <&>/' >every_header.cpp
  "$compiler" "${flags[@]}" -Wall -Wextra -Werror -fsyntax-only every_header.cpp
}

# page_project NAME PAGE HEADING FILE...: the page's CMake file and sources, as the page
# has them, in a folder of their own, which is built.
page_project() {
  local name=$1 page=$sources/$2 heading=$3 file
  rm --recursive --force "pages/$name"
  mkdir --parents "pages/$name"
  {
    printf 'cmake_minimum_required(VERSION 3.21)\nproject(%s LANGUAGES CXX)\n' "$name"
    awk -v heading="$heading" '
      !inside && /^#+ / { here = $0; sub(/^#+ /, "", here) }
      here == heading && $0 == "```cmake" { inside = 1; next }
      /^```$/ { inside = 0 }
      inside' "$page"
  } >"pages/$name/CMakeLists.txt"
  for file in "${@:4}"; do
    cp "$build/tests/docs/made/$file" "pages/$name/"
  done
  [[ $name != words ]] || mv pages/words/words_plugin.inc pages/words/words.cpp
  cmake -S "pages/$name" -B "pages/$name/build" -G Ninja "-DCMAKE_CXX_COMPILER=$compiler" \
    "${launcher[@]}" "-DCMAKE_PREFIX_PATH=$prefix" -DCMAKE_CXX_FLAGS=-O0
  cmake --build "pages/$name/build"
}

# What the pages show of CMake; their sources are taken out of them in a build with both
# databases.
projects_of_the_pages() {
  [[ -e $build/tests/docs/made/first_job.cpp ]] || return 0
  page_project first_job README.md "Into your build" first_job.cpp
  (cd pages/first_job/build && ./first_job)
  page_project words docs/command-workers.md Plug-ins words_plugin.inc
  [[ -e pages/words/build/words.so ]] || fail "the plug-in of docs/command-workers.md is not words.so"
  page_project shelf docs/writing-a-store.md "The proof: the conformance suite" shelf_store.hpp shelf_conformance.cpp
  (cd pages/shelf/build && ./shelf_conformance)
}

# As a part of somebody's project it brings neither tests nor -Werror.
as_a_folder() {
  build_consumer folder "-DZZZ_JOBS_FOLDER=$sources" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
    -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O0
  ! grep --extended-regexp '"command".*(-Werror|/tests/[a-z]+_test)' folder/compile_commands.json ||
    fail "these commands do not belong into a user's build"
}

install_library
build_consumer package "-DCMAKE_PREFIX_PATH=$prefix"
through_pkg_config
price_of_the_header
every_installed_header
projects_of_the_pages
as_a_folder
echo "embed: all ways work"
