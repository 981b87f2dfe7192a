# Runs the program with little work and fails unless every figure is there, on
# stdout and in the file, and greater than nothing.
set(figures memory_enqueue_jobs_per_s memory_drain_jobs_per_s memory_lifecycle_jobs_per_s
    memory_latency_p50_ms memory_latency_p99_ms sleep500_ratio)
if(SQLITE)
  list(APPEND figures sqlite_full_enqueue_bulk_ratio sqlite_normal_enqueue_bulk_ratio
       sqlite_full_drain_ratio sqlite_normal_drain_ratio sqlite_full_enqueue_16_threads_ratio
       sqlite_full_latency_p50_ms sqlite_normal_latency_p50_ms sqlite_normal_latency_p99_ms
       idle_cpu_percent idle_rss_mb sqlite_backlog1m_ratio)
endif()
if(NODES)
  list(APPEND figures command_worker_ratio program_version_ms program_stripped_mb program_idle_rss_mb)
endif()
set(under)
if(POSTGRES)
  list(APPEND figures pg_enqueue_bulk_ratio pg_drain_ratio pg_drain_delete_ratio
       pg_wal_bytes_per_job pg_commits_per_job pg_enqueue_one_ratio pg_enqueue_16_threads_ratio
       pg_drain_2_processes_ratio pg_drain_4_processes_ratio pg_limit_drain_4_to_2_processes_ratio pg_latency_same_p50_ms
       pg_latency_other_p99_ms pg_backlog1m_ratio pg_kept5m_ratio pg_snapshot_ratio
       pg_idle_statements_per_s pg_idle_server_cpu_percent pg_idle_cpu_percent pg_rss_mb pg_trigger_ratio)
  if(NODES)
    list(APPEND figures cluster_start_p50_ms cluster_cancel_p50_ms gateway_drain_ratio
         cluster_guest_killed_s cluster_peer_killed_s)
  endif()
  set(under "${SERVER}" --fast)
endif()

execute_process(COMMAND ${under} "${PROGRAM}" --quick --json "${FILE}" RESULT_VARIABLE status
                OUTPUT_VARIABLE output ERROR_VARIABLE progress)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "it ended with ${status}:\n${output}${progress}")
endif()

file(READ "${FILE}" json)
foreach(figure IN LISTS figures)
  if(NOT "\n${output}" MATCHES "\n${figure} [0-9.]+ [^\n]+\n")
    message(FATAL_ERROR "no line for ${figure} in:\n${output}")
  endif()
  string(JSON value GET "${json}" figures ${figure} value)
  if(NOT value GREATER 0)
    message(FATAL_ERROR "${figure} is ${value}, which cannot be")
  endif()
endforeach()
string(JSON cores GET "${json}" machine cores)
