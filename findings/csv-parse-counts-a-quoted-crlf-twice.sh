#!/bin/sh
# csv-parse 7.0.3: `info.lines` counts a CR LF inside quotes as two lines.
#
# Expected: the line on which a record ends, whatever its line ends are: the same file with LF and with CR LF has the same lines.
# What happens: with LF the records end on lines 1, 3 and 4. With CR LF, as RFC 4180 has it, they are said to end on 1, 4 and 5:
# every CR LF inside of quotes counts twice, so a place in a message is further off with each of them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund csv-parse@7.0.3
cat >try.mjs <<'END'
import { parse } from 'csv-parse/sync'
const linesOf = (eol) =>
  parse(['a,b', `1,"x${eol}y"`, '2,z', ''].join(eol), { info: true }).map(({ info }) => info.lines)
console.log('LF   ', ...linesOf('\n'))
console.log('CR LF', ...linesOf('\r\n'))
const isAsSeen = String(linesOf('\n')) === '1,3,4' && String(linesOf('\r\n')) === '1,4,5'
process.exit(isAsSeen ? 0 : 1)
END
node try.mjs
