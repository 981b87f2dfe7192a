#include "cluster/campaign.hpp"

#include "cluster/table.hpp"
#include "support/eventually.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace zzz_jobs::cluster {

namespace {

using namespace std::chrono_literals;

const auto& schema = campaign_schema;

std::uint64_t seed_from_environment() {
  if (const char* seed = std::getenv("ZZZ_JOBS_SEED"))
    return std::stoull(seed);
  return std::random_device{}();
}

std::filesystem::path new_folder() {
  auto name = (std::filesystem::temp_directory_path() / "zzz_jobs_cluster_XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("no temporary folder");
  return name;
}

} // namespace

bool is_long() {
  const char* value = std::getenv("ZZZ_JOBS_LONG");
  return value != nullptr && std::string{value} == "1";
}

Campaign::Campaign(const support::PostgresOptions& options)
  : seed_(seed_from_environment()), random_(seed_), folder_(new_folder()), server_(options),
    ledger_(ledger_in(folder_)), reader_(ledger_in(folder_)) {
  std::printf("%s\n", about().c_str());
  std::fflush(stdout);
}

Campaign::~Campaign() {
  std::error_code ignored;
  if (passed_ && std::getenv("ZZZ_JOBS_KEEP") == nullptr)
    std::filesystem::remove_all(folder_, ignored);
}

std::string Campaign::about() const {
  return "seed " + std::to_string(seed_) + " (ZZZ_JOBS_SEED=" + std::to_string(seed_)
    + " repeats it); ledger and logs in " + folder_.string();
}

int Campaign::random(int low, int high) {
  return std::uniform_int_distribution<int>{low, high}(random_);
}

std::shared_ptr<Process> Campaign::start(std::vector<std::string> command) {
  command.insert(
    command.end(),
    {"--schema", schema, "--ledger", ledger_in(folder_).string(), "--die-with-parent"});
  return start_program(command, std::filesystem::path{command.front()}.filename().string());
}

std::shared_ptr<Process> Campaign::start_program(const std::vector<std::string>& command,
                                                 const std::string& name) {
  return std::make_shared<Process>(command,
                                   folder_ / (name + "-" + std::to_string(++processes_) + ".log"));
}

std::shared_ptr<Process> Campaign::start_node(const NodeOptions& options) {
  std::vector<std::string> command{ZZZ_JOBS_CLUSTER_NODE, "--url",
                                   options.pooled ? server_.bouncer_url() : server_.url()};
  command.insert(command.end(), {"--concurrency", std::to_string(options.concurrency)});
  command.insert(command.end(), {"--lease", std::to_string(options.lease_s)});
  command.insert(command.end(), {"--answer-timeout", std::to_string(options.answer_timeout_ms)});
  if (options.pooled)
    command.emplace_back("--pooled");
  if (options.unfenced)
    command.emplace_back("--unfenced");
  if (options.cron_begin_us != 0)
    command.insert(command.end(), {"--cron", std::to_string(options.cron_begin_us)});
  return start(std::move(command));
}

std::shared_ptr<Process> Campaign::start_enqueuer(const EnqueuerOptions& options) {
  const bool pooled = std::find(options.begin(), options.end(), "--pooled") != options.end();
  std::vector<std::string> command{ZZZ_JOBS_CLUSTER_ENQUEUER, "--url",
                                   pooled ? server_.bouncer_url() : server_.url()};
  command.insert(command.end(), {"--seed", std::to_string(random(1, 1'000'000))});
  command.insert(command.end(), options.begin(), options.end());
  return start(std::move(command));
}

void Campaign::wait_until_ready(Process& process) {
  const auto says_so = [&](const Entry& entry) {
    return entry.kind == Kind::ready && entry.pid == process.pid();
  };
  bool is_ready = false;
  const bool is_known = support::eventually(
    [&] {
      const bool has_ended = process.has_ended(); // asked before: what it wrote, it wrote before
      is_ready = comes(says_so, 0ms);
      return is_ready || has_ended;
    },
    patience);
  if (!is_known || !is_ready)
    throw std::runtime_error("process " + std::to_string(process.pid())
                             + " has not opened the database; see " + process.log().string());
}

void Campaign::scatter() {
  connect().run("CREATE FUNCTION cluster.elsewhere() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN NEW.process := 'elsewhere'; RETURN NEW; END $$;"
                "CREATE TRIGGER elsewhere BEFORE INSERT ON cluster.zzz_jobs_nodes"
                " FOR EACH ROW EXECUTE FUNCTION cluster.elsewhere();"
                "UPDATE cluster.zzz_jobs_nodes SET process = 'elsewhere'");
}

void Campaign::kill(Process& process) {
  process.kill();
  ledger_.write({.kind = Kind::killed, .pid = process.pid()});
}

/// The line is written before: what others do because of it comes after.
void Campaign::suspend(const Process& process) {
  ledger_.write({.kind = Kind::suspended, .pid = process.pid()});
  process.signal(SIGSTOP);
}

void Campaign::resume(const Process& process) {
  process.signal(SIGCONT);
  ledger_.write({.kind = Kind::resumed, .pid = process.pid()});
}

void Campaign::end(Process& process) {
  process.signal(SIGTERM);
  if (process.wait_for_end(patience) != 0)
    throw std::runtime_error("process " + std::to_string(process.pid()) + " did not end well; see "
                             + process.log().string());
}

bool Campaign::comes(const std::function<bool(const Entry&)>& matches,
                     std::chrono::milliseconds deadline) {
  std::size_t seen = 0;
  return support::eventually(
    [&] {
      const auto& all = entries();
      while (seen < all.size())
        if (matches(all[seen++]))
          return true;
      return false;
    },
    deadline);
}

Entry Campaign::wait_for(const std::function<bool(const Entry&)>& matches) {
  Entry found;
  if (!comes([&](const Entry& entry) {
        if (!matches(entry))
          return false;
        found = entry;
        return true;
      }))
    throw std::runtime_error("what was waited for did not come; " + about());
  return found;
}

bool Campaign::gets_done(std::chrono::milliseconds deadline) {
  auto connection = connect();
  const auto query =
    "SELECT NOT EXISTS (SELECT FROM " + schema + ".zzz_jobs WHERE state NOT IN (2, 4, 5))";
  auto next = std::chrono::steady_clock::now();
  return support::eventually(
    [&] { // the question costs something
      if (std::chrono::steady_clock::now() < next)
        return false;
      next = std::chrono::steady_clock::now() + 50ms;
      return connection.value(query) == "t";
    },
    deadline);
}

Verdict Campaign::verdict() {
  auto connection = connect();
  auto verdict = check(entries(), read_table(connection, schema));
  std::ofstream{folder_ / "verdict"} << verdict.text(verdict.problems.size());
  return verdict;
}

} // namespace zzz_jobs::cluster
