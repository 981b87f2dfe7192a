# sqlite_backup_test.bash PROGRAM SOURCE_FOLDER: the copy that docs/sqlite.md makes
# beside a running node is whole, and is opened.
source "$(dirname "${BASH_SOURCE[0]}")/commands.bash"
with_program "$1"
printf '[store]\npath = "jobs.db"\n' >zzz-jobs.toml
start node.log zzz-jobs node run
eventually "the node answers" zzz-jobs health
seq 1 500 | sed 's/.*/{"worker": "later", "delay_s": 3600, "args": {"number": &}}/' | zzz-jobs enqueue -
commands=$(block_of "$2/docs/sqlite.md" "Backups and size" sh)
bash -euo pipefail -c "$commands" || fail "status $?"
zzz-jobs enqueue later --in 1h # not in the copy
jobs=$(zzz-jobs stats --json --set store.path=jobs-copy.db)
[[ $jobs == *'"scheduled": 500'* ]] || fail "$jobs"
end_all
[[ $(zzz-jobs stats --json) == *'"scheduled": 501'* ]] || fail "the file itself was changed"
