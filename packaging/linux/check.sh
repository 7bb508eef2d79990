#!/usr/bin/env bash
# What a Linux desktop makes of Holdfast: the files are sound, every file of ours is known by its ending or its content,
# and a double click hands it to the program. Works in a temporary account; nothing of this machine changes.
# Usage: check.sh BIN
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "${1:-bin}" && pwd)
id=holdfast.Holdfast
step() { printf '== %s\n' "$*"; }
die() { echo "desktop: $*" >&2; exit 1; }
same() { [ "$2" = "$3" ] || die "$1: $2, wanted $3"; }
for p in desktop-file-validate appstreamcli xmllint update-mime-database update-desktop-database xdg-mime xdg-open mimetype gio identify; do
  command -v "$p" >/dev/null || die "$p is missing; make setup"
done
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT

if [ "${HOLDFAST_DESKTOP_INSIDE:-}" != 1 ]; then
  # Without a bus and without the machine user's own associations.
  mkdir -p "$top/home" "$top/run" && chmod 700 "$top/run"
  env -i PATH="$PATH" HOME="$top/home" XDG_RUNTIME_DIR="$top/run" LANG=C.UTF-8 TZ=UTC HOLDFAST_DESKTOP_INSIDE=1 bash "$0" "$bin"
  exit
fi
cd "$top"

step "1. a package: everything goes below DESTDIR, and uninstalling leaves nothing"
PREFIX=/usr DESTDIR=$top/package "$here/install.sh" install "$bin"
share=$top/package/usr/share
cmp "$bin/holdfast" "$top/package/usr/bin/holdfast"
desktop-file-validate "$share/applications/$id.desktop"
desktop-file-validate "$here/$id.desktop"
# The ID is that of the program everywhere and claims no domain that nobody here owns.
appstreamcli validate --no-net --pedantic --override=cid-desktopapp-is-not-rdns=info "$share/metainfo/$id.metainfo.xml"
xmllint --noout "$share/mime/packages/holdfast-mime.xml" "$share"/icons/hicolor/*/*/*.svg
grep -qx 'Exec=/usr/bin/holdfast %F' "$share/applications/$id.desktop" || die "the desktop entry does not name the program"
mapfile -t types < <(xmllint --xpath '//*[local-name()="mime-type"]/@type' "$here/holdfast-mime.xml" | sed 's/.*="//; s/"//')
[ ${#types[@]} -ge 8 ] || die "only ${#types[@]} file types"
for t in "${types[@]}"; do
  grep -q "^MimeType=.*\b$t;" "$here/$id.desktop" || die "the desktop entry does not open $t"
  grep -q "<mediatype>$t</mediatype>" "$here/$id.metainfo.xml" || die "the metadata does not name $t"
done

step "2. icons: every size is what its folder says"
icons=0
for f in "$share"/icons/hicolor/*x*/apps/$id.png; do
  size=$(basename "$(dirname "$(dirname "$f")")")
  same "$f" "$(identify -format '%wx%h' "$f")" "$size"
  icons=$((icons + 1))
done
[ "$icons" -ge 7 ] || die "only $icons icons"
for name in $(sed -n 's/^Icon=//p' "$here/$id.desktop") $(grep -o '<icon name="[^"]*' "$here/holdfast-mime.xml" | sed 's/.*"//' | sort -u) $id-symbolic; do
  [ -n "$(find "$share/icons/hicolor" -name "$name.svg")" ] || die "there is no icon $name"
done
PREFIX=/usr DESTDIR=$top/package "$here/install.sh" uninstall "$bin"
same "files left after uninstalling" "$(find "$top/package" -type f | wc -l)" 0

step "3. real files, made by the real programs"
mkdir files && cd files
(
  export HOLDFAST_HOME=$top/records HOLDFAST_KEYSTORE=passphrase HOLDFAST_PASSPHRASE_FILE=$top/passphrase
  echo "for this check only" >"$HOLDFAST_PASSPHRASE_FILE"
  "$bin/holdfast-issuer" init --dir "$top/vendor" --vendor acme --name "Acme GmbH" --email help@acme.example
  "$bin/holdfast-issuer" profile --dir "$top/vendor" --out real.hfkey
  "$bin/holdfast-issuer" license create --dir "$top/vendor" --policy "$here/../../docs/examples/acmecad.yaml" --welcome welcome.hfkey >"$top/key.txt"
  "$bin/holdfast-cli" keys import real.hfkey --yes
  "$bin/holdfast-cli" request activate --vendor acme --key-file "$top/key.txt" --out real.hfreq
  "$bin/holdfast-issuer" answer --dir "$top/vendor" real.hfreq --out real.hflic
) >made.log 2>&1 || die "the files could not be made: $(cat made.log)"
rm made.log

step "4. an account: installed below ~/.local, with a program that writes down its arguments"
data=$HOME/.local/share
mkdir -p "$top/stub"
cat >"$top/stub/holdfast" <<'S'
#!/bin/sh
printf '%s\n' "$@" >"$HOME/started.part"
mv "$HOME/started.part" "$HOME/started"
S
chmod +x "$top/stub/holdfast"
cp "$top/stub/holdfast" "$top/stub/holdfast-cli"
cp "$top/stub/holdfast" "$top/stub/holdfast-issuer"
PREFIX=$HOME/.local "$here/install.sh" install "$top/stub"

# type_of FILE: what file managers take it for. GLib's answer (GNOME, Xfce, MATE); step 5 also asks xdg-utils.
type_of() { gio info -a standard::content-type "$1" | sed -n 's/.*standard::content-type: //p'; }
known() {
  same "type of $1" "$(type_of "$1")" "$2"
}
step "5. by ending"
count=0
while read -r ending type; do
  [ -e "real.$ending" ] || echo "anything" >"real.$ending"
  known "real.$ending" "$type"
  same "xdg-mime on real.$ending" "$(xdg-mime query filetype "real.$ending")" "$type"
  echo "cut off" >"damaged.$ending"
  known "damaged.$ending" "$type"
  cp "real.$ending" "${ending}_UPPER.${ending^^}"
  known "${ending}_UPPER.${ending^^}" "$type"
  same "program for $type" "$(xdg-mime query default "$type")" "$id.desktop"
  opens=$(gio mime "$type")
  grep -q "^Default application for .*$id.desktop" <<<"$opens" || die "gio opens $type with: $opens"
  count=$((count + 1))
done <<'T'
hflic application/vnd.holdfast.license
hfreq application/vnd.holdfast.request
hfkey application/vnd.holdfast.key
hfnot application/vnd.holdfast.notice
hfrcp application/vnd.holdfast.receipt
hfrev application/vnd.holdfast.review
hfuse application/vnd.holdfast.usage
hfbak application/vnd.holdfast.backup
T
same "file types looked at" "$count" "${#types[@]}"

step "6. by content, where the name says nothing; what is named a text stays one"
cp real.hflic license
known license application/vnd.holdfast.license
cp real.hflic license.download
known license.download application/vnd.holdfast.license
cp real.hfreq request
known request application/vnd.holdfast.request
cp real.hfkey key
known key application/vnd.holdfast.key
cp welcome.hfkey welcome
known welcome application/vnd.holdfast.key
sed 's/$/\r/' real.hflic >crlf
known crlf application/vnd.holdfast.license
sed -n '/BEGIN/,$p' real.hflic >block
known block application/vnd.holdfast.license
cp real.hflic license.txt
known license.txt text/plain
echo "Where is my HOLDFAST LICENSE?" >note
known note text/plain
awk 'BEGIN { for (i = 0; i < 300; i++) print "a long text of other things" } { print }' /dev/null real.hflic >long
known long text/plain

step "7. a double click reaches the program, with the file and nothing else"
# started WANTED…: waits for the program, which desktops start and do not wait for.
started() {
  local _
  for _ in $(seq 200); do [ -e "$HOME/started" ] && break; sleep 0.05; done
  [ -e "$HOME/started" ] || die "the program was not started"
  same "arguments" "$(cat "$HOME/started")" "$(printf '%s\n' "$@")"
  rm "$HOME/started"
}
awkward="license 100% \$HOME 'n' ü.hflic"
cp real.hflic "$awkward"
gio open real.hflic
started "$PWD/real.hflic"
gio open "$awkward"
started "$PWD/$awkward"
gio open license
started "$PWD/license"
DISPLAY=:0 xdg-open "$PWD/$awkward" # asks for a screen before it looks, and does not use it
started "$PWD/$awkward"
gio launch "$data/applications/$id.desktop" real.hflic real.hfkey
started "$PWD/real.hflic" "$PWD/real.hfkey"
gio launch "$data/applications/$id.desktop"
started ""

step "8. uninstalled: nobody opens the files any more"
PREFIX=$HOME/.local "$here/install.sh" uninstall "$top/stub"
opens=$(gio mime application/vnd.holdfast.license)
! grep -q "$id.desktop" <<<"$opens" || die "the desktop still knows the program: $opens"
known real.hflic text/plain

echo "desktop: all checks passed"
