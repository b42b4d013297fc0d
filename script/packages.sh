# What Tierboard needs of Debian 12 or Ubuntu, and how it gets there. Sourced by run, test and bench.

packages_build="gcc libc6-dev meson ninja-build pkg-config libgtk-4-dev libadwaita-1-dev libxml2-dev
  libcairo2-dev libpango1.0-dev libgraphviz-dev libjson-glib-dev libyaml-dev libzstd-dev"
# What the window needs beside its libraries: icons, a font with tabular figures, settings.
packages_run="adwaita-icon-theme librsvg2-common librsvg2-2 libvte-2.91-gtk4-0 fonts-inter fonts-cantarell fonts-dejavu-core gsettings-desktop-schemas"
packages_test="clang libclang-rt-dev xvfb xauth dbus at-spi2-core dconf-gsettings-backend xdotool xclip
  imagemagick x11-utils python3 python3-gi python3-requests faketime gdb strace librsvg2-bin poppler-utils libxml2-utils
  procps iproute2 git curl wrk redis-server redis-tools nginx-light libnginx-mod-stream socat openjdk-17-jdk-headless golang-go
  liburing-dev haproxy graphviz tshark postgresql mosquitto mosquitto-clients
  python3-psycopg2 python3-redis memcached etcd-server etcd-client nats-server nghttp2-client libnghttp2-dev prometheus
  docker-compose"

say () {
  printf '%s\n' "$*" >&2
}

is_installed () {
  dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'
}

# A name that this release does not have gives way to the one that it has.
package_name () {
  case $1 in
    libclang-rt-dev) # of the version that clang is
      version=$(apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p')
      echo "libclang-rt-$version-dev" ;;
    openjdk-17-jdk-headless)
      apt-cache show "$1" >/dev/null 2>&1 && echo "$1" || echo default-jdk-headless ;;
    *) echo "$1" ;;
  esac
}

as_root () {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_packages LIST…: what is missing, said before it is done. Nothing missing, nothing done.
install_packages () {
  command -v apt-get >/dev/null || {
    say "This is no Debian or Ubuntu: install these yourself: $*"
    return 0
  }
  missing=
  for package in "$@"; do
    case $package in libclang-rt-dev)
      command -v clang >/dev/null \
        && ls "$(clang -print-resource-dir)"/lib/*/libclang_rt.fuzzer* >/dev/null 2>&1 && continue ;;
    openjdk-17-jdk-headless) command -v javac >/dev/null && continue ;;
    golang-go) command -v go >/dev/null && continue ;;
    clang) command -v clang >/dev/null && continue ;;
    gcc) command -v gcc >/dev/null && continue ;;
    esac
    is_installed "$package" || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  say "Installing:$missing"
  as_root apt-get update -qq
  names=
  for package in $missing; do names="$names $(package_name "$package")"; done
  # Servers are wanted as programs only: policy-rc.d keeps their services from starting.
  fenced=
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
    as_root chmod +x /usr/sbin/policy-rc.d
    fenced=yes
  fi
  status=0
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $names \
    >/dev/null || status=$?
  [ -z "$fenced" ] || as_root rm -f /usr/sbin/policy-rc.d
  [ "$status" = 0 ] || say "apt-get could not install all of:$names"
  return "$status"
}

# build_in DIR [meson options], from the top folder: configures once, then builds.
build_in () {
  directory=$1
  shift
  [ -f "$directory/build.ninja" ] || meson setup "$directory" "$@" >"$directory.setup.log" 2>&1 || {
    cat "$directory.setup.log" >&2
    return 1
  }
  rm -f "$directory.setup.log"
  ninja -C "$directory" >"$directory/build.log" 2>&1 || {
    tail -n 60 "$directory/build.log" >&2
    return 1
  }
}
