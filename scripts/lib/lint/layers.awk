# Includes point one way, config <- stores <- actors <- nodes, and each third
# party stays where it belongs.

BEGIN {
  rank["config"] = 1; rank["stores"] = 2; rank["actors"] = 3; rank["nodes"] = 4
  rank["tests"] = 9
}

function found(rule, text) { printf "%s:%d: %s: %s\n", FILENAME, FNR, rule, text }

FNR == 1 {
  split(FILENAME, part, "/")
  folder = part[1]
  # Public is what lies directly in a layer's folder, and the conformance kit.
  public_header = FILENAME ~ /^((config|stores|actors)\/[^\/]*|tests\/conformance\/.*)\.hpp$/
}

!/^[ \t]*#[ \t]*include/ { next }

{ target = $0; sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", target); sub(/[>"].*/, "", target) }

# --- our own headers

target ~ /^zzz_jobs\// {
  if ($0 ~ /"/)
    found("include", "write <" target ">: one spelling in the tree and after installation")
  split(target, part, "/")
  named = part[2]
  if (target == "zzz_jobs/zzz_jobs.hpp" || target == "zzz_jobs/testing.hpp")
    named = "actors"
  if (named in rank && rank[named] > rank[folder])
    found("layers", folder "/ may not include " named "/: config <- stores <- actors <- nodes")
  if (public_header && target ~ /\/.*\/.*\//)
    found("public-header", "a public header may not include " target ", which is not installed")
  if (folder != "tests" && named == "conformance")
    found("layers", "nothing outside tests/ may include the conformance kit")
  next
}

folder != "tests" && /include[ \t]*"/ {
  found("include", "write <zzz_jobs/FOLDER/NAME.hpp> for a header of ours")
}

# --- third parties

target ~ /^caf\// {
  if (rank[folder] < rank["actors"])
    found("layers", "caf/ belongs to actors/ and nodes/; say it without actors here")
  else if (public_header)
    found("public-header", "users would compile CAF: move what needs it to a folder below or a .cpp")
  if (target ~ /^caf\/(io|openssl)\// && folder != "nodes" && folder != "tests")
    found("layers", "caf/io and caf/openssl belong to nodes/")
}

target ~ /^(sqlite3\.h|pqxx\/.*|libpq-fe\.h)$/ {
  # The header for programs that use libpqxx themselves names it.
  if ((public_header && FILENAME !~ /\/pg_transaction\.hpp$/) || (folder != "tests" && folder != "stores"))
    found("layers", target " belongs to stores/*.cpp and stores/detail/: forward-declare its types")
}

target ~ /^(nlohmann|date|openssl|zlib\.h)/ && public_header {
  found("public-header", "an installed header may not need " target "; move it to a .cpp or detail/")
}
