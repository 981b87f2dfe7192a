#include <zzz_jobs/nodes/cli/manual.hpp>

#include <zzz_jobs/nodes/cli/help.hpp>
#include <zzz_jobs/nodes/cli/verb.hpp>

namespace zzz_jobs::node::cli {

namespace {

/// Text that troff takes as text.
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\''))
      out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
    line_begins = c == '\n';
  }
  return out;
}

std::string capitalised(std::string_view text) {
  std::string out{text};
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

void add_parameters(std::string& page, const std::vector<Parameter>& parameters) {
  for (const auto& parameter : parameters) {
    page += ".TP\n\\fB" + roff(parameter.name) + "\\fR";
    if (!parameter.is_positional() && !parameter.value.empty())
      page += " \\fI" + roff(parameter.value) + "\\fR";
    page += "\n" + roff(capitalised(parameter.help));
    if (!parameter.choices.empty())
      page += ": " + roff(parameter.choices);
    page += ".\n";
  }
}

void add_verb(std::string& page, const Verb& verb) {
  page += ".SS \"" + roff(verb.name) + "\"\n";
  page += "\\fBzzz\\-jobs " + roff(synopsis(verb)) + "\\fR\n.PP\n";
  page += roff(verb.summary) + ".\n";
  if (!verb.text.empty())
    page += ".PP\n.nf\n" + roff(verb.text) + "\n.fi\n";
  add_parameters(page, verb.parameters);
}

constexpr std::string_view statuses = R"(.SH EXIT STATUS
.TP
.B 0
It was done.
.TP
.B 1
It was tried, and did not work; also where a change may have happened or not.
.TP
.B 2
The command, a value in it or the configuration is wrong.
.TP
.B 3
There is no such job, queue, node or entry.
.TP
.B 4
health, doctor: something is wrong.
.TP
.B 75
Nothing happened, and the same may work later.
)";

constexpr std::string_view surroundings = R"(.SH ENVIRONMENT
.TP
.B ZZZ_JOBS_CONFIG
The node's file where \-\-config names none.
.TP
.B ZZZ_JOBS_HTTP_TOKEN
The token for \-\-http.
.TP
.B ZZZ_JOBS_*
Settings in place of the file's; see \fBzzz\-jobs config show \-\-origin\fR.
.TP
.B NO_COLOR
No colours.
.SH FILES
.TP
.B ./zzz\-jobs.toml, /etc/zzz\-jobs/zzz\-jobs.toml
The node's file.
)";

} // namespace

std::string manual_page() {
  std::string page =
    ".TH ZZZ\\-JOBS 1 \"\" \"zzz\\-jobs " ZZZ_JOBS_VERSION "\" \"User Commands\"\n"
    ".SH NAME\nzzz\\-jobs \\- background jobs: run a node, talk to running ones\n"
    ".SH SYNOPSIS\n\\fBzzz\\-jobs\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n"
    ".SH DESCRIPTION\n"
    "A node runs jobs: it claims them from a store in memory, in an SQLite file or\n"
    "in a PostgreSQL database, and runs the programs that its file names for them.\n"
    "The other commands ask the node of the configuration file through its control\n"
    "socket, one elsewhere over HTTP, or a PostgreSQL database without any node.\n"
    ".SH COMMANDS\n";
  for (const auto& verb : verbs())
    add_verb(page, verb);
  page += ".SH OPTIONS EVERYWHERE\n";
  add_parameters(page, global_parameters());
  page += ".TP\n\\fB\\-\\-help\\fR\nExplain the program, or a command.\n";
  page += ".TP\n\\fB\\-\\-version\\fR\nShow the version of the program.\n";
  page.append(statuses).append(surroundings);
  return page;
}

} // namespace zzz_jobs::node::cli
