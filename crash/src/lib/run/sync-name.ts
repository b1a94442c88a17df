/** The name that every scenario's state is kept under, and its files or tables are called by. */
export const syncName = 'crash_items'
