import { once } from 'node:events'
import { afterAll, describe, expect, it } from 'vitest'
import { createChildPool } from '../src/lib/run/child-pool.js'

const pool = createChildPool(0)
afterAll(() => pool.close())

describe('a pool of processes', () => {
  it('gives a process that survived its order again', async () => {
    const child = await pool.take()
    pool.giveBack(child)
    expect(await pool.take()).toBe(child)
    pool.giveBack(child)
  })

  it('gives none that died while it waited', async () => {
    const child = await pool.take()
    pool.giveBack(child)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const other = await pool.take()
    expect([other === child, other.connected]).toEqual([false, true])
    pool.giveBack(other)
  })

  it('takes none back that is dead', async () => {
    const child = await pool.take()
    child.kill('SIGKILL')
    await once(child, 'exit')
    pool.giveBack(child)
    expect((await pool.take()).connected).toBe(true)
  })
})
