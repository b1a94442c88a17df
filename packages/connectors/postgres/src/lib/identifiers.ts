/** PostgreSQL cuts longer names without a word, so that two of them could become one (its manual: Lexical Structure). */
const maxNameBytes = 63

/** Writes a name as SQL: quoted, so that reserved words, capitals and any other character mean themselves. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Writes the name of something in a schema. */
export function quoteQualified(schema: string, name: string): string {
  return `${quoteName(schema)}.${quoteName(name)}`
}

/** @throws TypeError for what cannot be a name in PostgreSQL */
export function checkName(what: string, name: string): string {
  if (typeof name !== 'string' || name === '' || /[\0]|\p{Surrogate}/u.test(name)) {
    throw new TypeError(`${what} must be a name, received ${JSON.stringify(name)}`)
  }
  if (Buffer.byteLength(name) > maxNameBytes) {
    throw new TypeError(
      `${what} '${name}' is ${Buffer.byteLength(name)} bytes long, and PostgreSQL takes ${maxNameBytes}. Give a shorter one.`,
    )
  }
  return name
}

/** A name made from another one that PostgreSQL takes whole: what is too long is cut and told apart by a hash. */
export function derivedName(prefix: string, name: string, hash: (text: string) => string): string {
  const whole = `${prefix}${name}`
  if (Buffer.byteLength(whole) <= maxNameBytes) return whole
  const tail = `_${hash(name).slice(0, 12)}`
  let cut = whole
  while (Buffer.byteLength(cut) + tail.length > maxNameBytes) cut = [...cut].slice(0, -1).join('')
  return `${cut}${tail}`
}
