#!/usr/bin/env bash
# Installs Holdfast below PREFIX (default /usr/local), or takes it away again: programs, desktop entry, file types, icons,
# AppStream metadata, documents. With DESTDIR the files only go below it, for packagers, and no cache of this machine changes.
# Usage: [PREFIX=…] [DESTDIR=…] install.sh install|uninstall BIN
set -euo pipefail
action=${1:-} bin=${2:-bin} prefix=${PREFIX:-/usr/local} destdir=${DESTDIR:-} id=holdfast.Holdfast
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
die() { echo "install: $*" >&2; exit 1; }
case $prefix in
/*) ;;
*) die "PREFIX is an absolute folder name, not $prefix" ;;
esac
# These would need more than quotes in the desktop entry, which names the program with its folder.
case $prefix in *[\"\`\$\\%\|]*|*$'\n'*) die "a PREFIX with any of \" \` \$ \\ % | cannot be written into a desktop entry" ;; esac
share=$prefix/share
icons=$share/icons/hicolor

# each calls "$1 SOURCE TARGET MODE" for every single file, so that uninstalling takes away what installing made.
each() {
  local p size
  for p in holdfast holdfast-cli holdfast-issuer; do "$1" "$bin/$p" "$prefix/bin/$p" 755; done
  "$1" "$here/$id.desktop" "$share/applications/$id.desktop" 644
  "$1" "$here/holdfast-mime.xml" "$share/mime/packages/holdfast-mime.xml" 644
  "$1" "$here/$id.metainfo.xml" "$share/metainfo/$id.metainfo.xml" 644
  for p in "$top"/assets/holdfast-icon-*.png; do
    size=${p##*-} size=${size%.png}
    "$1" "$p" "$icons/${size}x$size/apps/$id.png" 644
  done
  "$1" "$top/assets/holdfast-icon.svg" "$icons/scalable/apps/$id.svg" 644
  "$1" "$top/assets/holdfast-tray.svg" "$icons/symbolic/apps/$id-symbolic.svg" 644
  "$1" "$here/holdfast-document.svg" "$icons/scalable/mimetypes/$id-document.svg" 644
}
documents=$share/doc/holdfast

put() {
  install -D -m "$3" "$1" "$destdir$2"
}
take_away() {
  rm -f "$destdir$2"
}

# Desktops look these up; a system without one of the programs has no use for its cache.
refresh() {
  [ -z "$destdir" ] || return 0
  if command -v update-mime-database >/dev/null && [ -d "$share/mime/packages" ]; then update-mime-database "$share/mime"; fi
  if command -v update-desktop-database >/dev/null && [ -d "$share/applications" ]; then update-desktop-database -q "$share/applications"; fi
  if command -v gtk-update-icon-cache >/dev/null && [ -d "$icons" ]; then gtk-update-icon-cache -q -t -f "$icons"; fi
}

case $action in
install)
  for p in holdfast holdfast-cli holdfast-issuer; do [ -x "$bin/$p" ] || die "$bin/$p is not built yet: make build"; done
  each put
  # Menus and double clicks find the program wherever it is, not only where PATH points.
  program=$prefix/bin/holdfast quoted=$prefix/bin/holdfast
  # Only where it must: xdg-open does not read quotes.
  [[ $program =~ ^[A-Za-z0-9/._+-]+$ ]] || quoted="\"$program\""
  sed -i -e "s|^TryExec=holdfast\$|TryExec=${program//&/\\&}|" -e "s|^Exec=holdfast |Exec=${quoted//&/\\&} |" \
    "$destdir$share/applications/$id.desktop"
  (cd "$top" && find README.md SECURITY.md docs -type f ! -name "*.go" ! -path "docs/testdata/*" -print0) |
    while IFS= read -r -d '' f; do install -D -m 644 "$top/$f" "$destdir$documents/$f"; done
  refresh
  ;;
uninstall)
  each take_away
  rm -rf "$destdir$documents"
  refresh
  ;;
*) die "usage: install.sh install|uninstall BIN" ;;
esac
