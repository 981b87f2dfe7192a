# cluster_certificates_test.bash PROGRAM SOURCE_FOLDER: certificates as docs/cluster.md
# makes them, and with them the nodes of config/cluster.toml, each by the command at the
# file's head. The database's URL is in DATABASE_URL.
source "$(dirname "${BASH_SOURCE[0]}")/commands.bash"
with_program "$1"
: "${DATABASE_URL:?}"
ln --symbolic "$2/scripts" scripts
commands=$(block_of "$2/docs/cluster.md" "Over a network" sh)
bash -euo pipefail -c "$commands" || fail "status $?"
openssl verify -CAfile certs/ca.crt certs/{a,b,c}.crt

(umask 077 && printf '%s\n' "$DATABASE_URL" >database-url)
sed "s/127\.0\.0\.1/$address/g" "$2/config/cluster.toml" >cluster.toml
nodes=(a b c)
mapfile -t commands < <(sed --quiet 's/^#   //p' cluster.toml | sed ':more; /\\$/ { N; s/\\\n *//; b more }')
((${#commands[@]} == 3)) || fail "cluster.toml: not three commands: ${commands[*]}"
for i in 0 1 2; do
  printf '$ %s\n' "${commands[i]}"
  start "${nodes[i]}.log" bash -c "exec ${commands[i]}"
  eventually "node ${nodes[i]} answers" zzz-jobs health --socket "run/${nodes[i]}.sock"
done

both_are_linked() { (($(zzz-jobs node list --json --socket run/a.sock | grep --count '"linked": true') == 2)); }
eventually "node a has links to the others" both_are_linked
grep --quiet 'tls=on' a.log || fail "the links are not secured"
# Put in where there is no database, done by any of them, seen by another.
said=$(zzz-jobs enqueue digest /etc/os-release --socket run/c.sock)
id=$(sed --quiet 's/^job \([0-9]*\) .*/\1/p' <<<"$said")
digest=$(sha256sum /etc/os-release)
is_done() { [[ $(zzz-jobs job show "$id" --json --socket run/b.sock) == *"\"result\": \"${digest%% *}"* ]]; }
eventually "the job is done" is_done
end_all
