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

execute_process(COMMAND "${PROGRAM}" --quick --json "${FILE}" RESULT_VARIABLE status
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
