# Run by scripts/check --debian13: all tests in a Debian 13 of their own, made
# once in build/debian13. Its packages come from where this machine gets its own.
set -euo pipefail

system=$PWD/build/debian13
command -v debootstrap >/dev/null || apt-get install --assume-yes debootstrap
if [[ ! -e $system/made ]]; then
  rm --recursive --force "$system"
  debootstrap --variant=minbase trixie "$system"
  touch "$system/made"
fi
cp /etc/resolv.conf "$system/etc/resolv.conf"

# Its own build tree stays there, so a second run builds only what changed.
mkdir --parents "$system/zzz_jobs"
tar --create --exclude=./build --exclude=./.git . | tar --extract --directory "$system/zzz_jobs"
# The mounts are of this process alone and go with it.
# shellcheck disable=SC2016 # the inner shell's own $1
unshare --mount bash -euc '
  mount --rbind /dev "$1/dev"
  mount --types proc proc "$1/proc"
  chroot "$1" env LC_ALL=C.UTF-8 /zzz_jobs/scripts/test' -- "$system"
