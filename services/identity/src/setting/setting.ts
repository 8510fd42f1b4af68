import {
  settingNames,
  settings,
  type SettingName,
  type SettingValues,
} from '@forecourt/contracts/settings'
import { z } from 'zod'

/** What was decided of one setting; null is its default. */
export const SettingRow = z.object({
  id: z.uuid(),
  name: z.string(),
  value: z.unknown().nullable(),
  version: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type SettingRow = z.infer<typeof SettingRow>

const shapes = Object.fromEntries(
  settingNames.map((name) => [name, settings[name].type.describe(settings[name].about)]),
) as { [Name in SettingName]: (typeof settings)[Name]['type'] }

const Values = z.object(shapes)

/** Absent means unchanged, null means the default. What is no setting is refused, never ignored. */
export const ChangeSettings = z.strictObject(
  Object.fromEntries(settingNames.map((name) => [name, shapes[name].nullable().optional()])) as {
    [Name in SettingName]: z.ZodOptional<z.ZodNullable<(typeof shapes)[Name]>>
  },
)
export type ChangeSettings = z.infer<typeof ChangeSettings>

/** The system config as those see it who decide it. */
export const SystemConfig = z
  .object({
    version: z.number().int().describe('Rises with every decision.'),
    values: Values.describe('What counts now.'),
    settings: z
      .array(
        z.object({
          name: z.string().describe('Name of the setting.'),
          about: z.string().describe('What it decides.'),
          value: z.json().describe('What counts now.'),
          default: z.json().describe('What counts where nobody has decided.'),
          isDefault: z.boolean().describe('Whether nobody has decided it.'),
        }),
      )
      .describe('The same, each with what it is about.'),
  })
  .meta({ id: 'SystemConfig' })
export type SystemConfig = z.infer<typeof SystemConfig>

/** What counts, by what was decided. */
export function configOf(rows: readonly SettingRow[]): SystemConfig {
  const decided = new Map(rows.map(({ name, value }) => [name, value ?? undefined]))
  const shown = settingNames.map((name) => {
    const { about, default: otherwise } = settings[name]
    const isDefault = decided.get(name) === undefined
    const value = (decided.get(name) ?? otherwise) as (typeof settings)[SettingName]['default']
    return { name, about, value, default: otherwise, isDefault }
  })
  const values = Object.fromEntries(shown.map(({ name, value }) => [name, value])) as SettingValues
  return { version: rows.reduce((sum, { version }) => sum + version, 0), values, settings: shown }
}
