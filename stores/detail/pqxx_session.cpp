#include <zzz_jobs/stores/detail/pqxx_session.hpp>

#include <zzz_jobs/stores/detail/pg_error.hpp>

#include <algorithm>

#include <libpq-fe.h>

#include <pqxx/except>
#include <pqxx/notification>
#include <pqxx/version>

#if PQXX_VERSION_MAJOR >= 7
#include <pqxx/params>
#else
#include <pqxx/prepared_statement>
#endif

namespace zzz_jobs::detail::pg {
namespace {

[[noreturn]] void fail(std::string_view sqlstate, std::string_view message) {
  if (ends_session(sqlstate))
    throw ConnectionError{one_line(message)};
  throw StatementError{sqlstate, one_line(message)};
}

/// Why no connection can be made: libpqxx 6.4 does not pass on what libpq says.
std::string reason_of(ConnectionWish wish, const std::string& otherwise) {
  wish.timeout = std::min(wish.timeout, std::chrono::seconds{2});
  const auto settings = connection_settings(wish);
  const auto finish = [](PGconn* connection) { PQfinish(connection); };
  const std::unique_ptr<PGconn, decltype(finish)> connection{
    PQconnectdbParams(settings.keywords().data(), settings.values().data(), 0), finish};
  if (!connection || PQstatus(connection.get()) == CONNECTION_OK)
    return otherwise;
  return one_line(PQerrorMessage(connection.get()));
}

} // namespace

void rethrow_as_error() {
  try {
    throw;
  } catch (const pqxx::in_doubt_error& error) {
    throw CommitInDoubt{one_line(error.what()), true};
  } catch (const pqxx::broken_connection& error) {
    throw ConnectionError{one_line(error.what())};
  } catch (const pqxx::serialization_failure& error) { // some have no SQLSTATE in 6.4
    fail("40001", error.what());
  } catch (const pqxx::deadlock_detected& error) {
    fail("40P01", error.what());
  } catch (const pqxx::statement_completion_unknown& error) {
    fail("40003", error.what());
  } catch (const pqxx::transaction_rollback& error) {
    fail("40000", error.what());
  } catch (const pqxx::insufficient_privilege& error) {
    fail("42501", error.what());
  } catch (const pqxx::sql_error& error) {
    fail(error.sqlstate(), error.what());
  } catch (const pqxx::failure& error) {
    throw Error{errc::unavailable, one_line(error.what())};
  } catch (const pqxx::conversion_error& error) {
    throw Error{errc::corrupt, one_line(error.what())};
  } catch (const pqxx::range_error& error) {
    throw Error{errc::corrupt, one_line(error.what())};
  }
}

pqxx::result run_with(pqxx::transaction_base& transaction, const std::string& sql,
                      const TextParams& params) {
  return with_errors([&] {
    if (params.empty())
      return transaction.exec(sql);
#if PQXX_VERSION_MAJOR >= 7
    pqxx::params all;
    for (const auto& param : params) {
      if (param)
        all.append(*param);
      else
        all.append();
    }
#if PQXX_VERSION_MAJOR > 7 || PQXX_VERSION_MINOR >= 10
    return transaction.exec(sql, all);
#else
    return transaction.exec_params(sql, all);
#endif
#else
    std::vector<const char*> all;
    all.reserve(params.size());
    for (const auto& param : params)
      all.push_back(param ? param->c_str() : nullptr);
    return transaction.exec_params(sql, pqxx::prepare::make_dynamic_params(all));
#endif
  });
}

#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 10)
class PqxxSession::Listener {};

void PqxxSession::listen(const std::string& channel,
                         std::function<void(const std::string& payload)> handler) {
  with_errors([&] {
    const auto guard = guarded();
    connection_->listen(channel, [handler = std::move(handler)](pqxx::notification message) {
      handler(std::string{message.payload});
    });
  });
}
#else
class PqxxSession::Listener : public pqxx::notification_receiver {
public:
  Listener(pqxx::connection& connection, const std::string& channel,
           std::function<void(const std::string& payload)> handler)
    : pqxx::notification_receiver(connection, channel), handler_(std::move(handler)) {}
  void operator()(const std::string& payload, int) override { handler_(payload); }

private:
  std::function<void(const std::string& payload)> handler_;
};

void PqxxSession::listen(const std::string& channel,
                         std::function<void(const std::string& payload)> handler) {
  with_errors([&] {
    const auto guard = guarded();
    listener_ = std::make_unique<Listener>(*connection_, channel, std::move(handler));
  });
}
#endif

void PqxxSession::hear() {
  with_errors([&] { connection_->get_notifs(); });
}

/// The listener says goodbye to a server that may not answer any more.
PqxxSession::~PqxxSession() {
  if (!connection_ || !listener_)
    return;
  const auto guard = guarded();
  listener_.reset();
}
PqxxSession::PqxxSession(PqxxSession&&) noexcept = default;
PqxxSession& PqxxSession::operator=(PqxxSession&&) noexcept = default;

std::unique_ptr<Watchdog::Guard> PqxxSession::guarded() {
  return dog_ == nullptr ? nullptr : std::make_unique<Watchdog::Guard>(*dog_, connection_->sock());
}

PqxxSession::PqxxSession(const ConnectionWish& wish, Watchdog* dog) : dog_(dog) {
  const auto settings = connection_settings(wish);
  try {
    with_errors([&] { connection_ = std::make_unique<pqxx::connection>(settings.as_string()); });
  } catch (const ConnectionError& error) {
    throw ConnectionError{"database: cannot connect: " + reason_of(wish, error.what())};
  }
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection_->inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
}

} // namespace zzz_jobs::detail::pg
