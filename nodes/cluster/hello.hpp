#pragma once

#include <zzz_jobs/nodes/cluster/wire_format.hpp>

#include <caf/atom.hpp>

#include <cstdint>
#include <string>

namespace zzz_jobs::node {

/// Raised when nodes of before and after cannot work together.
constexpr std::uint32_t protocol_version = 1;

/// What a node says of itself to another one's gatekeeper.
struct Hello {
  std::uint32_t protocol = protocol_version;
  std::string kind{};       ///< of the session that is wanted: "peer", "store"
  std::int64_t node_id = 0; ///< in the database; 0 without one
  std::string name{};
  std::string version{};
  std::string details{}; ///< the kind's own
  MSGPACK_DEFINE_MAP(protocol, kind, node_id, name, version, details)
};

/// To a gatekeeper: (hello_atom, caf::actor client, std::string) with a Hello. The
/// answer is (caf::actor session, std::string greeting) or an error with a text.
using hello_atom = caf::atom_constant<caf::atom("zzz_hello")>;

/// Between a session and its client, both ways: (say_atom, std::string).
using say_atom = caf::atom_constant<caf::atom("zzz_say")>;

} // namespace zzz_jobs::node
