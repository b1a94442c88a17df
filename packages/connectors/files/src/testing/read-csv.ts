/** Reads CSV by RFC 4180, its first record the names: nothing between two commas is null, `""` is empty text. */
export function readCsv(text: string): Readonly<Record<string, string | null>>[] {
  const [names = [], ...records] = recordsOf(text)
  return records.map((fields) => {
    if (fields.length !== names.length)
      throw new TypeError(`it has ${fields.length} values, not ${names.length}`)
    return Object.fromEntries(names.map((name, at) => [name ?? '', fields[at] ?? null]))
  })
}

function recordsOf(text: string): (string | null)[][] {
  const records: (string | null)[][] = []
  let record: (string | null)[] = []
  const fields = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy
  while (fields.lastIndex < text.length) {
    const [, quoted, plain = '', end] = fields.exec(text) ?? []
    if (end === undefined) throw new TypeError('it is no CSV')
    record.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    records.push(record)
    record = []
  }
  return records
}
