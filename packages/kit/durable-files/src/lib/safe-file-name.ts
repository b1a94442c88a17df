import { createHash } from 'node:crypto'

/** Names that Windows keeps for devices, whatever extension follows. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$|clock\$)(?=\.|$)/
const kept = /^[a-z\d_.-]$/
/** File systems allow 255 bytes; this leaves room for what is appended. */
const maxLength = 120

/**
 * A file name for any name, the same on every system. Lower-case letters, digits, `_`, `-` and dots between them stay as they
 * are; every other character becomes the bytes of its UTF-8 as `%xx`, capital letters too. Hence two different names never share
 * a file, not even where file systems see no difference between `A` and `a` or between two ways to write `é`. Names that Windows
 * reserves (`nul`, `com1.txt`) are written differently; a name that would grow beyond 120 characters is cut, with a hash
 * behind it.
 *
 * @param name not empty, without unpaired surrogates
 * @returns at most 120 characters, ASCII; an extension may be appended
 * @throws TypeError when there is no such name
 */
export function safeFileName(name: string): string {
  if (name === '') throw new TypeError('a name for a file must not be empty')
  if (/\p{Surrogate}/u.test(name)) {
    throw new TypeError(`a name for a file must be well-formed text, got ${JSON.stringify(name)}`)
  }
  let safe = ''
  for (const character of name) safe += kept.test(character) ? character : percent(character)
  // Dots at the ends mean something: `.`, `..`, hidden; Windows drops the last.
  safe = safe.replace(/^\.|\.$/g, '%2e')
  if (reserved.test(safe)) safe = percent(safe.charAt(0)) + safe.slice(1)
  if (safe.length <= maxLength) return safe
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 40)
  // `%~` is how no short name can end.
  return `${safe.slice(0, maxLength - 42)}%~${hash}`
}

function percent(character: string): string {
  return Buffer.from(character, 'utf8').toString('hex').replace(/../g, '%$&')
}
