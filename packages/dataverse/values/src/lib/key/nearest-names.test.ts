import { describe, expect, it } from 'vitest'
import { nearestNames } from './nearest-names.js'

describe('nearestNames()', () => {
  it('names what is most like the name given', () => {
    const known = ['name', 'accountnumber', 'emailaddress1', 'emailaddress2', 'telephone1']
    expect(nearestNames('acountnumber', known)).toBe("Did you mean 'accountnumber'?")
    expect(nearestNames('emailaddress', known)).toBe("Did you mean 'emailaddress1' or 'emailaddress2'?")
    expect(nearestNames('email', known)).toBe("Did you mean 'emailaddress1' or 'emailaddress2'?")
    expect(nearestNames('somethingelse', known)).toBe('')
  })
})
