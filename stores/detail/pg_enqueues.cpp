#include <zzz_jobs/stores/detail/pg_enqueues.hpp>

#include <zzz_jobs/stores/detail/times.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace zzz_jobs::detail::pg {
namespace {

/// A key's holder may end between the insertion that lost to it and the question
/// who it was; so often in a row it does not.
constexpr int tries_max = 10;

void fail(Enqueued& done) {
  done.failed = errc::conflict;
  done.error = "job: unique_key: held by other jobs each time it was tried ("
    + std::to_string(tries_max) + " times)";
}

} // namespace

Enqueues::Enqueues(const Batch& batch, const DirectStarts& direct, const Setup& setup,
                   BatchResult& result)
  : batch_(batch), direct_(direct), setup_(setup), result_(result) {
  result_.enqueued.assign(batch.enqueues.size(), {});
  for (std::size_t i = 0; i < batch.enqueues.size(); ++i) {
    done(i).inserted_at = setup_.now;
    done(i).scheduled_at = start_time(job(i), setup_.now);
    done(i).state = done(i).scheduled_at > setup_.now ? JobState::scheduled : JobState::available;
  }
}

void Enqueues::assume_inserted() {
  for (auto& done : result_.enqueued) {
    done.failed = errc::in_doubt;
    done.error = "job: it was put in, unless a live job had its key; the answer was lost";
  }
}

Enqueues::Kind Enqueues::kind_of(const NewJob& job) const {
  if (job.tick)
    return Kind::tick;
  if (!job.unique_key)
    return Kind::plain;
  return replaces_another(job) ? Kind::replacing : Kind::keyed;
}

/// In runs, so that each row finds what the rows before it have left. Jobs that
/// replace others go together while their keys differ.
void Enqueues::send(Pipeline& pipeline, std::size_t first, std::size_t last) {
  Run run;
  auto kind = Kind::plain;
  std::set<std::string_view> keys;
  const auto close = [&] {
    if (!run.empty())
      send_run(pipeline, kind, std::exchange(run, {}));
    keys.clear();
  };
  for (std::size_t i = first; i < last; ++i) {
    auto next = kind_of(job(i));
    if (next == Kind::plain && kind == Kind::keyed)
      next = Kind::keyed; // one statement for both keeps their order
    if (next == Kind::keyed && kind == Kind::plain)
      kind = Kind::keyed;
    if (next != kind || next == Kind::tick
        || (next == Kind::replacing && !keys.insert(*job(i).unique_key).second)) {
      close();
      kind = next;
      if (next == Kind::replacing)
        keys.insert(*job(i).unique_key);
    }
    run.push_back(i);
  }
  close();
}

void Enqueues::send_run(Pipeline& pipeline, Kind kind, Run run) {
  switch (kind) {
    case Kind::plain: send_plain(pipeline, run); return;
    case Kind::keyed: insert_keyed(pipeline, std::move(run)); return;
    case Kind::replacing: replace(pipeline, std::move(run)); return;
    case Kind::tick: fire(pipeline, run.front()); return;
  }
}

/// Those next to each other that go the same way together: ids stay in order.
void Enqueues::send_plain(Pipeline& pipeline, const Run& run) {
  for (auto first = run.begin(); first != run.end();) {
    const auto claim = direct_.claim_for(job(*first));
    const auto last = std::find_if(
      first, run.end(), [&](std::size_t index) { return direct_.claim_for(job(index)) != claim; });
    if (claim)
      insert_started(pipeline, *claim, {first, last});
    else
      insert(pipeline, {first, last});
    first = last;
  }
}

void Enqueues::insert(Pipeline& pipeline, Run run) {
  const bool same = differ_in_args_alone(run);
  auto params = same ? columns_of_same(run) : columns(run);
  params.add(setup_.now);
  pipeline.send(same ? Query::insert_same_jobs : Query::insert_jobs, std::move(params),
                [this, run = std::move(run)](const Rows& rows) {
                  for (int row = 0; row < rows.size(); ++row)
                    done(run[static_cast<std::size_t>(row)]).id = rows.integer(row, 0);
                });
}

/// Where another program's jobs wait in the queue, they come first: the rows are
/// then as if inserted in the ordinary way.
void Enqueues::insert_started(Pipeline& pipeline, std::size_t claim, Run run) {
  auto params = columns(run);
  params.add(setup_.now);
  params.add(batch_.claims[claim].queue);
  params.add(setup_.node_id);
  pipeline.send(Query::insert_started_jobs, std::move(params),
                [this, claim, run = std::move(run)](const Rows& rows) {
                  for (int row = 0; row < rows.size(); ++row) {
                    const auto index = run[static_cast<std::size_t>(row)];
                    done(index).id = rows.integer(row, 0);
                    if (rows.integer(row, 1) != static_cast<int>(JobState::executing))
                      continue;
                    done(index).state = JobState::executing;
                    result_.claimed[claim].push_back(
                      started_job(job(index), done(index), setup_.node_id));
                  }
                });
}

void Enqueues::insert_keyed(Pipeline& pipeline, Run run) {
  run = in_order(std::move(run));
  for (int tries = 0; !run.empty() && tries < tries_max; ++tries) {
    run = try_keys(pipeline, run);
    if (!run.empty())
      run = answer_with_holders(pipeline, run);
  }
  for (const auto index : run)
    fail(done(index));
}

void Enqueues::replace(Pipeline& pipeline, Run run) {
  run = in_order(std::move(run));
  for (int tries = 0; !run.empty() && tries < tries_max; ++tries) {
    cancel_holders(pipeline, run);
    run = try_keys(pipeline, run);
  }
  for (const auto index : run)
    fail(done(index));
}

/// The tick and its job stand or fall together.
void Enqueues::fire(Pipeline& pipeline, std::size_t index) {
  const auto& tick = *job(index).tick;
  Params params;
  params.add(std::string_view{tick.entry});
  params.add(tick.at);
  bool fires = false;
  pipeline.send(Query::fire_tick, std::move(params),
                [&fires](const Rows& rows) { fires = rows.size() > 0; });
  pipeline.settle();
  if (!fires) {
    done(index) = {.conflict = true};
    return;
  }
  if (!job(index).unique_key)
    insert(pipeline, {index});
  else if (replaces_another(job(index)))
    replace(pipeline, {index});
  else
    insert_keyed(pipeline, {index});
}

void Enqueues::cancel_holders(Pipeline& pipeline, const Run& run) {
  auto params = keys(run);
  params.add(setup_.now);
  pipeline.send(Query::cancel_holders, std::move(params), [this, run](const Rows& rows) {
    for (int row = 0; row < rows.size(); ++row)
      for (const auto index : run)
        if (*job(index).unique_key == rows.text(row, 0)) {
          done(index).replaced = rows.integer(row, 1);
          if (rows.integer(row, 3) != 0)
            done(index).cancelled = Claim{rows.integer(row, 1), rows.integer32(row, 2)};
        }
  });
}

/// Answers those that were inserted; the others are left. Rows come back in the
/// order of the question, without the ones that lost.
Enqueues::Run Enqueues::try_keys(Pipeline& pipeline, const Run& run) {
  Run lost;
  auto params = columns(run);
  params.add(setup_.now);
  params.add_texts(run, [this](std::size_t index) {
    const auto& key = job(index).unique_key;
    return key ? &*key : nullptr;
  });
  pipeline.send(Query::insert_keyed_jobs, std::move(params), [&](const Rows& rows) {
    int row = 0;
    for (const auto index : run) {
      const auto& key = job(index).unique_key;
      const bool is_next = row < rows.size()
        && (key ? !rows.is_null(row, 1) && rows.text(row, 1) == *key : rows.is_null(row, 1));
      if (is_next)
        done(index).id = rows.integer(row++, 0);
      else
        lost.push_back(index);
    }
  });
  pipeline.settle();
  return lost;
}

/// Those whose key nobody has any more are left.
Enqueues::Run Enqueues::answer_with_holders(Pipeline& pipeline, const Run& run) {
  Run left;
  pipeline.send(Query::holders, keys(run), [&](const Rows& rows) {
    std::map<std::string_view, int> row_of;
    for (int row = 0; row < rows.size(); ++row)
      row_of.emplace(rows.text(row, 0), row);
    for (const auto index : run) {
      const auto found = row_of.find(*job(index).unique_key);
      if (found == row_of.end()) {
        left.push_back(index);
        continue;
      }
      const int row = found->second;
      done(index) = {.id = rows.integer(row, 1),
                     .conflict = true,
                     .state = static_cast<JobState>(rows.integer(row, 2)),
                     .inserted_at = rows.time(row, 4),
                     .scheduled_at = rows.time(row, 5)};
    }
  });
  pipeline.settle();
  return left;
}

bool Enqueues::differ_in_args_alone(const Run& run) const {
  const auto& first = job(run.front());
  const auto& start = result_.enqueued[run.front()];
  return std::all_of(run.begin() + 1, run.end(), [&](std::size_t i) {
    const auto& other = job(i);
    return other.queue == first.queue && other.worker == first.worker
      && other.priority == first.priority && other.max_attempts == first.max_attempts
      && other.timeout == first.timeout && result_.enqueued[i].scheduled_at == start.scheduled_at;
  });
}

Params Enqueues::columns_of_same(const Run& run) const {
  const auto& first = job(run.front());
  const auto& start = result_.enqueued[run.front()];
  Params params;
  params.add(static_cast<std::int32_t>(start.state));
  params.add(std::string_view{first.queue});
  params.add(std::string_view{first.worker});
  params.add_texts(run, [this](std::size_t i) { return &job(i).args; });
  params.add(first.priority);
  params.add(first.max_attempts);
  params.add(start.scheduled_at);
  params.add(static_cast<std::int32_t>(first.timeout.count()));
  return params;
}

Params Enqueues::columns(const Run& run) const {
  Params params;
  params.add_int32s(
    run, [this](std::size_t i) { return static_cast<std::int32_t>(result_.enqueued[i].state); });
  params.add_texts(run, [this](std::size_t i) { return &job(i).queue; });
  params.add_texts(run, [this](std::size_t i) { return &job(i).worker; });
  params.add_texts(run, [this](std::size_t i) { return &job(i).args; });
  params.add_int32s(run, [this](std::size_t i) { return job(i).priority; });
  params.add_int32s(run, [this](std::size_t i) { return job(i).max_attempts; });
  params.add_int64s(run, [this](std::size_t i) {
    return result_.enqueued[i].scheduled_at.time_since_epoch().count();
  });
  params.add_int32s(
    run, [this](std::size_t i) { return static_cast<std::int32_t>(job(i).timeout.count()); });
  return params;
}

Params Enqueues::keys(const Run& run) const {
  Params params;
  params.add_texts(run, [this](std::size_t i) { return &*job(i).unique_key; });
  return params;
}

Enqueues::Run Enqueues::in_order(Run run) const {
  if (setup_.sorted_keys)
    std::stable_sort(run.begin(), run.end(), [this](std::size_t a, std::size_t b) {
      return job(a).unique_key < job(b).unique_key;
    });
  return run;
}

} // namespace zzz_jobs::detail::pg
