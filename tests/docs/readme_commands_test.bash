# readme_commands_test.bash PROGRAM SOURCE_FOLDER: the commands that README.md shows of
# the program, with the node's file that stands above them.
source "$(dirname "${BASH_SOURCE[0]}")/commands.bash"
with_program "$1"
page=$2/README.md
heading="Without C++: the zzz-jobs program"
block_of "$page" "$heading" toml >zzz-jobs.toml
echo 'import sys; print(len(sys.stdin.read()))' >thumb.py

# on_a_terminal COMMAND: its status; it is told to quit when it says how.
on_a_terminal() {
  python3 - "$1" <<'END'
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execlp("bash", "bash", "-c", sys.argv[1])
shown = b""
try:
    while part := os.read(terminal, 65536):
        if b"q quits" in shown + part and b"q quits" not in shown:
            os.write(terminal, b"q")
        shown += part
except OSError: # how Linux says that the terminal has no other side any more
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
END
}

count=0
while IFS= read -r line; do
  [[ $line == '$ '* ]] || fail "README.md: not a command: $line"
  command=${line#'$ '}
  printf '%s\n' "$line"
  case $command in
    "zzz-jobs node run "*)
      start node.log zzz-jobs node run
      eventually "the node answers" zzz-jobs health
      ;;
    "zzz-jobs why 42 "*)
      for ((i = 0; i < 60; i++)); do echo '{"worker": "thumbnail", "delay_s": 3600}'; done | zzz-jobs enqueue -
      bash -c "$command"
      ;;
    "zzz-jobs top") on_a_terminal "$command" >top.log || fail "$command: status $?" ;;
    *) bash -c "$command" || fail "$command: status $?" ;;
  esac
  count=$((count + 1))
done < <(block_of "$page" "$heading" text)
((count >= 5)) || fail "README.md: only $count commands were found"
is_done() { [[ $(zzz-jobs job show 1 --json) == *'"result": "12"'* ]]; } # {"image": 7}
eventually "the job of the page is done" is_done
end_all
