# The zzz-jobs program with what belongs to it, and the Debian package of both.
include(GNUInstallDirs)
install(TARGETS zzz-jobs RUNTIME COMPONENT program)

set(generated "${PROJECT_BINARY_DIR}/program")
# The program writes its completions and its page itself, so they are never behind.
add_custom_command(
  OUTPUT "${generated}/zzz-jobs.bash" "${generated}/_zzz-jobs"
  COMMAND "${CMAKE_COMMAND}" -E make_directory "${generated}"
  COMMAND zzz-jobs completion bash > "${generated}/zzz-jobs.bash"
  COMMAND zzz-jobs completion zsh > "${generated}/_zzz-jobs"
  DEPENDS zzz-jobs VERBATIM)
add_custom_target(program_files ALL DEPENDS "${generated}/zzz-jobs.bash" "${generated}/_zzz-jobs")

install(FILES "${generated}/zzz-jobs.bash" RENAME zzz-jobs COMPONENT program
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
install(FILES "${generated}/_zzz-jobs" COMPONENT program
        DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions")
install(FILES docs/zzz-jobs.1 COMPONENT program DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES nodes/service/zzz-jobs.service COMPONENT program DESTINATION lib/systemd/system)
install(FILES config/quickstart.toml config/production.toml config/cluster.toml COMPONENT program
        DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/zzz-jobs/examples")
install(FILES docs/node-file.md docs/cli.md docs/command-workers.md docs/http-api.md LICENSE
        CHANGELOG.md COMPONENT program DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/zzz-jobs")

# --- cpack -G DEB: zzz-jobs_VERSION_ARCH.deb ---------------------------------------

# Not by `cmake --install`, which stays below its prefix; what an administrator
# changes in it is kept.
install(FILES nodes/service/zzz-jobs.toml COMPONENT etc EXCLUDE_FROM_ALL DESTINATION /etc/zzz-jobs)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME zzz-jobs)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_CONTACT "The zzz_jobs project")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Background jobs: queues, workers, schedules, retries")
set(CPACK_PACKAGE_DESCRIPTION
    "A node executes jobs that are kept in memory, SQLite or PostgreSQL, with programs of any
language or plug-ins in C++ as workers; its verbs show and control what happens.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program etc)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS tzdata)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${PROJECT_SOURCE_DIR}/nodes/service/conffiles;${PROJECT_SOURCE_DIR}/nodes/service/postinst;${PROJECT_SOURCE_DIR}/nodes/service/prerm;${PROJECT_SOURCE_DIR}/nodes/service/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
