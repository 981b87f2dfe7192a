# Run by scripts/check: the Debian package, installed in a clean root of this release,
# used there and removed. Its packages come from where this machine gets its own.
set -euo pipefail

scripts/build release
# The build folder's own rules, not those of the last one that was packed.
(cd build/release && cpack -G DEB -B "$PWD/package")
packages=(build/release/package/zzz-jobs_*.deb)
((${#packages[@]} == 1)) || { printf 'more than one package: %s\n' "${packages[*]}" && exit 1; }
dpkg-deb --info "${packages[0]}"

# shellcheck disable=SC1091 # the machine's own
release=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
system=$PWD/build/package-root
command -v debootstrap >/dev/null || apt-get install --assume-yes debootstrap
rm --recursive --force "$system"
debootstrap --variant=minbase "$release" "$system"
cp /etc/resolv.conf "$system/etc/resolv.conf"
cp --recursive /etc/apt/sources.list* "$system/etc/apt/" 2>/dev/null || true
cp "${packages[0]}" "$system/zzz-jobs.deb"
# The mounts are of this process alone and go with it.
# shellcheck disable=SC2016 # the inner shell's own variables
unshare --mount bash -euc '
  mount --rbind /dev "$1/dev"
  mount --types proc proc "$1/proc"
  chroot "$1" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 bash -euc "
    apt-get update
    apt-get install --assume-yes --no-install-recommends /zzz-jobs.deb
    zzz-jobs version
    zzz-jobs config check --config /etc/zzz-jobs/zzz-jobs.toml
    test -s /usr/share/bash-completion/completions/zzz-jobs
    mkdir --parents /var/lib/zzz-jobs
    cd /usr/share/doc/zzz-jobs/examples
    zzz-jobs --config quickstart.toml --set store.path=/var/lib/zzz-jobs/jobs.db enqueue digest /etc/os-release
    zzz-jobs node run --once --config quickstart.toml --set store.path=/var/lib/zzz-jobs/jobs.db
    zzz-jobs --config quickstart.toml --set store.path=/var/lib/zzz-jobs/jobs.db job show 1 | grep completed
    apt-get purge --assume-yes zzz-jobs
    test ! -e /usr/bin/zzz-jobs -a ! -e /var/lib/zzz-jobs -a ! -e /etc/zzz-jobs
  "' -- "$system"
rm --recursive --force "$system"
