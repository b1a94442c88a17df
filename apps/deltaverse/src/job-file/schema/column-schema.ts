import type { JsonSchema } from '@deltaverse/options'
import { emptyCells } from '../../push/column-mapping.js'
import { flag, object, text } from './schema-parts.js'

/** `Employee ID`, or where a column's value comes from and how it is read. */
export const columnSchema: JsonSchema = {
  anyOf: [
    text('The column of the source.'),
    {
      ...object(
        {
          from: text('The column of the source.'),
          value: { description: 'The same value for every row, in place of a column.' },
          find: {
            ...text(
              'For a look-up: table and column by which the row it points at is found, account.accountnumber.',
            ),
            pattern: '^[A-Za-z0-9_]+\\.[A-Za-z0-9_]+$',
          },
          label: flag('The source has labels of the choice. Labels and values are taken in any case.'),
          format: text('How dates stand in the source: dd.MM.yyyy.'),
          timeZone: text('Zone of times that say none: Europe/Berlin.'),
          decimal: { enum: [',', '.'], description: 'Between a number and its fraction.' },
          empty: {
            enum: emptyCells,
            description: 'What an empty cell does. Default: null, which clears the column.',
          },
        },
        [],
        'Where the value comes from and how it is read.',
      ),
      anyOf: [{ required: ['from'] }, { required: ['value'] }],
    },
  ],
}
