#include <zzz_jobs/nodes/cluster/store_wire.hpp>

#include <zzz_jobs/nodes/cluster/store_codec.hpp>
#include <zzz_jobs/nodes/cluster/store_fields.hpp>

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

namespace zzz_jobs::node {
namespace {

/// The kinds of text from a gateway.
constexpr std::uint8_t is_answer = 1;
constexpr std::uint8_t is_news = 2;

struct WireClaim {
  std::string queue{};
  std::uint32_t slots = 0;
  std::uint32_t prefetch = 0;
  bool direct = true;
  std::optional<std::uint32_t> known{}; ///< index; none: all workers
};

ZZZ_JOBS_WIRE_FIELDS(WireClaim, x.queue, x.slots, x.prefetch, x.direct, x.known)

/// The sets of workers that a batch's claims know, each once.
class KnownSets {
public:
  std::uint32_t index_of(const KnownWorkers& known) {
    const auto found = std::find(sets_.begin(), sets_.end(), known);
    const auto index = static_cast<std::uint32_t>(found - sets_.begin());
    if (found == sets_.end())
      sets_.push_back(known);
    return index;
  }
  [[nodiscard]] std::vector<std::vector<std::string>> names() const {
    std::vector<std::vector<std::string>> names;
    for (const auto& set : sets_)
      names.emplace_back(set->begin(), set->end());
    return names;
  }

private:
  std::vector<KnownWorkers> sets_{};
};

} // namespace

constexpr StoreVerb wire_last(StoreVerb) {
  return last_store_verb;
}

ZZZ_JOBS_WIRE_FIELDS(GuestHello, x.protocol, x.key)
ZZZ_JOBS_WIRE_FIELDS(GatewayGreeting, x.protocol, x.visit)
ZZZ_JOBS_WIRE_FIELDS(StoreRequest, x.id, x.acked, x.verb, x.body, x.dropped)
ZZZ_JOBS_WIRE_FIELDS(StoreFacts, x.node_id, x.now)
ZZZ_JOBS_WIRE_FIELDS(StoreAnswer, x.id, x.code, x.text, x.body, x.facts)
ZZZ_JOBS_WIRE_FIELDS(StoreNews, x.signal, x.cancelled, x.leaving)

std::string to_text(const GuestHello& hello) {
  return codec::encoded(hello);
}
std::string to_text(const GatewayGreeting& greeting) {
  return codec::encoded(greeting);
}
std::string to_text(const StoreRequest& request) {
  return codec::encoded(request);
}
std::string to_text(const StoreAnswer& answer) {
  return codec::encoded(is_answer, answer);
}
std::string to_text(const StoreNews& news) {
  return codec::encoded(is_news, news);
}

GuestHello guest_hello_from(std::string_view text) {
  return codec::decoded<GuestHello>(text);
}
GatewayGreeting greeting_from(std::string_view text) {
  return codec::decoded<GatewayGreeting>(text);
}
StoreRequest request_from(std::string_view text) {
  return codec::decoded<StoreRequest>(text);
}

/// Of a kind that is unknown here it is nothing.
FromGateway from_gateway(std::string_view text) {
  FromGateway from;
  // Behind the array's own byte; read before the rest, which may be large.
  auto kind = static_cast<std::uint8_t>(text.size() > 1 ? text[1] : 0);
  if (kind == is_answer)
    codec::decode(text, kind, from.answer.emplace());
  if (kind == is_news)
    codec::decode(text, kind, from.news.emplace());
  return from;
}

std::string batch_to_text(const Batch& batch) {
  KnownSets sets;
  std::vector<WireClaim> claims;
  for (const auto& one : batch.claims) {
    claims.push_back({one.queue, one.slots, one.prefetch, one.direct, std::nullopt});
    if (one.known_workers)
      claims.back().known = sets.index_of(one.known_workers);
  }
  return codec::encoded(batch.outcomes, batch.progress, batch.enqueues, claims, sets.names());
}

KnownWorkers make_known(const std::vector<std::string>& names) {
  return std::make_shared<const std::unordered_set<std::string>>(names.begin(), names.end());
}

Batch batch_from(std::string_view text) {
  return batch_with(text, make_known);
}

Batch batch_with(std::string_view text, const KnownAs& known_as) {
  Batch batch;
  std::vector<WireClaim> claims;
  std::vector<std::vector<std::string>> known;
  codec::decode(text, batch.outcomes, batch.progress, batch.enqueues, claims, known);
  std::vector<KnownWorkers> sets;
  for (const auto& names : known)
    sets.push_back(known_as(names));
  for (auto& one : claims) {
    if (one.known && *one.known >= sets.size())
      throw Error{errc::invalid_argument, "link: a claim names workers that were not sent"};
    batch.claims.push_back({.queue = std::move(one.queue),
                            .slots = one.slots,
                            .prefetch = one.prefetch,
                            .direct = one.direct,
                            .known_workers = one.known ? sets[*one.known] : nullptr});
  }
  return batch;
}

std::string result_to_text(const BatchResult& result) {
  return codec::encoded(result);
}

BatchResult result_from(std::string_view text) {
  return codec::decoded<BatchResult>(text);
}

} // namespace zzz_jobs::node
