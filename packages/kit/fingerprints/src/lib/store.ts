import { mkdir } from 'node:fs/promises'
import { ClassicLevel } from 'classic-level'
import { toStoreError } from './store-error.js'

/** A change of the store; no value: the key is deleted. */
export interface StoreWrite {
  readonly key: Buffer
  readonly value: string | undefined
}

interface StoreEntry {
  readonly key: Buffer
  readonly value: string
}

interface Range {
  readonly gt?: Buffer
  readonly gte?: Buffer
  readonly lt?: Buffer
}

/** The few things that a fingerprint store asks of LevelDB; every error is one of {@link toStoreError}. */
export interface Store {
  get(key: Buffer): Promise<string | undefined>
  /** @returns values in the order of the keys */
  getMany(keys: readonly Buffer[]): Promise<readonly (string | undefined)[]>
  /** The first entries of a range, or the last ones in reverse. */
  read(range: Range, limit: number, order?: 'reverse'): Promise<readonly StoreEntry[]>
  /** All of it or nothing, durable when it resolves. */
  write(writes: Iterable<StoreWrite>): Promise<void>
  close(): Promise<void>
}

export interface StoreOptions {
  readonly directory: string
  /** Bytes of the cache of blocks, and of the memory that takes writes. */
  readonly cacheBytes: number
}

/** Opens the store, or makes it. @throws DataverseError `conflict`, `sink-failed`, `checkpoint-invalid` */
export async function openStore({ directory, cacheBytes }: StoreOptions): Promise<Store> {
  const attempt = async <T>(doing: string, act: () => Promise<T>): Promise<T> => {
    try {
      return await act()
    } catch (error) {
      throw toStoreError(error, doing, directory)
    }
  }
  const db = await attempt('open', async () => {
    await mkdir(directory, { recursive: true })
    const opening = new ClassicLevel<Buffer, string>(directory, {
      keyEncoding: 'buffer',
      valueEncoding: 'utf8',
      // Hashes and random ids do not shrink.
      compression: false,
      cacheSize: cacheBytes,
      writeBufferSize: cacheBytes,
      maxFileSize: 8 * 1024 * 1024,
    })
    await opening.open()
    return opening
  })
  return {
    get: (key) => attempt('read', () => db.get(key)),
    getMany: (keys) => attempt('read', () => db.getMany([...keys])),
    read: (range, limit, order) =>
      attempt('read', async () => {
        const options = {
          ...range,
          limit,
          reverse: order === 'reverse',
          fillCache: false,
          highWaterMarkBytes: 1 << 20,
        }
        const entries = await db.iterator(options).all()
        return entries.map(([key, value]) => ({ key, value }))
      }),
    write: (writes) =>
      attempt('write', async () => {
        const batch = db.batch()
        for (const { key, value } of writes) {
          if (value === undefined) batch.del(key)
          else batch.put(key, value)
        }
        await batch.write({ sync: true })
      }),
    close: () => attempt('close', () => db.close()),
  }
}

/** Removes what LevelDB put into the directory, and nothing else. */
export async function destroyStore(directory: string): Promise<void> {
  try {
    await ClassicLevel.destroy(directory)
  } catch (error) {
    throw toStoreError(error, 'empty', directory)
  }
}
