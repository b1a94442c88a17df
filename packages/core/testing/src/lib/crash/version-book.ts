/** What the columns of a row hold, by name. */
export type RowValues = Readonly<Record<string, string | number>>

/** A row as the table held it. */
export interface KnownRow {
  readonly id: string
  /** Digits of the row version. */
  readonly version: string
  readonly values: RowValues
}

/** Every version of every row that the table ever held, as the service itself told it when it was written. */
export interface VersionBook {
  written(row: KnownRow): void
  deleted(id: string): void
  /** What the row held in this version; several when the environment was restored and gave the version again. */
  valuesOf(id: string, version: string): readonly RowValues[]
  /** The latest version of the row in which it held these values, and none besides, as far as they are of its columns. */
  versionWith(id: string, values: Readonly<Record<string, unknown>>): string | undefined
  /** Whether the row was ever deleted. */
  wasDeleted(id: string): boolean
  /** Counts the writes: what was written before a moment has a lower number. */
  readonly writes: number
  /** The number of the write that made this version (the latest one, had it been given twice). */
  writeOf(id: string, version: string): number | undefined
  /** The number of the latest deletion of the row. */
  deletionOf(id: string): number | undefined
}

/** An empty book. */
export function createVersionBook(): VersionBook {
  const versions = new Map<string, { values: RowValues[]; write: number }>()
  const deletions = new Map<string, number>()
  let writes = 0
  return {
    written({ id, version, values }) {
      writes += 1
      const known = versions.get(`${id} ${version}`)
      versions.set(`${id} ${version}`, { values: [...(known?.values ?? []), values], write: writes })
    },
    deleted(id) {
      writes += 1
      deletions.set(id, writes)
    },
    valuesOf: (id, version) => versions.get(`${id} ${version}`)?.values ?? [],
    versionWith(id, values) {
      const named = Object.entries(values)
      let found: { version: string; write: number } | undefined
      for (const [key, { values: held, write }] of versions) {
        const [keptId, version = ''] = key.split(' ')
        const isIt =
          keptId === id && held.some((each) => named.every(([name, value]) => each[name] === value))
        if (isIt && (found === undefined || write > found.write)) found = { version, write }
      }
      return found?.version
    },
    wasDeleted: (id) => deletions.has(id),
    writeOf: (id, version) => versions.get(`${id} ${version}`)?.write,
    deletionOf: (id) => deletions.get(id),
    get writes() {
      return writes
    },
  }
}
