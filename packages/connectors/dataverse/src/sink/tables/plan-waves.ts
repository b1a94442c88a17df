import type { WriterTable } from '../plan/table-port.js'

/** Lookups of one table that have to wait until all rows are there. */
export interface DeferredLookups {
  readonly entitySet: string
  /** Navigation properties. */
  readonly navigationProperties: readonly string[]
}

/** An order in which tables can be written so that what a row points at is there before it. */
export interface WavePlan {
  /** Entity sets; those of one wave do not point at each other. */
  readonly waves: readonly (readonly string[])[]
  /** What no order can satisfy: lookups at the own table and those that close a circle. Written in a second pass. */
  readonly deferred: readonly DeferredLookups[]
}

interface Edge {
  readonly navigationProperty: string
  readonly parent: string
}

/**
 * Orders tables: parents before children. Lookups at tables that are not in the list play no part, their rows are expected to
 * be there. Where tables point at each other in a circle, the one with the fewest such lookups goes first and gets them later.
 */
export function planWaves(tables: readonly WriterTable[]): WavePlan {
  const names = new Map(tables.map((table) => [table.logicalName, table]))
  const deferred = new Map<string, Set<string>>()
  const defer = (table: string, edges: readonly Edge[]): void => {
    const list = deferred.get(table) ?? new Set()
    for (const { navigationProperty } of edges) list.add(navigationProperty)
    if (list.size > 0) deferred.set(table, list)
  }
  const edges = new Map<string, readonly Edge[]>()
  for (const table of names.values()) {
    const all = edgesOf(table).filter(({ parent }) => names.has(parent))
    defer(
      table.logicalName,
      all.filter(({ parent }) => parent === table.logicalName),
    )
    edges.set(
      table.logicalName,
      all.filter(({ parent }) => parent !== table.logicalName),
    )
  }
  const setOf = (table: string): string => names.get(table)?.entitySetName ?? table
  const waves: string[][] = []
  const left = new Set([...names.keys()].sort())
  const open = (table: string): readonly Edge[] =>
    (edges.get(table) ?? []).filter(({ parent }) => left.has(parent))
  while (left.size > 0) {
    let wave = [...left].filter((table) => open(table).length === 0)
    if (wave.length === 0) {
      const first = [...left].reduce((best, table) => (open(table).length < open(best).length ? table : best))
      defer(first, open(first))
      wave = [first]
    }
    for (const table of wave) left.delete(table)
    waves.push(wave.map(setOf))
  }
  return {
    waves,
    deferred: [...deferred].map(([table, list]) => ({
      entitySet: setOf(table),
      navigationProperties: [...list].sort(),
    })),
  }
}

function edgesOf({ columns }: WriterTable): Edge[] {
  return [...columns.values()].flatMap(({ targets }) =>
    targets.map(({ table, navigationProperty }) => ({ navigationProperty, parent: table })),
  )
}
