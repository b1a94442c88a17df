import { createSeededRandom } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { createLossyDisk, type LossyDisk } from '../src/lib/disk/lossy-disk.js'

const seeds = Array.from({ length: 200 }, (_, index) => index + 1)

async function write(disk: LossyDisk, path: string, text: string, ...flushes: ('file' | 'folder')[]) {
  const files = disk.files()
  const file = await files.open(path, 'w')
  await file.writev([Buffer.from(text)], 0)
  if (flushes.includes('file')) await file.sync()
  await file.close()
  if (flushes.includes('folder')) await files.syncFolder('/disk')
}

async function textOf(disk: LossyDisk, path: string): Promise<string | undefined> {
  try {
    return Buffer.from(await disk.files().readFile(path)).toString()
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOENT')
    return undefined
  }
}

/** Every outcome of a power cut over the seeds, each once. */
async function outcomes(story: (disk: LossyDisk) => Promise<void>, path: string) {
  const found = new Set<string | undefined>()
  for (const seed of seeds) {
    const disk = createLossyDisk('/disk', createSeededRandom(seed, 'disk'))
    await story(disk)
    disk.cutPower()
    found.add(await textOf(disk, path))
  }
  return [...found].sort()
}

describe('a lossy disk', () => {
  it('keeps what was flushed, name and content', async () => {
    expect(await outcomes((disk) => write(disk, '/disk/a', 'safe', 'file', 'folder'), '/disk/a')).toEqual([
      'safe',
    ])
  })

  it('may lose a name whose folder was not flushed', async () => {
    expect(await outcomes((disk) => write(disk, '/disk/a', 'safe', 'file'), '/disk/a')).toEqual([
      'safe',
      undefined,
    ])
  })

  it('may lose content that was not flushed, wholly or from some byte on', async () => {
    expect(await outcomes((disk) => write(disk, '/disk/a', 'abc', 'folder'), '/disk/a')).toEqual([
      '',
      'a',
      'ab',
      'abc',
    ])
  })

  it('may keep a later write and not an earlier one', async () => {
    const story = async (disk: LossyDisk) => {
      await write(disk, '/disk/a', '', 'file', 'folder')
      const file = await disk.files().open('/disk/a', 'r+')
      await file.writev([Buffer.from('ab')], 0)
      await file.writev([Buffer.from('cd')], 2)
    }
    expect(await outcomes(story, '/disk/a')).toContain('\0\0cd')
  })

  it('has the old file or the new one behind a rename that was not flushed', async () => {
    const story = async (disk: LossyDisk) => {
      await write(disk, '/disk/a', 'old', 'file', 'folder')
      await write(disk, '/disk/a.new', 'new', 'file', 'folder')
      await disk.files().rename('/disk/a.new', '/disk/a')
    }
    expect(await outcomes(story, '/disk/a')).toEqual(['new', 'old'])
    expect(await outcomes(story, '/disk/a.new')).toEqual(['new', undefined])
  })

  it('may bring back a file whose removal was not flushed, and loses folders that were not', async () => {
    const removal = async (disk: LossyDisk) => {
      await write(disk, '/disk/a', 'old', 'file', 'folder')
      await disk.files().rm('/disk/a')
    }
    expect(await outcomes(removal, '/disk/a')).toEqual(['old', undefined])
    const folder = async (disk: LossyDisk) => {
      expect(await disk.files().mkdir('/disk/deep/er')).toBe('/disk/deep')
      await write(disk, '/disk/deep/er/a', 'in it', 'file')
      await disk.files().syncFolder('/disk/deep/er')
    }
    expect(await outcomes(folder, '/disk/deep/er/a')).toEqual(['in it', undefined])
  })

  it('serves nobody from before the power cut', async () => {
    const disk = createLossyDisk('/disk', createSeededRandom(1, 'disk'))
    const files = disk.files()
    const file = await files.open('/disk/a', 'w')
    disk.cutPower()
    await expect(file.writev([Buffer.from('late')], 0)).rejects.toThrow('the power is off')
    await expect(files.readdir('/disk')).rejects.toThrow('the power is off')
    expect(await disk.files().readdir('/disk')).toSatisfy((names: string[]) => names.length <= 1)
  })

  it('does the same for the same seed', async () => {
    const once = async () => {
      const disk = createLossyDisk('/disk', createSeededRandom(7, 'disk'))
      for (const name of ['a', 'b', 'c', 'd']) await write(disk, `/disk/${name}`, name.repeat(9))
      disk.cutPower()
      const names = await disk.files().readdir('/disk')
      return Promise.all(names.map(async (name) => [name, await textOf(disk, `/disk/${name}`)]))
    }
    expect(await once()).toEqual(await once())
  })
})
