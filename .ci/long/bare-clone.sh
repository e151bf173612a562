#!/usr/bin/env bash
# The two commands of the README, each the first one after a clone: as an ordinary user where this runs as root, with a PATH
# that holds git, OpenSSH, Node, npm and the basic tools alone, and an empty npm cache. The clones must stay clean.
set -u
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/home"

# Packages that the image ships beside its tools (a compiler, Python) must not be needed.
for tool in git ssh ssh-keygen ssh-add ssh-agent bwrap sh bash env ls cat cp mv rm mkdir chmod ln touch tee wc sort head tail \
  grep sed cut tr id uname date sleep stat readlink dirname basename mktemp printf test true false kill ps timeout find xargs \
  sha256sum mkfifo stty chown setsid; do
  path=$(type -P "$tool") && ln -s "$(readlink -f "$path")" "$work/bin/$tool"
done
[ -e "$work/bin/bash" ] || { echo 'no bash' >&2; exit 1; }
ln -s "$(readlink -f "$(type -P node)")" "$work/bin/node"
ln -s "$(readlink -f "$(type -P npm)")" "$work/bin/npm"

as_user=()
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
fi
# How this machine reaches the npm registry is not part of what is tried here.
reach=("npm_config_registry=$(npm config get registry)")
for name in NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR HTTPS_PROXY HTTP_PROXY NO_PROXY https_proxy http_proxy no_proxy; do
  [ -z "${!name:-}" ] || reach+=("$name=${!name}")
done

failed=0
run_first() {
  local name=$1 clone="$work/$1"
  shift
  git clone --quiet --no-hardlinks "$source" "$clone" || return 1
  mkdir "$work/npm-$name"
  [ ${#as_user[@]} -eq 0 ] || chown -R 65534:65534 "$clone" "$work/home" "$work/npm-$name"
  chmod 755 "$work" "$work/bin"
  echo "-- $name: $*"
  (cd "$clone" && "${as_user[@]}" env -i "PATH=$work/bin" "HOME=$work/home" "npm_config_cache=$work/npm-$name" \
    "${reach[@]}" TMPDIR="${TMPDIR:-/tmp}" LANG=C.UTF-8 CI=true "$@") || { echo "failed: $*"; failed=1; }
  local dirty
  dirty=$(cd "$clone" && "${as_user[@]}" env "HOME=$work/home" git status --porcelain) || failed=1
  [ -z "$dirty" ] || { echo "left behind by $*:"; echo "$dirty"; failed=1; }
}

run_first demo npm run demo
# All of the tests are run by `.ci/run` itself; here it counts that the command works first thing. CES_BARE_TESTS=. tries them all.
run_first test npm test -- "${CES_BARE_TESTS:-tests/cli/usage.test.ts}"

# Once more with a Node that needs no other: the one that the first clone fetched, where the machine's own was too old.
for fetched in "$work"/demo/.cache/node-*/bin/node; do
  [ -x "$fetched" ] && ln -sf "$fetched" "$work/bin/node" && run_first demo-on-new-node npm run demo
done
exit $failed
