import type { Fingerprints } from '@deltaverse/core'
import type { Files } from '@deltaverse/durable-files'
import { keptAside } from './kept-aside.js'

/** A fingerprint store that goes on at its newest mark, whatever the state says. */
export function fingerprintThatIsAhead(parts: {
  readonly fingerprints: Fingerprints | undefined
  readonly files: Files
  readonly directory: string
}): Fingerprints | undefined {
  const { fingerprints, files, directory } = parts
  const newest = keptAside<string>(files, `${directory}/newest-mark`)
  return (
    fingerprints && {
      ...fingerprints,
      async open(mark, call) {
        return await fingerprints.open((await newest.read()) ?? mark, call)
      },
      async commit(call) {
        const mark = await fingerprints.commit(call)
        await newest.write(mark)
        return mark
      },
    }
  )
}

/** A fingerprint store that tells the state the mark before the one that it has just made. */
export function fingerprintThatIsBehind(fingerprints: Fingerprints): Fingerprints {
  let before: string | undefined
  return {
    ...fingerprints,
    async commit(call) {
      const mark = await fingerprints.commit(call)
      const told = before ?? mark
      before = mark
      return told
    },
  }
}
