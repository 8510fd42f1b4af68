import { NotYet } from '@forecourt/platform/consumer'
import type { Kysely } from 'kysely'
import type { Tables } from '../db.ts'
import type { Channel } from '../message/provider.ts'
import type { TemplateRow } from './template.ts'

/** The text that is sent now for this occasion; texts arrive with the seed of a deployment. */
export async function findTemplate(
  db: Kysely<Tables>,
  name: string,
  channel: Channel,
  language: string,
): Promise<TemplateRow> {
  const template = await db
    .selectFrom('template')
    .selectAll()
    .where((eb) => eb.and({ name, channel, language }))
    .where('retiredAt', 'is', null)
    .executeTakeFirst()
  if (!template) throw new NotYet('Template', `${name}/${channel}/${language}`)
  return template
}
