# http_api_commands_test.bash PROGRAM SOURCE_FOLDER: what docs/http-api.md asks a node.
source "$(dirname "${BASH_SOURCE[0]}")/commands.bash"
with_program "$1"
export TOKEN=0123456789abcdef
cat >zzz-jobs.toml <<END
[store]
path = "jobs.db"
[http]
listen = "$address:8080"
token_env = "TOKEN"
END
start node.log zzz-jobs node run
# The control socket answers a little earlier.
eventually "the node answers" curl --fail "http://$address:8080/livez"

# As on the page, but a refusal is told.
curl() { command curl --fail --silent --show-error "$@"; }
export -f curl
commands=$(block_of "$2/docs/http-api.md" "Over HTTP" sh)
bash -euo pipefail -c "${commands//127.0.0.1/$address}" >said || fail "status $?: $(<said)"
[[ $(<said) == *'"queues"'*'"id":1'* ]] || fail "$(<said)"
[[ $(zzz-jobs job show 1 --json) == *'"args": "{\"to\": 7}"'* || $(zzz-jobs job show 1 --json) == *'"args": "{\"to\":7}"'* ]] ||
  fail "$(zzz-jobs job show 1)"
# The address needs the token, which the page's commands give.
! curl "http://$address:8080/api/v1/queues" >/dev/null 2>&1 || fail "no token was wanted"
end_all
