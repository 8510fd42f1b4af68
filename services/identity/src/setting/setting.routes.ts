import { endpoint } from '../db.ts'
import { decide, readSettings } from './setting.queries.ts'
import { ChangeSettings, SystemConfig } from './setting.ts'

export const showConfig = endpoint('GET /admin/config', {
  about: 'Show the settings of the dealer group, each with what it decides.',
  may: 'setting.read',
  returns: SystemConfig,
  handle: ({ db }) => readSettings(db),
})

export const changeConfig = endpoint('PUT /admin/config', {
  about: 'Decide settings; they count in every service within a second.',
  may: 'setting.update',
  message: 'Settings changed',
  body: ChangeSettings,
  returns: SystemConfig,
  handle: (context, { body }) => decide(context, body),
})
