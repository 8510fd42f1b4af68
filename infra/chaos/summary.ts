import type { Report } from './campaign.ts'

/** What a person wants to know of a campaign, in a few lines. */
export function summaryOf({ blows, journal, verified }: Report): string[] {
  const struck = blows.filter(({ pids }) => pids.length > 0)
  const kills = struck.flatMap(({ fault }) => (fault.act === 'kill' ? fault.victims : []))
  const others = struck.flatMap(({ fault }) => (fault.act === 'kill' ? [] : [fault.act]))
  const missed = blows.length - struck.length
  const { entries } = journal
  const ended = counted(entries.map(({ ending }) => ending))
  const retried = entries.filter(({ sent }) => sent > 1).length
  return [
    `kills     ${kills.length}: ${counted(kills)}`,
    `others    ${others.length}: ${counted(others)}${missed > 0 ? `; ${missed} met nobody` : ''}`,
    `commands  ${entries.length}: ${ended}; ${retried} sent more than once`,
    `job cards ${verified.cards.length}: ${counted(verified.cards)}; ` +
      `${verified.invoices} invoices, ${verified.payments} payments`,
    `compared  ${verified.events} events, ${verified.messages} messages, ` +
      `${verified.auditLines} lines of audit`,
  ]
}

function counted(names: string[]): string {
  const groups = [...Map.groupBy(names, (name) => name)]
  const sorted = groups.toSorted(([, one], [, other]) => other.length - one.length)
  return sorted.map(([name, all]) => `${name} ${all.length}`).join(', ') || 'none'
}
