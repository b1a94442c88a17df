import type { Files } from '@deltaverse/durable-files'
import { nodeFiles, safeFileName } from '@deltaverse/durable-files'

/** When a log goes on in another file. A file is closed once it has reached the first of the limits. */
export interface RotateOptions {
  /** Bytes of a file, as they are on the disk; a file ends at most 2 MiB of lines, or one long line, behind. Default: 1 GiB. */
  readonly bytes?: number | undefined
  /** Rows of a file, exactly. Default: no limit. */
  readonly rows?: number | undefined
  /** Another file for each day in UTC on which changes come. Default: `false`. */
  readonly daily?: boolean | undefined
}

export interface FileSinkOptions {
  /** Folder of the files; made when it is missing. */
  readonly directory: string
  /** What the files are called; characters that a file name cannot have are written as `%xx`. Mostly the entity set. */
  readonly name: string
  /**
   * `log`: every change, in order, in numbered files. `mirror`: the rows as they are, in one file that is replaced when a read
   * ends. Default: `log`.
   */
  readonly mode?: 'log' | 'mirror' | undefined
  /** Default: `none`. */
  readonly compress?: 'none' | 'gzip' | undefined
  /** For a log: when it goes on in another file. Default: at 1 GiB. */
  readonly rotate?: RotateOptions | undefined
  /**
   * For a mirror: bytes of changes that are sorted in memory at a time when it is replaced; about twice as many are held. More
   * of them are sorted in parts on the disk. Default: 32 MiB.
   */
  readonly sortBytes?: number | undefined
  /** A file in the way that nobody accounts for was renamed. Default: nothing. */
  readonly onSetAside?: ((path: string, keptAs: string) => void) | undefined
  /** Default: the files of this machine. */
  readonly files?: Files | undefined
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** Options with their defaults. */
export interface SinkSettings {
  readonly directory: string
  /** Safe for a file name. */
  readonly name: string
  readonly mode: 'log' | 'mirror'
  readonly compress: 'none' | 'gzip'
  readonly rotate: { readonly bytes: number; readonly rows: number; readonly daily: boolean }
  readonly sortBytes: number
  readonly onSetAside: (path: string, keptAs: string) => void
  readonly files: Files
  readonly now: () => number
}

/** @throws TypeError that names the option, what it has to be and what it was */
export function resolveOptions(options: FileSinkOptions): SinkSettings {
  const { mode = 'log', compress = 'none', rotate = {}, sortBytes = 32 * 1024 * 1024 } = options
  const { bytes = 1024 ** 3, rows = Number.POSITIVE_INFINITY, daily = false } = rotate
  if (typeof options.directory !== 'string' || options.directory === '') {
    throw new TypeError(`directory must be a path, got ${JSON.stringify(options.directory)}`)
  }
  requireOneOf('mode', mode, ['log', 'mirror'])
  requireOneOf('compress', compress, ['none', 'gzip'])
  requireAtLeast('rotate.bytes', bytes, 1)
  requireAtLeast('rotate.rows', rows, 1)
  requireAtLeast('sortBytes', sortBytes, 1)
  if (typeof daily !== 'boolean') throw new TypeError(`rotate.daily must be true or false, got ${daily}`)
  if (mode === 'mirror' && options.rotate !== undefined) {
    throw new TypeError('rotate needs mode "log": a mirror is one file')
  }
  if (mode === 'log' && options.sortBytes !== undefined) {
    throw new TypeError('sortBytes needs mode "mirror": a log is not sorted')
  }
  return {
    directory: options.directory,
    name: safeFileName(options.name),
    mode,
    compress,
    rotate: { bytes, rows, daily },
    sortBytes,
    onSetAside: options.onSetAside ?? (() => undefined),
    files: options.files ?? nodeFiles,
    now: options.now ?? Date.now,
  }
}

function requireOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return
  throw new TypeError(`${name} must be one of ${allowed.join(', ')}, got ${JSON.stringify(value)}`)
}

function requireAtLeast(name: string, value: number, least: number): void {
  if (typeof value === 'number' && value >= least) return
  throw new TypeError(`${name} must be a number of at least ${least}, got ${value}`)
}
