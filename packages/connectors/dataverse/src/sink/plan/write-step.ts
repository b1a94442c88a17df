/** Which request of a row it is: its first, or one that follows. */
export type WriteStep = { readonly kind: 'first' } | { readonly kind: 'follow-up'; readonly at: number }
