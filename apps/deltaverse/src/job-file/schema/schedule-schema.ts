import type { JsonSchema } from '@deltaverse/options'
import { object, text, whole } from './schema-parts.js'

/** When `run --follow` runs a job. */
export const scheduleTerms: Readonly<Record<string, JsonSchema>> = {
  every: {
    type: 'string',
    pattern: '^[1-9][0-9]*(s|m|h|d)$',
    description: 'With run --follow: how often, 30s, 15m, 2h or 1d. The first time is at once.',
  },
  cron: {
    anyOf: [
      text('With run --follow: when, as cron has it, in the time zone of the machine: "0 2 * * *".'),
      object(
        { at: text('When, as cron has it: "0 2 * * *".'), timeZone: text('Such as Europe/Berlin.') },
        ['at'],
        'With run --follow: when, in a time zone.',
      ),
    ],
  },
}

/** What all jobs together may take. */
export const limitsSchema: JsonSchema = object(
  {
    jobs: whole('Jobs at a time, with run --follow. Default: 1.'),
    requests: whole('Requests to an environment at a time. Default: as many as the service says.'),
    share: {
      type: 'number',
      minimum: 0.01,
      maximum: 0.99,
      description:
        'Share of the limits of the service that is used, the rest is left to others of the same user. Default: all.',
    },
    tables: whole('Tables of a job at a time. Default: 4, or what the job says.'),
  },
  [],
  'What may be taken at a time.',
)
