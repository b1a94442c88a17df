/** Per table, the version below which delta tokens no longer hold. */
export interface TokenFloors {
  of(table: string): number
  raise(table: string, floor: number): void
  /** Sets the floor back, for a change that was not committed. */
  reset(table: string, floor: number): void
  /** Raises the floor of every table, those to come included. */
  raiseAll(floor: number): void
  /** Sets the floor of every table back. */
  resetAll(floor: number): void
  entries(): readonly (readonly [table: string, floor: number])[]
  readonly all: number
}

/** All floors start at 0. */
export function createTokenFloors(): TokenFloors {
  const floors = new Map<string, number>()
  let all = 0
  return {
    of: (table) => Math.max(all, floors.get(table) ?? 0),
    raise(table, floor) {
      floors.set(table, Math.max(floors.get(table) ?? 0, floor))
    },
    reset(table, floor) {
      floors.set(table, floor)
    },
    raiseAll(floor) {
      all = Math.max(all, floor)
    },
    resetAll(floor) {
      all = floor
    },
    entries: () => [...floors],
    get all() {
      return all
    },
  }
}
