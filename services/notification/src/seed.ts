import { randomUUIDv7 } from 'node:crypto'
import { inTransaction, openPool } from '@forecourt/platform/database'
import { systemScope } from '@forecourt/platform/scope'
import type { Kysely } from 'kysely'
import type { Tables } from './db.ts'
import { startingTemplates } from './template/starting-templates.ts'
import { checkWording, type TemplateRow, type Wording } from './template/template.ts'

/**
 * Makes the starting texts the current ones and retires what they replace; a second run changes
 * nothing. To be called inside a transaction, so that there is a current text at every moment.
 * `dltTemplateIds` names the registered id of an SMS by the template's name. Answers how many
 * texts are new.
 */
export async function seedTemplates(
  db: Kysely<Tables>,
  dltTemplateIds: Record<string, string> = {},
): Promise<number> {
  let written = 0
  const texts = await db.selectFrom('template').selectAll().where('retiredAt', 'is', null).execute()
  for (const template of startingTemplates) {
    checkWording(template)
    const { name, channel, language } = template
    const current = texts.find(
      (text) => text.name === name && text.channel === channel && text.language === language,
    )
    const registered = channel === 'sms' ? dltTemplateIds[name] : undefined
    const wanted = { ...template, dltTemplateId: registered ?? current?.dltTemplateId ?? null }
    if (current && isSame(current, wanted)) continue
    await replace(db, wanted)
    written += 1
  }
  return written
}

function isSame(current: TemplateRow, wanted: Wording): boolean {
  const names = Object.keys(wanted) as (keyof Wording)[]
  return names.every((name) => current[name] === wanted[name])
}

async function replace(db: Kysely<Tables>, wanted: Wording): Promise<void> {
  const { name, channel, language } = wanted
  await db
    .updateTable('template')
    .set({ retiredAt: new Date().toISOString() })
    .where((eb) => eb.and({ name, channel, language }))
    .where('retiredAt', 'is', null)
    .execute()
  await db
    .insertInto('template')
    .values({ ...wanted, id: randomUUIDv7() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** `otp=1107…,thank_you=1107…` */
function readDltTemplateIds(text = ''): Record<string, string> {
  const entries = text.split(',').filter((entry) => entry !== '')
  return Object.fromEntries(
    entries.map((entry): [string, string] => {
      const [template = '', id = ''] = entry.split('=')
      return [template.trim(), id.trim()]
    }),
  )
}

if (import.meta.main) {
  const { DATABASE_URL: url, DLT_TEMPLATE_IDS } = process.env
  if (!url) throw new Error('DATABASE_URL is not set.')
  const pool = openPool({ url, max: 2 })
  try {
    const written = await inTransaction<Tables, number>(pool, systemScope(), (db) =>
      seedTemplates(db, readDltTemplateIds(DLT_TEMPLATE_IDS)),
    )
    process.stdout.write(`${written} texts of messages are new.\n`)
  } finally {
    await pool.end()
  }
}
