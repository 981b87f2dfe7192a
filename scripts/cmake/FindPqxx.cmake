# libpqxx and the libpq below it, which Debian 12 packages without a CMake
# package, and Debian 13 too. Gives zzz_jobs::pq and zzz_jobs::pqxx; their headers
# are system headers, so their warnings and deprecations stay out of our builds.
find_path(PQXX_INCLUDE_DIR NAMES pqxx/pqxx)
find_path(PQXX_PQ_INCLUDE_DIR NAMES libpq-fe.h PATH_SUFFIXES postgresql pgsql)
find_library(PQXX_LIBRARY NAMES pqxx)
find_library(PQXX_PQ_LIBRARY NAMES pq)
mark_as_advanced(PQXX_INCLUDE_DIR PQXX_PQ_INCLUDE_DIR PQXX_LIBRARY PQXX_PQ_LIBRARY)

if(PQXX_INCLUDE_DIR)
  file(STRINGS "${PQXX_INCLUDE_DIR}/pqxx/version.hxx" _pqxx_line REGEX "define PQXX_VERSION \"")
  string(REGEX MATCH "[0-9]+(\\.[0-9]+)+" PQXX_VERSION "${_pqxx_line}")
  unset(_pqxx_line)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  Pqxx
  REQUIRED_VARS PQXX_LIBRARY PQXX_INCLUDE_DIR PQXX_PQ_LIBRARY PQXX_PQ_INCLUDE_DIR
  VERSION_VAR PQXX_VERSION
  REASON_FAILURE_MESSAGE "Debian: libpqxx-dev, libpq-dev")

# _zzz_jobs_import(NAME LIBRARY INCLUDE_DIR)
function(_zzz_jobs_import name library include_dir)
  if(NOT TARGET zzz_jobs::${name})
    add_library(zzz_jobs::${name} UNKNOWN IMPORTED)
    set_target_properties(zzz_jobs::${name} PROPERTIES
      IMPORTED_LOCATION "${library}" INTERFACE_INCLUDE_DIRECTORIES "${include_dir}")
  endif()
endfunction()
if(Pqxx_FOUND)
  _zzz_jobs_import(pq "${PQXX_PQ_LIBRARY}" "${PQXX_PQ_INCLUDE_DIR}")
  _zzz_jobs_import(pqxx "${PQXX_LIBRARY}" "${PQXX_INCLUDE_DIR}")
  set_property(TARGET zzz_jobs::pqxx PROPERTY INTERFACE_LINK_LIBRARIES zzz_jobs::pq)
endif()
