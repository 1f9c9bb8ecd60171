/**
 * The parent of `opencode serve`: a POSIX shell script that outlives us.
 *
 * Arguments: lease file, mark file, log file, seconds of a round, then the command. The server's password
 * is the first line of standard input: arguments can be read by everybody, and the environment of a process
 * by all of the same user. The server lives as long as somebody renews the lease by setting its
 * modification time; twelve rounds without a renewal end it. The guard counts rounds instead of comparing
 * clocks, so a machine that slept kills nothing. SIGTERM ends the server at once.
 *
 * opencode starts its tools in process groups of their own and does not end them when it dies (observed on
 * 1.18.33). So the guard looks them up first, by parentage, and ends them with the server. opencode may
 * also swallow the first SIGTERM, so a second one follows.
 *
 * A second process watches the guard. It ends the server within a round when the guard was killed together with
 * the bridge, which would have done so.
 */
export const GUARD = `
lease=$1; mark=$2; log=$3; pause=$4; shift 4
IFS= read -r password
# Whoever started us died before it said the password. A server without one would obey everybody.
[ -n "$password" ] || exit 1
OPENCODE_SERVER_PASSWORD=$password "$@" </dev/null >"$log" 2>&1 &
server=$!
unset password
children() { cat /proc/"$1"/task/*/children 2>/dev/null || pgrep -P "$1"; }
tree() { for child in $(children "$1"); do echo "$child"; tree "$child"; done; }
end() {
  trap '' TERM INT HUP
  tools=$(tree "$server")
  kill -TERM "$server" 2>/dev/null
  round=0
  while [ $round -lt 20 ] && kill -0 "$server" 2>/dev/null; do
    round=$((round + 1))
    [ $round -eq 8 ] && kill -TERM "$server" 2>/dev/null
    sleep 0.1
  done
  kill -KILL "$server" $tools 2>/dev/null
  kill -KILL "$watch" 2>/dev/null
  rm -f "$lease" "$mark"
  exit 0
}
(
  missed=0
  while kill -0 $$ 2>/dev/null; do
    sleep "$pause"
    if [ "$lease" -nt "$mark" ]; then
      touch -r "$lease" "$mark"
      missed=0
    else
      missed=$((missed + 1))
      [ $missed -ge 12 ] && kill -TERM $$
      # A guard that was killed, and that nobody has buried, still seems to live.
      [ $missed -ge 14 ] && break
    fi
  done
  end
) &
watch=$!
trap end TERM INT HUP
wait "$server"
code=$?
kill -KILL "$watch" 2>/dev/null
rm -f "$lease" "$mark"
exit $code
`;
