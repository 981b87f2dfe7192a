#pragma once

#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/detail/direct_starts.hpp>
#include <zzz_jobs/stores/detail/pg_pipeline.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace zzz_jobs::detail::pg {

/// Inserts the new jobs of a batch. Jobs without keys cost no round trip; keys
/// are inserted together and then their answer is awaited, because who lost to a
/// live job must hear which.
class Enqueues {
public:
  struct Setup {
    UnixTime now{};
    std::int64_t node_id = 0;
    /// Keys in their order: two transactions cannot wait for each other then.
    bool sorted_keys = false;
  };

  /// Direct starts become part of `result.claimed`.
  Enqueues(const Batch& batch, const DirectStarts& direct, const Setup& setup, BatchResult& result);

  /// Those from `first` up to `last`. The answers come when the pipeline settles
  /// or commits; this must live until then.
  void send(Pipeline& pipeline, std::size_t first, std::size_t last);

  /// The transaction was committed and its answers are lost.
  void assume_inserted();

private:
  /// What rows of a batch can be inserted together.
  enum class Kind : std::uint8_t { plain, keyed, replacing, tick };
  using Run = std::vector<std::size_t>; ///< indexes in the batch

  [[nodiscard]] Kind kind_of(const NewJob& job) const;
  [[nodiscard]] const NewJob& job(std::size_t index) const { return batch_.enqueues[index]; }
  [[nodiscard]] Enqueued& done(std::size_t index) { return result_.enqueued[index]; }
  void send_run(Pipeline& pipeline, Kind kind, Run run);
  void send_plain(Pipeline& pipeline, const Run& run);
  void insert(Pipeline& pipeline, Run run);
  void insert_started(Pipeline& pipeline, std::size_t claim, Run run);
  void insert_keyed(Pipeline& pipeline, Run run);
  void replace(Pipeline& pipeline, Run run);
  void fire(Pipeline& pipeline, std::size_t index);
  void cancel_holders(Pipeline& pipeline, const Run& run);
  [[nodiscard]] Run try_keys(Pipeline& pipeline, const Run& run);
  [[nodiscard]] Run answer_with_holders(Pipeline& pipeline, const Run& run);
  [[nodiscard]] bool differ_in_args_alone(const Run& run) const;
  [[nodiscard]] Params columns(const Run& run) const;
  [[nodiscard]] Params columns_of_same(const Run& run) const;
  [[nodiscard]] Params keys(const Run& run) const;
  [[nodiscard]] Run in_order(Run run) const;

  const Batch& batch_;
  const DirectStarts& direct_;
  Setup setup_;
  BatchResult& result_;
};

} // namespace zzz_jobs::detail::pg
