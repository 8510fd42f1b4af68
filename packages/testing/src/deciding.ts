import { isDeepStrictEqual } from 'node:util'
import { SettingChanged } from '@forecourt/contracts/identity-events'
import type { SettingName, SettingValue } from '@forecourt/contracts/settings'
import { eventually } from './eventually.ts'
import { publish } from './publish.ts'
import type { Stack } from './stack.ts'

let version = 0

/** An administrator decides; resolves when the running service has taken it, by its event. */
export async function decide<Name extends SettingName>(
  stack: Pick<Stack, 'bus' | 'house'>,
  setting: Name,
  value: SettingValue<Name>,
): Promise<void> {
  version += 1
  await publish(stack, SettingChanged, { setting, value }, { version })
  await eventually(`the decision of ${setting}`, () =>
    isDeepStrictEqual(stack.house.settingOf(setting), value),
  )
}
