#include <zzz_jobs/nodes/run/examine.hpp>

#ifdef ZZZ_JOBS_HAS_POSTGRES
#include <zzz_jobs/stores/pg_doctor.hpp>
#endif

namespace zzz_jobs::node {

std::function<std::vector<DoctorFinding>()> examination_of(const NodeConfig& config) {
#ifdef ZZZ_JOBS_HAS_POSTGRES
  if (config.store.kind == StoreKind::postgres)
    return [url = config.store.url, schema = config.store.schema, retention = config.retention] {
      std::vector<DoctorFinding> all;
      for (auto& one : pg::doctor({.url = url.reveal(), .schema = schema}, retention))
        all.push_back({.check = std::move(one.check),
                       .level = std::string{to_string(one.level)},
                       .text = std::move(one.text),
                       .advice = std::move(one.advice)});
      return all;
    };
#endif
  (void)config;
  return {};
}

} // namespace zzz_jobs::node
