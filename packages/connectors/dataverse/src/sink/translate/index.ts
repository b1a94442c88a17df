export { givenOfLetter, givenRows } from './given-row.js'
export { createTranslationStage } from './translate-rows.js'
