#pragma once

#include <zzz_jobs/stores/batch.hpp>
#include <zzz_jobs/stores/store_signal.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What a node without a database (the guest) and its gateway say to each other in
// a session of kind "store"; each message is one text.
//
// The guest numbers its requests. As long as a visit lasts, which may be over
// several links, it sends those that were not answered again when a link is new,
// and the gateway answers again what it has done: each is done once.

namespace zzz_jobs::node {

/// Raised when guest and gateway of before and after cannot work together.
inline constexpr std::uint32_t store_protocol = 1;

/// In Hello::details.
struct GuestHello {
  std::uint32_t protocol = store_protocol;
  std::string key{}; ///< of this guest's store: who comes back has it
};

/// The gateway's greeting.
struct GatewayGreeting {
  std::uint32_t protocol = store_protocol;
  std::string visit{}; ///< another one than before: what the guest held is lost
};

/// What a request asks for. The numbers are the protocol.
enum class StoreVerb : std::uint8_t {
  apply = 0,
  leave = 1, ///< the visit ends in order; with claims: all that was adopted elsewhere
  look_again = 2,
  now = 3,
  get = 4,
  list = 5,
  counts = 6,
  settings = 7,
  retry = 8,
  cancel = 9,
  remove = 10,
  open_claims = 11,
  rescue_dead_owners = 12,
  last_tick = 13,
  cron_since = 14,
  prune = 15,
  rescue_stuck = 16,
  count_by_state = 17,
  pause = 18,
  resume_queue = 19,
  is_paused = 20,
  delete_completed = 21,
  enqueue = 22,
  claim = 23,
  complete = 24,
  fail = 25,
  discard = 26,
  set_cron_paused = 27,
  is_cron_paused = 28,
  nodes = 29,
  change_all = 30,
  get_all = 31,
  let_go = 32, ///< what the guest holds, which another gateway shall adopt
  adopt = 33,  ///< what another gateway has let go of
};
inline constexpr StoreVerb last_store_verb = StoreVerb::adopt;

/// From a guest.
struct StoreRequest {
  std::uint64_t id = 0;    ///< from 1, ascending in a visit
  std::uint64_t acked = 0; ///< answers below this id are not asked for again
  StoreVerb verb = StoreVerb::apply;
  std::string body{};                   ///< the verb's arguments
  std::vector<std::uint64_t> dropped{}; ///< requests whose answers nobody hears any more
};

/// Whose claims those of the gateway are, and its store's time.
struct StoreFacts {
  std::int64_t node_id = 0;
  UnixTime now{};
};

struct StoreAnswer {
  std::uint64_t id = 0;
  errc code{}; ///< 0: done
  std::string text{};
  std::string body{};                ///< the verb's result
  std::optional<StoreFacts> facts{}; ///< not of a batch
};

/// What a guest hears without having asked.
struct StoreNews {
  std::uint8_t signal = 0; ///< a StoreSignal; one that is unknown here is none
  std::optional<Claim> cancelled{};
  bool leaving = false; ///< the gateway is being stopped: it claims no more; go elsewhere
};

[[nodiscard]] std::string to_text(const GuestHello& hello);
[[nodiscard]] std::string to_text(const GatewayGreeting& greeting);
[[nodiscard]] std::string to_text(const StoreRequest& request);
[[nodiscard]] std::string to_text(const StoreAnswer& answer);
[[nodiscard]] std::string to_text(const StoreNews& news);

// All of these throw Error(invalid_argument) for what is no such text.
[[nodiscard]] GuestHello guest_hello_from(std::string_view text);
[[nodiscard]] GatewayGreeting greeting_from(std::string_view text);
[[nodiscard]] StoreRequest request_from(std::string_view text);
/// To the guest: an answer, or news.
struct FromGateway {
  std::optional<StoreAnswer> answer{};
  std::optional<StoreNews> news{};
};
[[nodiscard]] FromGateway from_gateway(std::string_view text);

[[nodiscard]] KnownWorkers make_known(const std::vector<std::string>& names);
/// A batch; workers that several claims know are sent once.
[[nodiscard]] std::string batch_to_text(const Batch& batch);
[[nodiscard]] Batch batch_from(std::string_view text);
/// `known_as` makes a set of worker names, or finds the one that it has made before.
using KnownAs = std::function<KnownWorkers(const std::vector<std::string>& names)>;
[[nodiscard]] Batch batch_with(std::string_view text, const KnownAs& known_as);
[[nodiscard]] std::string result_to_text(const BatchResult& result);
[[nodiscard]] BatchResult result_from(std::string_view text);

} // namespace zzz_jobs::node
