/** How many rows a table has, as far as the service tells. */
export interface RowCount {
  readonly rows: number
  /**
   * `exact` when it was counted; `at-least` when the service stopped counting there; `estimate` when it is a figure that the
   * service keeps and renews about once a day.
   */
  readonly certainty: 'exact' | 'at-least' | 'estimate'
}
