import { bytes, callable, defineOptions, type OptionsInput, whole } from '@deltaverse/options'
import { describeValue } from './describe-value.js'
import type { Source, Stage } from './stage.js'

const options = defineOptions('batch()', {
  maxBytes: bytes({
    min: 1,
    defaultText: 'no limit',
    doc: 'The most bytes in one batch, as sizeOf counts them; an item that alone has more travels alone.',
  }),
  sizeOf: callable<(item: never) => number>()({
    defaultText: 'the bytes of a change, the UTF-8 length of text, the length of bytes',
    doc: 'The size of an item in bytes.',
  }),
})

type Declared = OptionsInput<typeof options.spec>

const batchSize = whole({ required: true, min: 1, doc: 'Items in a batch.' })

export interface BatchOptions<T> extends Omit<Declared, 'sizeOf'> {
  /** The size of an item in bytes. Default: the `bytes` of a change, the UTF-8 length of text, the length of bytes. */
  readonly sizeOf?: ((item: T) => number) | undefined
}

/** What {@link batch} makes when no item's type is asked for: it takes the type of its source. */
export type BatchStage = <T>(source: Source<T>) => AsyncGenerator<T[], void, undefined>

/**
 * A stage that groups items into arrays of `size`, in order; the last may be shorter, none is empty.
 *
 * A batch waits until it is full or the source ends: with a source that pauses, such as a feed that is being followed, the
 * items of an unfinished batch wait as long. Take the feed's pages there instead.
 *
 * @throws TypeError for an item whose size is not known, when `maxBytes` is given and `sizeOf` is not
 */
export function batch(size: number, options?: Pick<BatchOptions<unknown>, 'maxBytes'>): BatchStage
export function batch<T>(size: number, options?: BatchOptions<T>): Stage<T, T[]>
export function batch<T>(size: number, input: BatchOptions<T> = {}): Stage<T, T[]> {
  batchSize.parse('size', size)
  const given = options.parse(input as Declared)
  const { maxBytes } = given
  const sizeOf = (given.sizeOf as ((item: T) => number) | undefined) ?? byteLength

  return async function* (source) {
    let items: T[] = []
    let bytes = 0
    for await (const item of source) {
      if (maxBytes !== undefined) {
        const itemBytes = sizeOf(item)
        if (items.length > 0 && bytes + itemBytes > maxBytes) {
          yield items
          items = []
          bytes = 0
        }
        bytes += itemBytes
      }
      items.push(item)
      if (items.length === size || (maxBytes !== undefined && bytes >= maxBytes)) {
        yield items
        items = []
        bytes = 0
      }
    }
    if (items.length > 0) yield items
  }
}

function byteLength(item: unknown): number {
  if (typeof item === 'string') return Buffer.byteLength(item)
  if (item instanceof Uint8Array) return item.length
  if (typeof item === 'object' && item !== null) {
    if ('bytes' in item && item.bytes instanceof Uint8Array) return item.bytes.length
    // The other events of a feed are a few words each.
    if ('kind' in item) return 0
  }
  throw new TypeError(`batch() cannot tell how many bytes ${describeValue(item)} has; give it sizeOf`)
}
