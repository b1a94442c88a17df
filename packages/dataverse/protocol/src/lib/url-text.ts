/** An address for an error or a log: without its query, which may hold a token, and has tens of thousands of characters at times. */
export function hideQuery(url: string): string {
  return url.replace(/[?#].*$/s, '?…')
}

const tokenParameter = /[?&](?:\$|%24)(?:delta|skip)token=([^&#]+)/gi

/** Text of others without the tokens that the address of a link holds, in the form in which they stand there and decoded. */
export function hideLinkTokens(text: string, url: string): string {
  let hidden = text
  for (const [, token = ''] of url.matchAll(tokenParameter)) {
    for (const form of [token, decode(token)]) if (form.length >= 4) hidden = hidden.replaceAll(form, '…')
  }
  return hidden
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
