# Catch2 2.13 is header-only and its header moved in 3: tests include
# "support/catch.hpp" and link zzz_jobs_catch.
find_package(Catch2 3 CONFIG QUIET)
if(NOT Catch2_FOUND)
  find_package(Catch2 2.13 CONFIG REQUIRED)
endif()
add_library(zzz_jobs_catch INTERFACE)
target_link_libraries(zzz_jobs_catch INTERFACE Catch2::Catch2WithMain)
if(Catch2_VERSION VERSION_LESS 3)
  target_compile_definitions(zzz_jobs_catch INTERFACE ZZZ_JOBS_CATCH2_V2)
endif()
# Assertions expand into much code that runs once: not optimised they compile
# in a third of the time, and what they test stays as users build it.
target_compile_options(zzz_jobs_catch INTERFACE $<$<CONFIG:RelWithDebInfo>:-O0>)
include(Catch)
