// What TypeScript would have refused, said with the value that came.

export function text(name: string, value: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new TypeError(`${name} must be text, not ${describe(value)}`)
}

export function flag(name: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value
  throw new TypeError(`${name} must be true or false, not ${describe(value)}`)
}

export function callable<F>(name: string, value: F): F {
  if (typeof value === 'function') return value
  throw new TypeError(`${name} must be a function, not ${describe(value)}`)
}

export function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new RangeError(`${name} must be a whole number of at least ${least}, not ${describe(value)}`)
}

export function atLeast(name: string, value: number, least: number): number {
  if (Number.isFinite(value) && value >= least) return value
  throw new RangeError(`${name} must be a number of at least ${least}, not ${describe(value)}`)
}

export function share(name: string, value: number): number {
  if (Number.isFinite(value) && value >= 0 && value <= 1) return value
  throw new RangeError(`${name} must be a number from 0 to 1, not ${describe(value)}`)
}

function describe(value: unknown): string {
  return typeof value === 'object'
    ? value === null
      ? 'null'
      : 'an object'
    : (JSON.stringify(value) ?? 'undefined')
}
