#!/usr/bin/env bash
# Installs what sandboxes use of Debian or Ubuntu: bubblewrap and Docker, either of which is enough, and what they need.
# Nothing is started, and what is there already is left alone.
set -euo pipefail
PATH="$PATH:/usr/sbin:/sbin"

missing=()
command -v bwrap >/dev/null || missing+=(bubblewrap)
command -v dockerd >/dev/null || missing+=(docker.io)
command -v mkfs.ext4 >/dev/null || missing+=(e2fsprogs)
[[ "$(ldconfig -p)" == *libseccomp.so.2* ]] || missing+=(libseccomp2)
if ((${#missing[@]} == 0)); then
	echo "bubblewrap, Docker, e2fsprogs and libseccomp are there."
	exit 0
fi
if ! command -v apt-get >/dev/null; then
	echo "This is neither Debian nor Ubuntu: install with its own means what they call ${missing[*]}." >&2
	exit 1
fi
if ((EUID != 0)); then
	echo "Only root can install ${missing[*]}: run  sudo $0" >&2
	exit 1
fi

# A policy that denies keeps the daemon from being started as it is installed; one that is there already stays.
policy=/usr/sbin/policy-rc.d
if [[ ! -e "$policy" ]]; then
	trap 'rm -f "$policy"' EXIT
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}"
echo "Installed ${missing[*]}. Nothing was started: to have sandboxes in Docker, start it, as with  service docker start"
