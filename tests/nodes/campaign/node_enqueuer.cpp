#include "nodes/campaign/node_enqueuer.hpp"

#include "cluster/plan.hpp"

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/control/control_client.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace zzz_jobs::node::test {

namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto answer_patience = 5s; // a node may stand still

std::string body_of(const std::vector<cluster::Plan>& plans) {
  auto jobs = nlohmann::json::array();
  for (const auto& plan : plans)
    jobs.push_back({{"worker", cluster::worker_name}, {"args", cluster::to_args(plan)}});
  return jobs.dump();
}

} // namespace

NodeEnqueuer::NodeEnqueuer(cluster::Campaign& campaign, const NodesAtWork& nodes, Pace pace)
  : nodes_(nodes), pace_(pace), random_(campaign.random()()),
    ledger_(cluster::ledger_in(campaign.folder())),
    thread_([this](const std::stop_token& stop) { run(stop); }) {}

void NodeEnqueuer::run(const std::stop_token& stop) {
  try {
    auto next = Steady::now();
    for (int call = 0; !stop.stop_requested(); ++call) {
      std::vector<cluster::Plan> plans;
      for (int job = 0; job < pace_.jobs_per_call; ++job) {
        plans.push_back(cluster::random_plan(random_, pace_.stretch));
        plans.back().payload = "node-" + std::to_string(call) + '-' + std::to_string(job);
      }
      enqueue(plans);
      next = std::max(next + std::chrono::nanoseconds{1s} / pace_.calls_per_s, Steady::now());
      std::this_thread::sleep_until(next);
    }
  } catch (const std::exception& error) {
    failure_ = error.what();
  }
  is_over_ = true;
}

void NodeEnqueuer::enqueue(const std::vector<cluster::Plan>& plans) {
  std::uniform_int_distribution<std::size_t> place{0, nodes_.size() - 1};
  while (!try_node(place(random_), plans))
    std::this_thread::sleep_for(20ms);
}

bool NodeEnqueuer::try_node(std::size_t place, const std::vector<cluster::Plan>& plans) {
  try {
    ControlClient node{nodes_.socket(place), answer_patience};
    const auto answer =
      node.call({.method = "POST", .path = "/api/v1/jobs", .body = body_of(plans)});
    if (answer.status == 503)
      return false;
    if (answer.status == 504)
      throw Error(errc::in_doubt, answer.body);
    if (answer.status != 201)
      throw std::runtime_error("a node answered " + std::to_string(answer.status) + ": "
                               + answer.body);
    note_answers(answer.body, plans);
  } catch (const Error& error) {
    if (error.code() == errc::unavailable)
      return false;
    if (error.code() != errc::in_doubt)
      throw;
    for (const auto& plan : plans)
      note_doubt(plan);
  }
  return true;
}

void NodeEnqueuer::note_answers(const std::string& body, const std::vector<cluster::Plan>& plans) {
  const auto answers = nlohmann::json::parse(body).at("jobs");
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const auto& answer = answers.at(i);
    if (answer.at("id").is_number())
      ledger_.write(
        {.kind = cluster::Kind::acknowledged, .job = answer.at("id"), .payload = plans[i].payload});
    else if (answer.at("code") == "in_doubt")
      note_doubt(plans[i]);
    else
      throw std::runtime_error("a job was refused: " + answer.dump());
  }
}

void NodeEnqueuer::note_doubt(const cluster::Plan& plan) {
  ledger_.write({.kind = cluster::Kind::doubt, .payload = plan.payload});
}

} // namespace zzz_jobs::node::test
