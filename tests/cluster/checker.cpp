#include "cluster/checker.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <utility>

namespace zzz_jobs::cluster {

namespace {

/// What a process had claimed before it was suspended it may still start so long
/// after it goes on; what it had ended so long before, or so long before what it has
/// reported, it has reported.
constexpr std::int64_t wake_up_us = 5'000'000;

struct Execution {
  const Entry* started = nullptr;
  const Entry* ended = nullptr;
  const Entry* refused = nullptr;
  bool accepted = false; ///< its completion was
};

struct JobStory {
  std::vector<const Entry*> entries{};
  std::map<std::int32_t, Execution> executions{};
  const Row* row = nullptr;
};

struct PayloadStory {
  std::set<std::int64_t> acknowledged{};
  bool in_doubt = false;
  std::vector<const Row*> rows{};
};

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

/// A time in which a process was not there for others.
struct Absence {
  Kind why{};
  std::int64_t from_us = 0;
  std::int64_t to_us = never;

  /// Its claims may have been lost by that. A link that was down is used again by a
  /// retransmission, which may take as long again.
  [[nodiscard]] bool concerns(const Execution& execution) const {
    const auto late_us = why == Kind::cut && to_us != never ? to_us - from_us : 0;
    return (to_us == never || execution.started->time_us <= to_us + late_us + wake_up_us)
      && (execution.ended == nullptr || execution.ended->time_us + wake_up_us >= from_us);
  }
};

struct ProcessStory {
  std::int64_t killed_us = 0;
  std::int64_t reported_us = 0; ///< the last end whose completion was accepted
  std::vector<Absence> absences{};
  bool is_guest = false;
  bool is_gateway = false;

  void end_absence(Kind why, std::int64_t time_us) {
    for (auto& absence : absences)
      if (absence.why == why && absence.to_us == never)
        absence.to_us = time_us;
  }
  /// Before it was killed it had reported what ended that much later.
  [[nodiscard]] bool should_have_reported(const Execution& execution) const {
    return execution.ended != nullptr && execution.ended->time_us + wake_up_us < reported_us;
  }
  [[nodiscard]] bool was_away_from(const Execution& execution) const {
    return std::any_of(absences.begin(), absences.end(),
                       [&](const Absence& absence) { return absence.concerns(execution); });
  }
  /// Who worked through it then may have lost what it ran.
  [[nodiscard]] bool failed_guests_with(const Execution& execution) const {
    const Absence death{.why = Kind::killed, .from_us = killed_us, .to_us = killed_us};
    return is_gateway
      && (was_away_from(execution) || (killed_us != 0 && death.concerns(execution)));
  }
};

class Checker {
public:
  Verdict check(const std::vector<Entry>& ledger, const std::vector<Row>& table) {
    for (const auto& entry : ledger)
      take(entry);
    for (const auto& row : table) {
      jobs_[row.id].row = &row;
      payloads_[row.payload].rows.push_back(&row);
    }
    note_reported();
    for (const auto& [payload, story] : payloads_)
      check_payload(payload, story);
    for (const auto& [id, story] : jobs_)
      check_job(id, story);
    return std::move(verdict_);
  }

private:
  void take(const Entry& entry) {
    switch (entry.kind) {
      case Kind::acknowledged:
        ++verdict_.acknowledged;
        payloads_[entry.payload].acknowledged.insert(entry.job);
        break;
      case Kind::doubt:
        ++verdict_.in_doubt;
        payloads_[entry.payload].in_doubt = true;
        break;
      case Kind::started:
      case Kind::ended:
      case Kind::completed:
      case Kind::refused: take_execution(entry); break;
      default: take_process(entry); return;
    }
    if (entry.job != 0)
      jobs_[entry.job].entries.push_back(&entry);
  }

  void take_process(const Entry& entry) {
    auto& process = processes_[entry.pid];
    switch (entry.kind) {
      case Kind::ready:
        process.is_guest = entry.how == role::guest;
        process.is_gateway = entry.how == role::gateway;
        break;
      case Kind::killed: process.killed_us = entry.time_us; break;
      case Kind::suspended:
      case Kind::cut:
        process.absences.push_back({.why = entry.kind, .from_us = entry.time_us});
        break;
      case Kind::resumed: process.end_absence(Kind::suspended, entry.time_us); break;
      case Kind::joined: process.end_absence(Kind::cut, entry.time_us); break;
      default: return;
    }
  }

  void take_execution(const Entry& entry) {
    auto& execution = jobs_[entry.job].executions[entry.attempt];
    if (entry.kind == Kind::started) {
      ++verdict_.executions;
      if (std::exchange(execution.started, &entry) != nullptr)
        twice_.emplace_back(entry.job,
                            "attempt " + std::to_string(entry.attempt) + " started more than once");
    } else if (entry.kind == Kind::ended) {
      execution.ended = &entry;
    } else if (entry.kind == Kind::completed) {
      if (std::exchange(execution.accepted, true))
        twice_.emplace_back(entry.job,
                            "attempt " + std::to_string(entry.attempt) + " was completed twice");
    } else {
      ++verdict_.refused;
      execution.refused = &entry;
    }
  }

  void note_reported() {
    for (const auto& [id, story] : jobs_)
      for (const auto& [attempt, execution] : story.executions)
        if (execution.accepted && execution.ended != nullptr) {
          auto& reported_us = processes_[execution.ended->pid].reported_us;
          reported_us = std::max(reported_us, execution.ended->time_us);
        }
  }

  void check_payload(const std::string& payload, const PayloadStory& story) {
    const auto object = [&](const std::string& text) {
      std::string problem = "payload " + payload + ": " + text;
      for (const auto id : story.acknowledged)
        problem += entries_of(id);
      for (const auto* row : story.rows)
        if (!story.acknowledged.contains(row->id))
          problem += entries_of(row->id);
      verdict_.problems.push_back(std::move(problem));
    };
    if (story.acknowledged.empty() && !story.in_doubt)
      object("is in the table, and nobody was told so");
    if (story.acknowledged.size() > 1)
      object("was acknowledged as several jobs");
    if (story.rows.size() > 1)
      object("is in " + std::to_string(story.rows.size()) + " rows: an enqueue was repeated that "
             + "had happened");
    for (const auto id : story.acknowledged)
      if (std::none_of(story.rows.begin(), story.rows.end(),
                       [&](const Row* row) { return row->id == id; }))
        object("was acknowledged as job " + std::to_string(id) + " and is lost");
  }

  void check_job(std::int64_t id, const JobStory& story) {
    for (const auto& [job, text] : twice_)
      if (job == id)
        object(id, text);
    check_completion(id, story);
    check_repetitions(id, story);
  }

  void check_completion(std::int64_t id, const JobStory& story) {
    std::vector<std::int32_t> accepted;
    for (const auto& [attempt, execution] : story.executions)
      if (execution.accepted)
        accepted.push_back(attempt);
    if (accepted.size() > 1)
      object(id, "was completed by " + std::to_string(accepted.size()) + " executions");
    if (story.row == nullptr)
      return;
    const auto& row = *story.row;
    if (row.state != JobState::completed || !row.has_completed_at) {
      object(id,
             "is not completed but " + std::string{to_string(row.state)}
               + (row.has_completed_at ? "" : ", without a time of completion"));
      return;
    }
    const auto last = story.executions.find(row.attempt);
    if (last == story.executions.end() || last->second.ended == nullptr
        || last->second.ended->how != how::returned)
      object(id,
             "is completed as attempt " + std::to_string(row.attempt)
               + ", which did not run to its end");
    for (const auto attempt : accepted)
      if (attempt != row.attempt)
        object(id,
               "is completed as attempt " + std::to_string(row.attempt)
                 + ", but the completion of attempt " + std::to_string(attempt) + " was accepted");
  }

  void check_repetitions(std::int64_t id, const JobStory& story) {
    const Execution* before = nullptr;
    for (const auto& [attempt, execution] : story.executions) {
      if (execution.started == nullptr)
        continue;
      if (before != nullptr) {
        ++verdict_.repeated;
        if (was_interrupted(*before))
          ++verdict_.interrupted;
        else if (!was_handed_back(*before))
          object(id,
                 "ran again without a reason after attempt "
                   + std::to_string(before->started->attempt));
      }
      before = &execution;
    }
  }

  [[nodiscard]] static bool was_handed_back(const Execution& execution) {
    const auto* end = execution.ended;
    return !execution.accepted && end != nullptr
      && (end->how == how::failed || end->how == how::snoozed || end->how == how::shutdown);
  }

  /// Its process heard that the claim was lost: a kill came later.
  [[nodiscard]] static bool was_lost_in_life(const Execution& execution) {
    const auto* end = execution.ended;
    return execution.refused != nullptr || (end != nullptr && end->how == how::lost_claim);
  }

  [[nodiscard]] bool was_interrupted(const Execution& execution) const {
    const auto found = processes_.find(execution.started->pid);
    if (execution.accepted || found == processes_.end() || was_handed_back(execution))
      return false;
    const auto& process = found->second;
    const bool was_killed = execution.started->time_us <= process.killed_us
      && !was_lost_in_life(execution) && !process.should_have_reported(execution);
    return was_killed || process.was_away_from(execution)
      || (process.is_guest && was_failed_by_gateway(execution));
  }

  /// Which one it worked through is not known.
  [[nodiscard]] bool was_failed_by_gateway(const Execution& execution) const {
    return std::any_of(processes_.begin(), processes_.end(), [&](const auto& process) {
      return process.second.failed_guests_with(execution);
    });
  }

  void object(std::int64_t id, const std::string& text) {
    verdict_.problems.push_back("job " + std::to_string(id) + ": " + text + entries_of(id));
  }

  [[nodiscard]] std::string entries_of(std::int64_t id) const {
    const auto found = jobs_.find(id);
    if (found == jobs_.end())
      return "";
    std::string text;
    std::set<pid_t> pids;
    for (const auto* entry : found->second.entries) {
      text += "\n    " + to_line(*entry);
      if (entry->kind == Kind::started)
        pids.insert(entry->pid);
    }
    for (const auto pid : pids)
      if (const auto process = processes_.find(pid); process != processes_.end())
        text += text_of(pid, process->second);
    if (const auto* row = found->second.row)
      text += "\n    row " + std::to_string(id) + " state=" + std::string{to_string(row->state)}
        + " attempt=" + std::to_string(row->attempt) + " payload=" + row->payload;
    return text;
  }

  [[nodiscard]] static std::string text_of(pid_t pid, const ProcessStory& process) {
    auto text = "\n    process " + std::to_string(pid) + (process.is_guest ? ", a guest," : "")
      + " killed=" + std::to_string(process.killed_us);
    for (const auto& absence : process.absences)
      text += " " + std::string{to_string(absence.why)} + "=" + std::to_string(absence.from_us)
        + "..." + (absence.to_us == never ? "" : std::to_string(absence.to_us));
    return text;
  }

  std::map<std::int64_t, JobStory> jobs_{};
  std::map<std::string, PayloadStory> payloads_{};
  std::map<pid_t, ProcessStory> processes_{};
  std::vector<std::pair<std::int64_t, std::string>> twice_{};
  Verdict verdict_{};
};

} // namespace

std::string Verdict::text(std::size_t shown_max) const {
  std::ostringstream out;
  out << (is_good() ? "good" : "BAD") << ": " << acknowledged << " acknowledged, " << in_doubt
      << " in doubt, " << executions << " executions, " << repeated << " of them again, "
      << interrupted << " because of an interruption, " << refused << " outcomes refused, "
      << problems.size() << " problems\n";
  for (std::size_t i = 0; i < std::min(problems.size(), shown_max); ++i)
    out << "  " << problems[i] << '\n';
  if (problems.size() > shown_max)
    out << "  and " << problems.size() - shown_max << " more\n";
  return std::move(out).str();
}

Verdict check(const std::vector<Entry>& ledger, const std::vector<Row>& table) {
  return Checker{}.check(ledger, table);
}

} // namespace zzz_jobs::cluster
