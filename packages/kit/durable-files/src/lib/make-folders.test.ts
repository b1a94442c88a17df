import type { mkdir } from 'node:fs/promises'
import { sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolders } from './make-folders.js'

const fault = (code: string): Error => Object.assign(new Error(code), { code })

describe('makeFolders()', () => {
  it('tells why the first folder could not be made, where Node says that it does not exist', async () => {
    const asked: string[] = []
    const readOnly = (async (path: string, options?: { recursive: boolean }) => {
      if (options?.recursive) throw fault('ENOENT')
      asked.push(path)
      throw fault(path.endsWith('there') ? 'EEXIST' : 'EROFS')
    }) as typeof mkdir
    const failed = makeFolders(['', 'there', 'new', 'newer'].join(sep), readOnly)
    await expect(failed).rejects.toMatchObject({ code: 'EROFS' })
    expect(asked.at(-1)?.endsWith('new')).toBe(true)
  })

  it('passes other refusals on as they are', async () => {
    const noRights = (async () => {
      throw fault('EACCES')
    }) as typeof mkdir
    await expect(makeFolders('new', noRights)).rejects.toMatchObject({ code: 'EACCES' })
  })
})
