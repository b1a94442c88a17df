// The code between the marks is what the README shows; a check of the repository compares the two.
import {
  bytes,
  defineOptions,
  MiB,
  type OptionsInput,
  oneOf,
  share,
  switchable,
  text,
  whole,
} from '@deltaverse/options'
import { describe, expect, it } from 'vitest'

describe('the README', () => {
  it('declares options', () => {
    // example: declare
    const options = defineOptions('copy()', {
      name: text({ required: true, doc: 'Under which the state is kept.' }),
      mode: oneOf(['log', 'mirror'], { default: 'log', doc: 'What the files hold.' }),
      commitBytes: bytes({ default: 64 * MiB, min: 1, doc: 'Fewest bytes between two commits.' }),
      maxDeleteShare: share({ default: 0.5, doc: 'Largest share of the rows that one read may delete.' }),
      follow: switchable(
        { pages: whole({ default: 8, doc: 'Pages at a time.' }) },
        { doc: 'Goes on until it is stopped.' },
      ),
    })

    function copy(input: OptionsInput<typeof options.spec>) {
      const { name, mode, follow } = options.parse(input)
      return `${name}: ${mode}, ${follow === undefined ? 'once' : `${follow.pages} pages at a time`}`
    }
    // end
    expect(copy({ name: 'accounts' })).toBe('accounts: log, once')
    expect(copy({ name: 'accounts', follow: { pages: 2 } })).toBe('accounts: log, 2 pages at a time')
  })
})
