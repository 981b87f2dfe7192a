# zzz_jobs_embed_sql(OUT_VARIABLE DIALECT): makes every stores/sql/DIALECT/**.sql
# a constant of namespace zzz_jobs::sql::DIALECT, named after its file, in the
# generated header zzz_jobs/stores/sql/DIALECT.hpp. Migrations become an array,
# in the order of their numbers; NUMBER_NAME.down.sql takes NUMBER_NAME.sql back.
# Comments stay in the files.
function(zzz_jobs_embed_sql out dialect)
  set(source_dir "${PROJECT_SOURCE_DIR}/stores/sql/${dialect}")
  set(header "${PROJECT_BINARY_DIR}/generated/zzz_jobs/stores/sql/${dialect}.hpp")
  file(GLOB_RECURSE files CONFIGURE_DEPENDS "${source_dir}/*.sql")
  add_custom_command(
    OUTPUT "${header}"
    COMMAND "${CMAKE_COMMAND}" "-DSOURCE_DIR=${source_dir}" "-DDIALECT=${dialect}"
            "-DHEADER=${header}" -P "${PROJECT_SOURCE_DIR}/scripts/cmake/write_sql_header.cmake"
    DEPENDS ${files} "${PROJECT_SOURCE_DIR}/scripts/cmake/write_sql_header.cmake"
    COMMENT "Embedding the SQL of ${dialect}")
  set(${out} "${header}" PARENT_SCOPE)
endfunction()
