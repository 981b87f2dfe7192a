# What is installed, and how it is found: with find_package(zzz_jobs 0.1 CONFIG)
# or pkg-config. Both find the dependencies themselves.
include(CMakePackageConfigHelpers)

# Public headers are those directly in a layer's folder; what lies deeper
# (detail/, runtime/, sql/) stays at home.
set(include_dir "${CMAKE_INSTALL_INCLUDEDIR}/zzz_jobs")
foreach(folder IN ITEMS config stores actors tests/conformance)
  file(GLOB headers CONFIGURE_DEPENDS "${folder}/*.hpp")
  if(NOT ZZZ_JOBS_SQLITE)
    list(FILTER headers EXCLUDE REGEX "/sqlite_[a-z_]*\\.hpp$")
  endif()
  if(NOT ZZZ_JOBS_POSTGRES)
    list(FILTER headers EXCLUDE REGEX "/pg_[a-z_]*\\.hpp$")
  endif()
  get_filename_component(name "${folder}" NAME)
  install(FILES ${headers} DESTINATION "${include_dir}/${name}")
endforeach()
install(FILES actors/zzz_jobs.hpp actors/testing.hpp DESTINATION "${include_dir}")
if(ZZZ_JOBS_NODE) # for who writes plug-ins
  install(FILES nodes/plugin.hpp DESTINATION "${include_dir}/nodes")
endif()

if(ZZZ_JOBS_CLUSTER OR ZZZ_JOBS_NODE) # for whose application joins a cluster
  install(FILES nodes/cluster.hpp DESTINATION "${include_dir}/nodes")
  install(FILES nodes/cluster/cluster_system.hpp nodes/cluster/cluster_view.hpp
                nodes/cluster/remote_store.hpp DESTINATION "${include_dir}/nodes/cluster")
  install(FILES config/node/node_config.hpp DESTINATION "${include_dir}/config/node")
endif()

install(TARGETS zzz_jobs EXPORT zzz_jobs-targets)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/zzz_jobs")
install(EXPORT zzz_jobs-targets NAMESPACE zzz_jobs:: DESTINATION "${package_dir}")
if(ZZZ_JOBS_CLUSTER OR ZZZ_JOBS_NODE)
  install(TARGETS zzz_jobs_node_cluster EXPORT zzz_jobs-cluster-targets)
  install(EXPORT zzz_jobs-cluster-targets NAMESPACE zzz_jobs:: DESTINATION "${package_dir}")
endif()
configure_package_config_file(scripts/cmake/zzz_jobs-config.cmake.in zzz_jobs-config.cmake
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(zzz_jobs-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/zzz_jobs-config.cmake"
              "${PROJECT_BINARY_DIR}/zzz_jobs-config-version.cmake"
              scripts/cmake/Dependencies.cmake scripts/cmake/FindCAF.cmake
              scripts/cmake/FindPqxx.cmake
        DESTINATION "${package_dir}")

# A static library's own libraries are its user's to link.
set(ZZZ_JOBS_PC_PRIVATE "-lcaf_core -ldate-tz -pthread")
set(ZZZ_JOBS_PC_DEFINITIONS "-DMSGPACK_NO_BOOST -DMSGPACK_DEFAULT_API_VERSION=3")
if(ZZZ_JOBS_SQLITE)
  string(PREPEND ZZZ_JOBS_PC_PRIVATE "-lsqlite3 ")
  string(APPEND ZZZ_JOBS_PC_DEFINITIONS " -DZZZ_JOBS_HAS_SQLITE")
endif()
if(ZZZ_JOBS_POSTGRES)
  string(PREPEND ZZZ_JOBS_PC_PRIVATE "-lpqxx -lpq ")
  string(APPEND ZZZ_JOBS_PC_DEFINITIONS " -DZZZ_JOBS_HAS_POSTGRES")
endif()
set(ZZZ_JOBS_PC_LIBRARIES "-lzzz_jobs")
if(NOT BUILD_SHARED_LIBS)
  string(APPEND ZZZ_JOBS_PC_LIBRARIES " ${ZZZ_JOBS_PC_PRIVATE}")
endif()
# Relative to the file itself: the installed tree can be moved.
set(pkgconfig_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH ZZZ_JOBS_PC_UP "/prefix/${pkgconfig_dir}" "/prefix")
configure_file(scripts/cmake/zzz_jobs.pc.in zzz_jobs.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/zzz_jobs.pc" DESTINATION "${pkgconfig_dir}")
if(ZZZ_JOBS_CLUSTER OR ZZZ_JOBS_NODE)
  configure_file(scripts/cmake/zzz_jobs-cluster.pc.in zzz_jobs-cluster.pc @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/zzz_jobs-cluster.pc" DESTINATION "${pkgconfig_dir}")
endif()
