import { createRequestSizer, type RequestSizer, type RequestSizerOptions } from './request-sizer.js'

/** Keeps one sizer for each name. */
export function createSizers(): (name: string, options?: RequestSizerOptions) => RequestSizer {
  const sizers = new Map<string, RequestSizer>()
  return (name, options) => {
    const known = sizers.get(name)
    if (known !== undefined) return known
    const sizer = createRequestSizer(options)
    sizers.set(name, sizer)
    return sizer
  }
}
