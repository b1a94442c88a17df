import type { ChoiceOption } from '@deltaverse/metadata'
import { describe, expect, it } from 'vitest'
import { isPlainBoolean, toBooleanValue, toChoicesValue, toChoiceValue } from './choice-value.js'

const options: ChoiceOption[] = [
  { value: 1, label: 'Red', labels: ['Red', 'Rot'] },
  { value: 2, label: 'Green', labels: ['Green', 'Grün'] },
  { value: 3, label: 'Red', labels: ['Red', 'Hellrot'] },
]

describe('toChoiceValue()', () => {
  it('takes values, values as text, and labels of every language', () => {
    for (const given of [2, '2', 'green', ' GRÜN ']) {
      expect(toChoiceValue(options, given)).toEqual({ value: 2 })
    }
    expect(toChoiceValue(options, 'hellrot')).toEqual({ value: 3 })
  })

  it('refuses a label that several options have', () => {
    expect(toChoiceValue(options, 'Red')).toEqual({
      problem: "the label 'Red' belongs to several options (1, 3): give the value",
    })
  })

  it('lists the options when there is no such one, but not hundreds', () => {
    expect(toChoiceValue(options, 9)).toMatchObject({ reason: 'unknown-label' })
    const many = Array.from({ length: 60 }, (_, value) => ({
      value,
      label: `L${value}`,
      labels: [`L${value}`],
    }))
    expect(toChoiceValue(many, 'x')).toMatchObject({
      problem: expect.stringMatching(/'L49' \(49\) and 10 more$/),
    })
    expect(toChoiceValue(options, {})).toEqual({ problem: 'an object is neither a value nor a label' })
  })
})

describe('toChoicesValue()', () => {
  it('writes values in one text, each once', () => {
    expect(toChoicesValue(options, ['Green', 1, 'grün'])).toEqual({ value: '2,1' })
    expect(toChoicesValue(options, '1, 2')).toEqual({ value: '1,2' })
    expect(toChoicesValue(options, 'Green')).toEqual({ value: '2' })
    expect(toChoicesValue(options, [])).toEqual({ value: null })
    expect(toChoicesValue(options, ['Green', 'Blue'])).toMatchObject({ reason: 'unknown-label' })
  })
})

describe('toBooleanValue()', () => {
  const labels = [
    { value: 0, label: 'Allow', labels: ['Allow'] },
    { value: 1, label: 'Do Not Allow', labels: ['Do Not Allow'] },
  ]

  it('takes what means yes or no without labels', () => {
    for (const given of [true, 1, 'TRUE', '1']) expect(toBooleanValue([], given)).toEqual({ value: true })
    for (const given of [false, 0, 'false']) expect(toBooleanValue([], given)).toEqual({ value: false })
    expect(['true', 0, 'Allow', null, 2].map(isPlainBoolean)).toEqual([true, true, false, false, false])
  })

  it('takes labels, whatever they say', () => {
    expect(toBooleanValue(labels, 'allow')).toEqual({ value: false })
    expect(toBooleanValue(labels, 'do not allow')).toEqual({ value: true })
    expect(toBooleanValue(labels, 'maybe')).toMatchObject({ reason: 'unknown-label' })
  })
})
