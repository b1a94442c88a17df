export {
  checkCount,
  checkDuration,
  checkFunction,
  checkFunctions,
  checkObject,
  checkText,
  kindOf,
} from './lib/check-option.js'
