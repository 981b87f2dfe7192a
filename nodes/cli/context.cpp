#include <zzz_jobs/nodes/cli/context.hpp>

#include <zzz_jobs/nodes/cli/fields.hpp>

#include <nlohmann/json.hpp>

namespace zzz_jobs::node::cli {

namespace {

/// The status for an answer whose code this program does not know.
int exit_code_of_status(int status) {
  switch (status) {
    case 400:
    case 413: return exit_usage;
    case 404: return exit_not_found;
    case 429:
    case 502:
    case 503: return exit_again;
    default: return exit_failed;
  }
}

std::optional<errc> errc_from(const std::string& name) {
  for (int value = 1; value <= static_cast<int>(errc::unsupported); ++value)
    if (to_string(static_cast<errc>(value)) == name)
      return static_cast<errc>(value);
  return std::nullopt;
}

/// @throws Failure for an error, and for what no node says.
nlohmann::json json_of(const ApiAnswer& answer) {
  if (answer.status >= 400)
    throw failure_of(answer);
  if (answer.body.empty())
    return nlohmann::json::object();
  auto body = nlohmann::json::parse(answer.body, nullptr, false);
  if (body.is_discarded())
    throw Failure(exit_failed, "the answer is not JSON: is this a zzz-jobs node?");
  return body;
}

} // namespace

int exit_code_of(errc code) noexcept {
  switch (code) {
    case errc::invalid_argument:
    case errc::invalid_cron_expression:
    case errc::too_large: return exit_usage;
    case errc::job_not_found: return exit_not_found;
    case errc::store_full:
    case errc::unavailable:
    case errc::locked: return exit_again;
    // Not again: it may have happened.
    case errc::in_doubt:
    case errc::not_allowed:
    case errc::conflict:
    case errc::schema_too_new:
    case errc::corrupt:
    case errc::unsupported: return exit_failed;
  }
  return exit_failed;
}

Failure failure_of(const ApiAnswer& answer) {
  const auto body = nlohmann::json::parse(answer.body, nullptr, false);
  auto text = body.is_discarded() ? std::string{} : text_at(body, "error");
  if (text.empty())
    text = "the node answered with status " + std::to_string(answer.status);
  const auto name = body.is_discarded() ? std::string{} : text_at(body, "code");
  // What a node says of tokens is for who speaks HTTP himself.
  if (answer.status == 401)
    text += "; give --token-file or $ZZZ_JOBS_HTTP_TOKEN";
  // A 404 may be of a queue or a node as well: there the status says it.
  if (const auto code = errc_from(name); code && answer.status != 404)
    return {exit_code_of(*code), text, name};
  return {exit_code_of_status(answer.status), text, name};
}

Context::Context(Host& host, Arguments arguments) : host_(host), arguments_(std::move(arguments)) {}

Style Context::style() {
  const auto no_color = host_.variable("NO_COLOR");
  const bool wanted = !arguments_.has("--no-color") && (!no_color || no_color->empty());
  return Style{wanted && host_.terminal().has_value()};
}

Target Context::target() {
  Target target{.config = arguments_.text("--config"),
                .socket = arguments_.text("--socket"),
                .http = arguments_.text("--http"),
                .token_file = arguments_.text("--token-file"),
                .ca = arguments_.text("--ca"),
                .store_url = arguments_.text("--store-url"),
                .schema = arguments_.text("--schema"),
                .settings = arguments_.all("--set"),
                .node_alone = node_alone_};
  const auto ways = (target.socket.empty() ? 0 : 1) + (target.http.empty() ? 0 : 1)
    + (target.store_url.empty() ? 0 : 1);
  if (ways > 1)
    throw Failure(exit_usage, "only one of --socket, --http and --store-url can be asked");
  return target;
}

ApiAnswer Context::call(const ApiRequest& request) {
  if (!channel_)
    channel_ = host_.open_channel(target());
  return channel_->call(request);
}

nlohmann::json Context::ask(const ApiRequest& request) {
  return json_of(call(request));
}

nlohmann::json Context::ask_if_there(const ApiRequest& request) {
  const auto answer = call(request);
  return answer.status == 404 ? nlohmann::json::object() : json_of(answer);
}

void Context::print_json(const nlohmann::json& answer) {
  out() << answer.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

void Context::tell(const nlohmann::json& answer, std::string_view line) {
  if (wants_json())
    print_json(answer);
  else
    out() << line << '\n';
}

} // namespace zzz_jobs::node::cli
