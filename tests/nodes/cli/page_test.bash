# page_test.bash PROGRAM PAGE: the commands of docs/cli.md, one after the other, with
# the page's own file and the node that it starts.
set -euo pipefail
program=$1 page=$2

folder=$(mktemp --directory)
node=''
cleanup() {
  [[ -z $node ]] || kill "$node" 2>/dev/null || true
  wait
  rm --recursive --force "$folder"
}
trap cleanup EXIT
mkdir "$folder/bin"
ln --symbolic "$program" "$folder/bin/zzz-jobs"
export PATH=$folder/bin:$PATH
while read -r name; do unset "$name"; done < <(compgen -v ZZZ_JOBS_)
cd "$folder"

block_of() { # LANGUAGE: the text of such blocks, an empty line between them
  awk --assign "begin=\`\`\`$1" '$0 == begin { inside = 1; next } /^```$/ && inside { inside = 0; print ""; next } inside' "$page"
}

await_node() {
  local i
  for ((i = 0; i < 600; i++)); do
    zzz-jobs health >/dev/null 2>&1 && return
    kill -0 "$node" || { cat node.log >&2; return 1; }
    sleep 0.1
  done
  echo "the node does not answer" >&2
  return 1
}

block_of toml >zzz-jobs.toml
count=0
while IFS= read -r command; do
  [[ -n $command ]] || continue
  printf '$ %s\n' "$command"
  if [[ $command == "zzz-jobs node run" ]]; then
    zzz-jobs node run >node.log 2>&1 &
    node=$!
    await_node
  else
    bash -o pipefail -c "$command" </dev/null
  fi
  count=$((count + 1))
done < <(block_of sh)
((count > 20)) || { echo "the page's commands were not found" >&2; exit 1; }

# What the page promises of them.
[[ $(zzz-jobs job show 1 --json) == *'"result": "6"'* ]] || { echo "job 1 has not counted its words" >&2; exit 1; }
[[ $(zzz-jobs job show 3 --json) == *'"state": "scheduled"'* ]] || { echo "job 3 is not scheduled" >&2; exit 1; }
kill "$node"
wait "$node"
node=''
zzz-jobs job show 1 >/dev/null # the file itself, now that no node runs
