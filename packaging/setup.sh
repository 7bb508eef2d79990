#!/usr/bin/env bash
# Installs the system packages that building and testing need, where apt-get is there and something is missing.
# Packages: headers of X11 and OpenGL for the window; Xvfb, a window manager, xdotool and ImageMagick to drive and
# show it; gnome-keyring and D-Bus for a real Secret Service; PostgreSQL, pgbouncer and Chromium for the vendor's service; strace for the kill and fault tests; what desktops use to
# read desktop entries, file types and AppStream metadata.
set -euo pipefail
packages=(gcc pkg-config xorg-dev libgl1-mesa-dev libgl1-mesa-dri libwayland-dev libxkbcommon-dev
  xvfb xdotool xclip python3-gi gir1.2-gtk-3.0 openbox imagemagick x11-utils gnome-keyring dbus dbus-x11 libsecret-tools procps iproute2 strace jq curl postgresql pgbouncer chromium
  desktop-file-utils appstream shared-mime-info xdg-utils libxml2-utils libglib2.0-bin libfile-mimeinfo-perl)
missing=()
if ! command -v dpkg-query >/dev/null; then
  echo "setup: this is not Debian or Ubuntu; please install the equivalents of: ${packages[*]}" >&2
  exit 0
fi
for p in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing+=("$p")
done
[ ${#missing[@]} -eq 0 ] && exit 0
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
echo "setup: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
"${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"
