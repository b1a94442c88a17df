import { createHash } from 'node:crypto'

/** Writes a name as SQL: quoted, so that reserved words, capitals and any other character mean themselves. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** What a database takes as a name. */
export interface NameRules {
  /** Name of the database. */
  readonly name: string
  readonly limits: { readonly nameBytes: number }
}

/** @throws TypeError for what cannot be a name in the database */
export function checkName({ name: database, limits }: NameRules, what: string, name: string): string {
  if (typeof name !== 'string' || name === '' || /[\0]|\p{Surrogate}/u.test(name)) {
    throw new TypeError(`${what} must be a name, received ${JSON.stringify(name)}`)
  }
  const bytes = Buffer.byteLength(name)
  if (bytes <= limits.nameBytes) return name
  throw new TypeError(
    `${what} '${name}' is ${bytes} bytes long, and ${database} takes ${limits.nameBytes}. Give a shorter one.`,
  )
}

/** A name made from another one that the database takes whole: what is too long is cut and told apart by a hash. */
export function derivedName({ limits: { nameBytes } }: NameRules, prefix: string, name: string): string {
  const whole = `${prefix}${name}`
  if (Buffer.byteLength(whole) <= nameBytes) return whole
  const tail = `_${createHash('sha256').update(name).digest('hex').slice(0, 12)}`
  let cut = whole
  while (Buffer.byteLength(cut) + tail.length > nameBytes) cut = [...cut].slice(0, -1).join('')
  return `${cut}${tail}`
}
