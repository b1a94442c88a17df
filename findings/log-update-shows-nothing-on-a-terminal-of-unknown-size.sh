#!/bin/sh
# log-update 7.2.0: on a terminal that does not know its size nothing is shown at all.
#
# Expected: a pseudo-terminal whose size nobody has set (script(1) without one of its own, `docker run -t` from a script, many CI
# systems) says 0 rows and 0 columns, which stands for "not known". What is usual then is a guess of 80 by 24, which the library
# makes too where there is no size, and `defaultHeight` looks like the way to choose it.
# What happens: `stream.rows ?? defaultHeight ?? 24` takes the 0 for a height: every frame is empty, with and without `defaultHeight`. On 24
# rows the same program shows its frame.
set -eu
command -v script >/dev/null || { echo 'needs script(1)'; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund log-update@7.2.0
cat >try.mjs <<'END'
import { createLogUpdate } from 'log-update'
const show = createLogUpdate(process.stdout, { defaultHeight: 24, defaultWidth: 80 })
show('half way')
show.done()
END
shown() { script -qec "stty rows $1 cols $2; node try.mjs" /dev/null </dev/null | grep -c 'half way' || true; }
known=$(shown 24 80)
unknown=$(shown 0 0)
echo "24 by 80: shown $known time(s); 0 by 0: shown $unknown time(s)"
[ "$known" = 1 ] && [ "$unknown" = 0 ]
