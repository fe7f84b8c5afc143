#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Unpacks Debian packages of another architecture, and all that they need, into a folder to compile against.  Neither the
# system's packages nor its list of architectures change, and root is not needed.
set -eu
if [ $# -lt 3 ]; then
  echo "usage: sysroot.sh ARCHITECTURE FOLDER PACKAGE...   (writes FOLDER/root and, for Meson, FOLDER/constants.ini)" >&2
  exit 2
fi
architecture=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
shift 2
if [ "$(cat "$folder/packages" 2>/dev/null)" = "$architecture $*" ]; then
  exit 0
fi
rm -rf "$folder/root" "$folder/apt" "$folder/packages"
apt=$folder/apt
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$folder/root/usr/lib"
: >"$apt/status" # nothing is installed

# The sources are the system's; what the system does after an update of its own is not done here.
cat >"$apt/conf" <<END
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Architectures;
#clear Acquire::IndexTargets::deb::DEP-11;
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Sandbox::User "";
Acquire::Languages "none";
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::Status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Log "$apt";
END
apt-get -q -c "$apt/conf" update
apt-get -q -c "$apt/conf" install -y --no-install-recommends --download-only "$@"

# One lib folder, as on a system, whether packages name it /lib or /usr/lib.
ln -s usr/lib "$folder/root/lib"
for package in "$apt"/cache/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink --no-same-owner -C "$folder/root"
done
find "$folder/root" -type l -lname '/*' | while IFS= read -r link; do # within the folder, not the system
  ln -sfnr "$folder/root$(readlink "$link")" "$link"
done
rm -rf "$apt"
echo "[constants]
sysroot = '$folder/root'" >"$folder/constants.ini"
echo "$architecture $*" >"$folder/packages"
