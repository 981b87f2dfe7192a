#include <zzz_jobs/nodes/cli/verb.hpp>

#include <zzz_jobs/nodes/cli/completion.hpp>
#include <zzz_jobs/nodes/cli/context.hpp>
#include <zzz_jobs/nodes/cli/manual.hpp>

namespace zzz_jobs::node::cli {

namespace {

int complete(Context& context) {
  context.out() << (context.arguments().text("SHELL") == "zsh" ? zsh_completion()
                                                               : bash_completion());
  return exit_ok;
}

int show_manual(Context& context) {
  context.out() << manual_page();
  return exit_ok;
}

} // namespace

std::vector<Verb> completion_verbs() {
  return {{.name = "completion",
           .summary = "Write the completion of a shell",
           .text = "bash: zzz-jobs completion bash >/etc/bash_completion.d/zzz-jobs\n"
                   "zsh: zzz-jobs completion zsh >/usr/share/zsh/site-functions/_zzz-jobs",
           .parameters =
             {{.name = "SHELL", .help = "which one", .choices = "bash zsh", .required = true}},
           .run = complete},
          {.name = "manual",
           .summary = "Write the manual page, as man reads it",
           .text = "zzz-jobs manual | man -l -",
           .run = show_manual}};
}

} // namespace zzz_jobs::node::cli
