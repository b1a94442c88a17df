/** One open file, as Node's own `node:sqlite` and the package that stands in for it on older lines have it. */
export interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

type Bound = string | number | bigint | Uint8Array | null

export interface Statement {
  all(named: Readonly<Record<string, Bound>>): unknown[]
  run(named: Readonly<Record<string, Bound>>): { readonly changes: number | bigint }
  run(...values: readonly Bound[]): { readonly changes: number | bigint }
  iterate(): IterableIterator<unknown>
}

interface Driver {
  readonly DatabaseSync: new (path: string) => Database
}

/** SQLite as Node brings it, from version 22; before, the same interface with binaries inside the package. */
export async function loadDriver(): Promise<Driver> {
  const own = process.getBuiltinModule?.('node:sqlite') as Driver | undefined
  return own ?? ((await import('@photostructure/sqlite')) as Driver)
}
