#pragma once

#include <string>

namespace docs {

/// A table of the published definition in which two live jobs have one key, as
/// another program makes it. @throws std::runtime_error.
void make_sqlite_table_to_take_over(const std::string& file);
void make_postgres_table_to_take_over(const std::string& url);

} // namespace docs
