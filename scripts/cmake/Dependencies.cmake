# The one place that knows how each packaged dependency is found, the same
# names on Debian 12 and 13. Also installed beside the package's configuration,
# where a missing one makes find_package(zzz_jobs) fail as its caller asked.
macro(zzz_jobs_find)
  if(CMAKE_FIND_PACKAGE_NAME STREQUAL "zzz_jobs")
    find_dependency(${ARGV})
  else()
    find_package(${ARGV} REQUIRED)
  endif()
endmacro()

if(ZZZ_JOBS_CLUSTER OR ZZZ_JOBS_NODE)
  zzz_jobs_find(CAF 0.17.6 MODULE COMPONENTS core io)
  zzz_jobs_find(OpenSSL)
else()
  zzz_jobs_find(CAF 0.17.6 MODULE COMPONENTS core)
endif()
zzz_jobs_find(date CONFIG) # date::date-tz: IANA time zones
if(ZZZ_JOBS_SQLITE)
  zzz_jobs_find(SQLite3 3.35)
endif()
if(ZZZ_JOBS_POSTGRES)
  zzz_jobs_find(Pqxx 6.4 MODULE)
endif()
if(NOT CMAKE_FIND_PACKAGE_NAME STREQUAL "zzz_jobs")
  find_package(nlohmann_json 3.11 CONFIG REQUIRED) # in no public header
endif()

if(ZZZ_JOBS_NODE AND NOT CMAKE_FIND_PACKAGE_NAME STREQUAL "zzz_jobs")
  find_package(CLI11 CONFIG REQUIRED)
  find_package(spdlog CONFIG REQUIRED)
  find_package(prometheus-cpp CONFIG REQUIRED)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(httplib REQUIRED IMPORTED_TARGET cpp-httplib)
  pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
endif()

# msgpack-c's CMake packages changed their names between 4 and 5 and pull in
# Boost, which the headers do not need with MSGPACK_NO_BOOST.
find_path(ZZZ_JOBS_MSGPACK_INCLUDE_DIR NAMES msgpack.hpp)
mark_as_advanced(ZZZ_JOBS_MSGPACK_INCLUDE_DIR)
if(NOT ZZZ_JOBS_MSGPACK_INCLUDE_DIR)
  set(zzz_jobs_FOUND FALSE)
  set(zzz_jobs_NOT_FOUND_MESSAGE "msgpack.hpp is missing (Debian: libmsgpack-cxx-dev)")
  if(NOT CMAKE_FIND_PACKAGE_NAME STREQUAL "zzz_jobs")
    message(FATAL_ERROR "${zzz_jobs_NOT_FOUND_MESSAGE}")
  endif()
elseif(NOT TARGET zzz_jobs::msgpack)
  add_library(zzz_jobs::msgpack INTERFACE IMPORTED)
  target_include_directories(zzz_jobs::msgpack SYSTEM INTERFACE "${ZZZ_JOBS_MSGPACK_INCLUDE_DIR}")
  target_compile_definitions(zzz_jobs::msgpack INTERFACE MSGPACK_NO_BOOST
                                                        MSGPACK_DEFAULT_API_VERSION=3)
endif()
