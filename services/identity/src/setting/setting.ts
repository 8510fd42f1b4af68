import {
  anySettings,
  settingNames,
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
  settingNames.map((name) => [name, anySettings[name].type.describe(anySettings[name].about)]),
)

const optional = Object.fromEntries(
  settingNames.map((name) => [name, anySettings[name].type.nullable().optional()]),
)

export type Decisions = { [Name in SettingName]?: SettingValues[Name] | null | undefined }

/**
 * Absent means unchanged, null means the default. What is no setting is refused, never ignored. All
 * that is shown may come back; what it calls values is the config, and what stands flat wins.
 */
export interface ChangeSettings {
  flat: Decisions
  values: Decisions
}
export const ChangeSettings = z
  .strictObject({
    ...optional,
    version: z.number().int().optional().describe('As it was shown; If-Match asks for it.'),
    values: z.strictObject(optional).optional(),
    settings: z.array(z.unknown()).optional().describe('As it was shown.'),
  })
  .transform(({ values = {}, ...shown }) => {
    const { version: _, settings: __, ...flat } = shown
    return { flat, values }
  }) as unknown as z.ZodType<ChangeSettings>

/** What of a config is decided otherwise: what comes back as it counts was decided by nobody. */
export function decisionsIn({ flat, values }: ChangeSettings, before: SettingValues): Decisions {
  const counts = before as Record<string, unknown>
  const others = Object.entries(values).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(counts[name]),
  )
  return { ...Object.fromEntries(others), ...flat }
}

const Value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()])
type Value = z.infer<typeof Value>

/** The system config as those see it who decide it. */
export const SystemConfig = z
  .object({
    version: z.number().int().describe('Rises with every decision.'),
    values: (z.object(shapes) as unknown as z.ZodType<SettingValues>).describe('What counts now.'),
    settings: z
      .array(
        z.object({
          name: z.string().describe('Name of the setting.'),
          about: z.string().describe('What it decides.'),
          value: Value.describe('What counts now.'),
          default: Value.describe('What counts where nobody has decided.'),
          isDefault: z.boolean().describe('Whether nobody has decided it.'),
        }),
      )
      .describe('The same, each with what it is about.'),
  })
  .meta({ id: 'SystemConfig' })
export type SystemConfig = z.infer<typeof SystemConfig>

/** What counts, by what was decided. */
export function configOf(rows: readonly SettingRow[]): SystemConfig {
  const decided = new Map(
    rows.map(({ name, value }) => [name, (value ?? undefined) as Value | undefined]),
  )
  const shown = settingNames.map((name) => {
    const { about } = anySettings[name]
    const otherwise = anySettings[name].default as Value
    const isDefault = decided.get(name) === undefined
    const value = decided.get(name) ?? otherwise
    return { name, about, value, default: otherwise, isDefault }
  })
  const values = Object.fromEntries(
    shown.map(({ name, value }) => [name, value]),
  ) as unknown as SettingValues
  return { version: rows.reduce((sum, { version }) => sum + version, 0), values, settings: shown }
}
