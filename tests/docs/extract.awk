# Makes files to compile and run of the code blocks in Markdown pages. Variable:
# out, the folder to write to. A page is known by its name, docs/sqlite.md as
# "sqlite", README.md as "readme".
#
#   blocks.cpp    each plain ```cpp block as a function
#   NAME          each ```cpp block whose first line is "// file: NAME"
#   PAGE.N.sql    each ```sql block, for SQLite; PAGE.postgres.N.sql for PostgreSQL
#   tests.cmake   the calls that make tests of them
#
# <!-- fixture: NAME --> right before a plain block puts fixtures/NAME.inc at its
# beginning; <!-- fixture: postgres --> right before SQL says for what it is. Errors
# of the compiler point into the pages.

function fail(text) {
  printf "%s:%d: %s\n", FILENAME, FNR, text > "/dev/stderr"
  failed = 1
  exit 1
}

# What may stand in a test's name, once a page.
function name_of(title, name) {
  gsub(/[^A-Za-z0-9 _-]/, "", title)
  name = "docs/" page "/" title
  return ++seen[name] == 1 ? name : name " (" seen[name] ")"
}

function place() { return "#line " first " \"" FILENAME "\"\n" }

function end_plain_block() {
  ++blocks
  functions = functions "void block_" blocks "() {\n"
  if (fixture != "")
    functions = functions "#include \"docs/fixtures/" fixture ".inc\"\n"
  functions = functions place() text "}\n\n"
  table = table "  {\"" blocks "\", block_" blocks "},\n"
  print "docs_block(\"" name_of(heading) "\" " blocks ")" > (out "/tests.cmake")
}

function end_file(line, file) {
  file = line
  sub(/^\/\/ file: */, "", file)
  if (file in files)
    fail("file " file " is in " files[file] " already")
  files[file] = FILENAME
  printf "%s%s", place(), text > (out "/" file)
  if (file ~ /\.cpp$/)
    print "docs_program(\"docs/" page "/" file "\" " file \
      (text ~ /conformance\/suite/ ? " zzz_jobs_catch" : "") ")" > (out "/tests.cmake")
}

function end_sql() {
  if (fixture == "postgres")
    printf "%s", text > (out "/" page ".postgres." ++postgres_blocks[page] ".sql")
  else
    printf "%s", text > (out "/" page "." ++sql_blocks[page] ".sql")
}

function end_block(first_line) {
  first_line = substr(text, 1, index(text, "\n") - 1)
  if (language == "sql")
    end_sql()
  else if (language == "cpp" && first_line ~ /^\/\/ file: /)
    end_file(first_line)
  else if (language == "cpp")
    end_plain_block()
  if (fixture != "" && (language != "cpp" || first_line ~ /^\/\/ file: /) \
      && !(language == "sql" && fixture == "postgres"))
    fail("a fixture is for a plain block of C++, or postgres for SQL")
  fixture = ""
}

FNR == 1 {
  page = FILENAME
  sub(/.*\//, "", page)
  sub(/\.md$/, "", page)
  page = tolower(page)
  heading = page
}

!in_block && /^#+ / { heading = $0; sub(/^#+ /, "", heading); next }
!in_block && /^<!-- fixture: [a-z_]+ -->$/ { fixture = $3; next }
!in_block && /^[ \t]+```/ { fail("blocks are not indented, or no test would see them") }
!in_block && /^```/ {
  language = substr($0, 4)
  if (language == "")
    fail("say what is in the block: cpp, sql, sh, cmake or text")
  in_block = 1
  first = FNR + 1
  text = ""
  next
}
in_block && /^```$/ { in_block = 0; end_block(); next }
in_block { text = text $0 "\n"; next }
NF && fixture != "" { fail("a fixture stands right before its block") }

END {
  if (failed)
    exit 1
  if (in_block)
    fail("the last block is not closed")
  printf "%s", "#include \"docs/blocks.hpp\"\n\n" \
    "using namespace zzz_jobs;\nusing namespace std::chrono_literals;\n\n" \
    "namespace {\n\n" functions "} // namespace\n\n" \
    "const std::vector<docs::Block> docs::all_blocks = {\n" table "};\n" > (out "/blocks.cpp")
  for (one in sql_blocks)
    print "docs_sql(" one " " sql_blocks[one] ")" > (out "/tests.cmake")
  for (one in postgres_blocks)
    print "docs_postgres_sql(" one " " postgres_blocks[one] ")" > (out "/tests.cmake")
}
