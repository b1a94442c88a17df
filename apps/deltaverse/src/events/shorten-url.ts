/** An address from the service root on, without its query, which may hold a token: `contacts?…`. */
export function shortenUrl(url: string): string {
  return url.replace(/[?#].*$/s, '?…').replace(/^https?:\/\/[^\s/]+\/(?:.*?\/)?api\/data\/v[\d.]+\//, '')
}

/** A message with its addresses shortened. */
export function shortenUrls(text: string): string {
  return text.replace(/https?:\/\/\S+/g, shortenUrl)
}
