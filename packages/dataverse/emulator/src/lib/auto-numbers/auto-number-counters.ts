import type { Store } from '../store/store.js'

/** The next numbers of autonumber columns. */
export interface AutoNumberCounters {
  /** Microsoft Learn, "Create autonumber columns": 1000 where no seed was set. */
  peek(table: string, column: string): bigint
  /** Takes the next number. Must run inside a transaction; a number is gone even when that fails. */
  take(table: string, column: string): bigint
  /** Sets the next number. Must run inside a transaction. */
  seed(table: string, column: string, next: bigint): void
  /** What is to be kept of a counter. */
  facts(): Iterable<{ readonly name: string; readonly value: unknown }>
  /** Puts a fact of an earlier run into effect again; tells whether it was one of a counter. */
  restoreFact(name: string, value: unknown): boolean
}

const factName = 'auto-number'
const firstNumber = 1000n

/** What the journal keeps of one counter; numbers of 64 bits are text in JSON. */
interface CounterFact {
  readonly table: string
  readonly column: string
  readonly next: string
}

/** Creates counters that all stand at their beginning, and whose changes are part of the transactions of `store`. */
export function createAutoNumberCounters(store: Pick<Store, 'note'>): AutoNumberCounters {
  const counters = new Map<string, { table: string; column: string; next: bigint }>()
  const keyOf = (table: string, column: string): string => `${table} ${column}`
  const peek = (table: string, column: string): bigint =>
    counters.get(keyOf(table, column))?.next ?? firstNumber

  function set(table: string, column: string, next: bigint): void {
    counters.set(keyOf(table, column), { table, column, next })
  }

  function note(table: string, column: string, next: bigint, undo: () => void): void {
    store.note(factName, { table, column, next: String(next) } satisfies CounterFact, undo)
    set(table, column, next)
  }

  return {
    peek,
    take(table, column) {
      const number = peek(table, column)
      note(table, column, number + 1n, () => {})
      return number
    },
    seed(table, column, next) {
      const before = peek(table, column)
      note(table, column, next, () => set(table, column, before))
    },
    *facts() {
      for (const { table, column, next } of counters.values()) {
        yield { name: factName, value: { table, column, next: String(next) } satisfies CounterFact }
      }
    },
    restoreFact(name, value) {
      if (name !== factName) return false
      const { table, column, next } = value as CounterFact
      set(table, column, BigInt(next))
      return true
    },
  }
}
