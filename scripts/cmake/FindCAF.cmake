# The C++ Actor Framework as Debian packages it: headers and shared libraries,
# without a CMake package of its own. Gives CAF::core, CAF::io, CAF::openssl.
# Their headers are system headers, so CAF's warnings stay out of our builds.
find_path(CAF_INCLUDE_DIR NAMES caf/all.hpp)
if(CAF_INCLUDE_DIR)
  # One number holds the version: 1706 is 0.17.6.
  file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" _caf_line REGEX "#define CAF_VERSION ")
  string(REGEX MATCH "[0-9]+$" _caf_number "${_caf_line}")
  math(EXPR _caf_major "${_caf_number} / 10000")
  math(EXPR _caf_minor "${_caf_number} / 100 % 100")
  math(EXPR _caf_patch "${_caf_number} % 100")
  set(CAF_VERSION "${_caf_major}.${_caf_minor}.${_caf_patch}")
endif()
foreach(_part IN ITEMS core io openssl)
  find_library(CAF_${_part}_LIBRARY NAMES caf_${_part})
  if(CAF_${_part}_LIBRARY)
    set(CAF_${_part}_FOUND TRUE)
  endif()
  mark_as_advanced(CAF_${_part}_LIBRARY)
endforeach()
mark_as_advanced(CAF_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  CAF REQUIRED_VARS CAF_INCLUDE_DIR CAF_core_LIBRARY VERSION_VAR CAF_VERSION HANDLE_COMPONENTS)

if(CAF_FOUND)
  find_package(Threads REQUIRED)
  set(_caf_needs_core Threads::Threads)
  set(_caf_needs_io CAF::core)
  set(_caf_needs_openssl CAF::io)
  foreach(_part IN ITEMS core io openssl)
    if(CAF_${_part}_FOUND AND NOT TARGET CAF::${_part})
      add_library(CAF::${_part} UNKNOWN IMPORTED)
      set_target_properties(
        CAF::${_part} PROPERTIES IMPORTED_LOCATION "${CAF_${_part}_LIBRARY}"
                                 INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
                                 INTERFACE_LINK_LIBRARIES "${_caf_needs_${_part}}")
    endif()
  endforeach()
endif()
