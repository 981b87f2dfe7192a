#include <zzz_jobs/stores/detail/pg_outcomes.hpp>

#include <zzz_jobs/stores/detail/times.hpp>
#include <zzz_jobs/stores/error_history.hpp>

#include <unordered_map>
#include <utility>

namespace zzz_jobs::detail::pg {
namespace {

std::int64_t seconds_of(UnixTime time) {
  return time.time_since_epoch().count();
}

template <class Ends>
Params claims_of(const Ends& ends) {
  Params params;
  params.add_int64s(ends, [](const auto& end) { return end.claim.job_id; });
  params.add_int32s(ends, [](const auto& end) { return end.claim.attempt; });
  return params;
}

/// The one of `ends` that an answered row belongs to, searched from where the
/// last one was found: the answers come in the order of the question.
template <class Ends>
const typename Ends::value_type* find_next(const Ends& ends, std::size_t& place, std::int64_t id) {
  for (std::size_t seen = 0; seen < ends.size(); ++seen, ++place) {
    if (place >= ends.size())
      place = 0;
    if (ends[place].claim.job_id == id)
      return &ends[place++];
  }
  return nullptr;
}

} // namespace

Outcomes::Outcomes(const Batch& batch, const Limits& limits, UnixTime now, BatchResult& result)
  : batch_(batch), limits_(limits), now_(now), result_(result) {
  result_.outcomes.assign(batch.outcomes.size(), OutcomeResult::refused);
  result_.outcome_states.assign(batch.outcomes.size(), JobState::available);
  sort_by_statement();
}

/// One outcome a job goes out, though the statements change their order: of those
/// of one claim the first counts, and where a later claim is known, earlier ones
/// were lost.
void Outcomes::sort_by_statement() {
  struct Counted {
    std::int32_t attempt = 0;
    std::size_t index = 0;
  };
  std::unordered_map<std::int64_t, Counted> counted;
  counted.reserve(batch_.outcomes.size());
  for (std::size_t i = 0; i < batch_.outcomes.size(); ++i) {
    const auto& claim = batch_.outcomes[i].claim;
    auto& newest = counted[claim.job_id];
    if (claim.attempt > newest.attempt)
      newest = {claim.attempt, i};
  }
  for (std::size_t i = 0; i < batch_.outcomes.size(); ++i)
    if (const auto& newest = counted[batch_.outcomes[i].claim.job_id];
        newest.attempt > 0 && newest.index == i)
      add(i);
}

void Outcomes::add(std::size_t index) {
  const auto& outcome = batch_.outcomes[index];
  End end{.index = index, .claim = outcome.claim};
  switch (outcome.kind) {
    case OutcomeKind::complete:
      (outcome.erase      ? erased_
         : outcome.result ? with_results_
                          : completed_)
        .push_back(std::move(end));
      return;
    case OutcomeKind::snooze:
      end.state = JobState::scheduled;
      end.scheduled_at = seconds_of(time_after(now_, outcome.delay));
      handed_back_.push_back(std::move(end));
      return;
    case OutcomeKind::release:
      end.state = JobState::available;
      handed_back_.push_back(std::move(end));
      return;
    case OutcomeKind::fail:
    case OutcomeKind::discard:
    case OutcomeKind::cancel:
    case OutcomeKind::rescue: ended_.push_back(std::move(end)); return;
  }
}

void Outcomes::send(Pipeline& pipeline) {
  send_progress(pipeline);
  if (!ended_.empty())
    read_executions(pipeline);
  send_completed(pipeline);
  send_ended(pipeline);
  send_handed_back(pipeline);
}

/// In two questions of one snapshot each: a row that is freed between them is tried again
/// for nothing.
bool Outcomes::leave_locked(Pipeline& pipeline) {
  Ends all;
  for (const auto& outcome : batch_.outcomes)
    all.push_back({.claim = outcome.claim});
  for (const auto& progress : batch_.progress)
    all.push_back({.claim = progress.claim});
  if (all.empty())
    return false;
  std::set<std::int64_t> free;
  pipeline.send(Query::lockable_executions, claims_of(all), [&](const Rows& rows) {
    for (int row = 0; row < rows.size(); ++row)
      free.insert(rows.integer(row, 0));
  });
  pipeline.send(Query::open_executions, claims_of(all), [&](const Rows& rows) {
    for (int row = 0; row < rows.size(); ++row)
      if (!free.contains(rows.integer(row, 0)))
        locked_.insert(rows.integer(row, 0));
  });
  pipeline.settle();
  for (auto* ends : {&completed_, &with_results_, &erased_, &ended_, &handed_back_})
    std::erase_if(*ends, [this](const End& end) {
      const bool is_locked = locked_.contains(end.claim.job_id);
      if (is_locked)
        result_.outcomes[end.index] = OutcomeResult::locked;
      return is_locked;
    });
  return !locked_.empty();
}

/// It is a hint: of rows that others hold it is not written.
std::vector<Progress> Outcomes::written_progress() const {
  auto written = batch_.progress;
  std::erase_if(written,
                [this](const Progress& one) { return locked_.contains(one.claim.job_id); });
  return written;
}

void Outcomes::send_progress(Pipeline& pipeline) {
  const auto all = written_progress();
  if (all.empty())
    return;
  Params params;
  params.add_int64s(all, [](const Progress& one) { return one.claim.job_id; });
  params.add_int32s(all, [](const Progress& one) { return one.claim.attempt; });
  params.add_int32s(all, [](const Progress& one) { return one.percent; });
  params.add_texts(all, [](const Progress& one) { return &one.note; });
  pipeline.send(Query::set_progress, std::move(params));
}

/// Those that do not answer are not the current ones and drop out.
void Outcomes::read_executions(Pipeline& pipeline) {
  pipeline.send(Query::executions, claims_of(ended_), [this](const Rows& rows) {
    Ends found;
    std::size_t place = 0;
    for (int row = 0; row < rows.size(); ++row) {
      const auto* end = find_next(ended_, place, rows.integer(row, 0));
      if (end == nullptr)
        continue;
      found.push_back(*end);
      note(found.back(), rows.integer(row, 2) != 0, rows.text(row, 3));
    }
    ended_ = std::move(found);
  });
  pipeline.settle();
}

void Outcomes::note(End& end, bool is_last, std::string_view errors) {
  const auto& outcome = batch_.outcomes[end.index];
  const bool rescued = outcome.kind == OutcomeKind::rescue;
  const auto text = rescued ? "lost: " + outcome.error : outcome.error;
  end.errors = with_error(errors, end.claim.attempt, now_, text, limits_);
  end.state = outcome.kind == OutcomeKind::cancel ? JobState::cancelled : JobState::discarded;
  if (outcome.kind == OutcomeKind::fail && !is_last) {
    end.state = JobState::retryable;
    end.scheduled_at = seconds_of(time_after(now_, outcome.delay));
  } else if (rescued && !is_last) {
    end.state = JobState::available;
  } else {
    end.completed_at = seconds_of(now_);
  }
}

void Outcomes::send_completed(Pipeline& pipeline) {
  if (!completed_.empty()) {
    auto params = claims_of(completed_);
    params.add(now_);
    pipeline.send(Query::complete_jobs, std::move(params), applied(completed_));
  }
  if (!with_results_.empty()) {
    auto params = claims_of(with_results_);
    params.add(now_);
    params.add_texts(with_results_,
                     [this](const End& end) { return &*batch_.outcomes[end.index].result; });
    pipeline.send(Query::complete_with_results, std::move(params), applied(with_results_));
  }
  if (!erased_.empty())
    pipeline.send(Query::delete_completed_jobs, claims_of(erased_), applied(erased_));
}

void Outcomes::send_ended(Pipeline& pipeline) {
  if (ended_.empty())
    return;
  auto params = claims_of(ended_);
  params.add_int32s(ended_, [](const End& end) { return static_cast<std::int32_t>(end.state); });
  params.add_optional_int64s(ended_, [](const End& end) { return end.scheduled_at; });
  params.add_optional_int64s(ended_, [](const End& end) { return end.completed_at; });
  params.add_texts(ended_, [](const End& end) { return &end.errors; });
  pipeline.send(Query::end_jobs, std::move(params), applied(ended_));
}

void Outcomes::send_handed_back(Pipeline& pipeline) {
  if (handed_back_.empty())
    return;
  auto params = claims_of(handed_back_);
  params.add_int32s(handed_back_,
                    [](const End& end) { return static_cast<std::int32_t>(end.state); });
  params.add_optional_int64s(handed_back_, [](const End& end) { return end.scheduled_at; });
  pipeline.send(Query::hand_back_jobs, std::move(params), applied(handed_back_));
}

/// Such a job may have been claimed again by the same turn.
bool Outcomes::was_ended_as(const End& end, const WrittenJob& job) {
  const bool claimed_again = end.state == JobState::available && job.state == JobState::executing
    && job.attempt == end.claim.attempt + 1;
  return claimed_again || (job.state == end.state && job.attempt == end.claim.attempt);
}

void Outcomes::answer_late(const Written& written) {
  for (const auto* ends : {&completed_, &with_results_, &erased_, &ended_, &handed_back_})
    for (const auto& end : *ends) {
      const auto found = written.find(end.claim.job_id);
      const bool is_gone = found == written.end();
      if (is_gone ? ends != &erased_ : !found->second || !was_ended_as(end, *found->second))
        continue;
      result_.outcomes[end.index] = OutcomeResult::applied;
      result_.outcome_states[end.index] = end.state;
    }
}

Pipeline::Read Outcomes::applied(const Ends& ends) {
  return [this, &ends](const Rows& rows) {
    std::size_t place = 0;
    for (int row = 0; row < rows.size(); ++row)
      if (const auto* end = find_next(ends, place, rows.integer(row, 0))) {
        result_.outcomes[end->index] = OutcomeResult::applied;
        result_.outcome_states[end->index] = end->state;
        if (end->state == JobState::available)
          returned_to_.emplace(rows.text(row, 1));
      }
  };
}

} // namespace zzz_jobs::detail::pg
