# How everything here is compiled, and the shape of a layer.

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

find_program(ZZZ_JOBS_CCACHE ccache)
mark_as_advanced(ZZZ_JOBS_CCACHE)
if(ZZZ_JOBS_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${ZZZ_JOBS_CCACHE}")
endif()

# Programs for users; test programs stay beside their folder's build files.
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
endif()

# One spelling in the tree and after installation: <zzz_jobs/stores/job.hpp>.
set(ZZZ_JOBS_INCLUDE_DIR "${PROJECT_BINARY_DIR}/include")
file(MAKE_DIRECTORY "${ZZZ_JOBS_INCLUDE_DIR}/zzz_jobs")
foreach(folder IN ITEMS config stores actors nodes)
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${folder}" "${ZZZ_JOBS_INCLUDE_DIR}/zzz_jobs/${folder}"
       SYMBOLIC)
endforeach()
file(CREATE_LINK "${PROJECT_SOURCE_DIR}/tests/conformance"
     "${ZZZ_JOBS_INCLUDE_DIR}/zzz_jobs/conformance" SYMBOLIC)
foreach(header IN ITEMS zzz_jobs testing)
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/actors/${header}.hpp"
       "${ZZZ_JOBS_INCLUDE_DIR}/zzz_jobs/${header}.hpp" SYMBOLIC)
endforeach()

# zzz_jobs_settings(TARGET): language, warnings as errors, sanitizers.
function(zzz_jobs_settings target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
  if(PROJECT_IS_TOP_LEVEL)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(ZZZ_JOBS_SANITIZE)
    # A null reference must be recoverable, or scripts/lib/ubsan.supp could not
    # excuse those of CAF; the test presets' UBSAN_OPTIONS stop at any other.
    target_compile_options(${target} PRIVATE -fsanitize=${ZZZ_JOBS_SANITIZE}
                                             -fno-sanitize-recover=all -fno-omit-frame-pointer)
    if(ZZZ_JOBS_SANITIZE MATCHES "undefined")
      target_compile_options(${target} PRIVATE -fsanitize-recover=null)
    endif()
    target_link_options(${target} PUBLIC -fsanitize=${ZZZ_JOBS_SANITIZE})
  endif()
endfunction()

# zzz_jobs_layer(NAME SOURCES...): the objects of one folder of the library.
function(zzz_jobs_layer name)
  list(TRANSFORM ARGN PREPEND "${name}/" OUTPUT_VARIABLE sources)
  add_library(zzz_jobs_${name} OBJECT ${sources})
  zzz_jobs_settings(zzz_jobs_${name})
  target_include_directories(zzz_jobs_${name} PUBLIC "${ZZZ_JOBS_INCLUDE_DIR}"
                                                     "${PROJECT_BINARY_DIR}/generated")
  target_compile_definitions(zzz_jobs_${name} PUBLIC
                             $<$<BOOL:${ZZZ_JOBS_SQLITE}>:ZZZ_JOBS_HAS_SQLITE>
                             $<$<BOOL:${ZZZ_JOBS_POSTGRES}>:ZZZ_JOBS_HAS_POSTGRES>)
  target_link_libraries(zzz_jobs_${name} PUBLIC zzz_jobs::msgpack)
endfunction()

# zzz_jobs_node_part(NAME SOURCES...): one folder of the zzz-jobs program.
function(zzz_jobs_node_part name)
  add_library(zzz_jobs_node_${name} STATIC ${ARGN})
  zzz_jobs_settings(zzz_jobs_node_${name})
  target_compile_definitions(zzz_jobs_node_${name} PRIVATE "ZZZ_JOBS_VERSION=\"${PROJECT_VERSION}\"")
  target_link_libraries(zzz_jobs_node_${name} PUBLIC zzz_jobs::zzz_jobs)
endfunction()
