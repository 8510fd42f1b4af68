import { isDeepStrictEqual } from 'node:util'
import type { EventPromise, Promises, Release, TopicPromise } from './release.ts'
import { branchesOf, type Schema } from './schema.ts'

/**
 * What the contracts no longer keep of a released version, one sentence each.
 *
 * Readers of that version must read what is said today, and today's readers must read what was
 * said then and lies on a topic for ever. So a field that was released stays as it was, in both
 * directions; what may come is an optional field, an event type or a topic.
 */
export function breachesOf(released: Release, now: Promises): string[] {
  const { version, topics, events, samples } = released
  const told = (name: string, change: string) =>
    `${name}, as ${version} has it: ${change}. Restore it; what is new is ${nextMajor(name)}.`
  return [
    ...Object.entries(topics).flatMap(([name, then]) =>
      changesOfTopic(then, now.topics[name]).map((change) => told(name, change)),
    ),
    ...Object.entries(events).flatMap(([name, then]) =>
      changesOfEvent(then, now.events[name]).map((change) => told(name, change)),
    ),
    ...Object.entries(samples)
      .filter(([place, digest]) => now.samples[place] !== digest)
      .map(([place]) => `${place}: ${version} has it otherwise. Restore it, and add a newer one.`),
  ]
}

function nextMajor(name: string): string {
  return name.replace(/\d+$/, (major) => String(Number(major) + 1))
}

function changesOfTopic(then: TopicPromise, now: TopicPromise | undefined): string[] {
  if (!now) return ['the topic is gone']
  const hidden = then.audience === 'public' && now.audience === 'internal'
  const shorter = (now.retentionMs ?? Infinity) < (then.retentionMs ?? Infinity)
  return [
    ...(then.class === now.class ? [] : [`its class was ${then.class} and is ${now.class}`]),
    ...(hidden ? ['it was public and is internal'] : []),
    ...(then.partitions === now.partitions
      ? []
      : [`it had ${then.partitions} partitions and has ${now.partitions}`]),
    ...(shorter ? [`it kept records for ${then.retentionMs} ms and keeps them for less`] : []),
  ]
}

function changesOfEvent(then: EventPromise, now: EventPromise | undefined): string[] {
  if (!now) return ['the event is gone']
  return [
    ...(then.topic === now.topic ? [] : [`it stood on ${then.topic} and stands on ${now.topic}`]),
    ...(then.key === now.key ? [] : [`its key was \`${then.key}\` and is \`${now.key}\``]),
    ...changesOf(then.schema, now.schema, ''),
  ]
}

/** Words about a field, and what is compared part by part. */
const BESIDES = new Set(['description', 'title', 'examples', 'deprecated'])
const PARTS = new Set(['properties', 'required', 'items', 'anyOf', 'oneOf', 'enum'])

function changesOf(then: Schema, now: Schema, at: string): string[] {
  const unlike = changesOfShape(then, now, at)
  if (unlike.length > 0) return unlike
  const branches = branchesOf(now)
  return [
    ...changesOfList(then['enum'], now['enum'], at),
    ...changesOfFields(then, now, at),
    ...(then.items && now.items ? changesOf(then.items, now.items, `${at}[]`) : []),
    ...branchesOf(then).flatMap((branch, place) => changesOf(branch, branches[place] ?? {}, at)),
  ]
}

/** Type, format, bounds and the number of alternatives: what makes it another kind of value. */
function changesOfShape(then: Schema, now: Schema, at: string): string[] {
  const keywords = [...new Set([...Object.keys(then), ...Object.keys(now)])]
  const isUnlike = (keyword: string) => {
    if (BESIDES.has(keyword)) return false
    const [was, is] = [then[keyword], now[keyword]]
    if (!PARTS.has(keyword)) return !isDeepStrictEqual(was, is)
    const count = (part: unknown) =>
      keyword.endsWith('Of') && Array.isArray(part) ? part.length : 0
    return (was === undefined) !== (is === undefined) || count(was) !== count(is)
  }
  // An object without fields has none of either list.
  const unlike = keywords.filter((keyword) => keyword !== 'required' && isUnlike(keyword))
  const change = (keyword: string) => {
    return `${keyword} was ${told(then[keyword])} and is ${told(now[keyword])}`
  }
  return unlike.length === 0 ? [] : [`\`${at}\` changed: ${unlike.map(change).join(', ')}`]
}

function changesOfList(then: unknown, now: unknown, at: string): string[] {
  if (!Array.isArray(then) || !Array.isArray(now)) return []
  const lost = then.filter((value) => !now.includes(value))
  const gained = now.filter((value) => !then.includes(value))
  return [
    ...(lost.length > 0 ? [`\`${at}\` may no longer be ${lost.join(', ')}`] : []),
    ...(gained.length > 0
      ? [`\`${at}\` may now be ${gained.join(', ')}, which readers of a closed list refuse`]
      : []),
  ]
}

function changesOfFields(then: Schema, now: Schema, at: string): string[] {
  const known = Object.entries(then.properties ?? {})
  const names = new Set(known.map(([name]) => name))
  const needed = (schema: Schema, name: string) => schema.required?.includes(name) ?? false
  const place = (name: string) => (at === '' ? name : `${at}.${name}`)
  const added = Object.keys(now.properties ?? {}).filter((name) => !names.has(name))
  return [
    ...known.flatMap(([name, field]) => {
      const today = now.properties?.[name]
      if (!today) return [`\`${place(name)}\` is gone`]
      const [was, is] = [needed(then, name), needed(now, name)]
      const turned = `\`${place(name)}\` was ${was ? 'required' : 'optional'}`
      return [
        ...(was === is ? [] : [`${turned} and is ${is ? 'required' : 'optional'}`]),
        ...changesOf(field, today, place(name)),
      ]
    }),
    ...added
      .filter((name) => needed(now, name))
      .map((name) => `\`${place(name)}\` is new and required; optional, it could come in`),
  ]
}

function told(said: unknown): string {
  return said === undefined ? 'nothing' : JSON.stringify(said)
}
