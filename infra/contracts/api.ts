import { shapeChanges, type Api, type Way } from './api-shape.ts'
import type { Schema } from './schema.ts'

interface Parameter {
  name: string
  in: string
  required?: boolean
  schema?: Schema
}

type Content = Record<string, { schema?: Schema }>

interface Operation {
  parameters?: Parameter[]
  requestBody?: { content?: Content }
  responses?: Record<string, { content?: Content }>
  security?: unknown[]
}

/** The OpenAPI document of the gateway, as far as callers depend on it. */
export interface ApiDocument extends Api {
  paths: Record<string, Record<string, Operation>>
}

/**
 * What callers of a released API would miss in it today, one sentence each. What was accepted is
 * still accepted, and what was answered is still answered; more of both may come.
 */
export function breachesOfApi(version: string, then: ApiDocument, now: ApiDocument): string[] {
  return Object.entries(then.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => {
      const today = now.paths[path]?.[method]
      const changes = today
        ? changesOf({ released: then, current: now }, operation, today)
        : ['it is gone']
      const name = `${method.toUpperCase()} ${path}`
      return changes.map((change) => `${name}, as ${version} has it: ${change}. Restore it.`)
    }),
  )
}

interface Both {
  released: ApiDocument
  current: ApiDocument
}

function changesOf(both: Both, then: Operation, now: Operation): string[] {
  const isOpen = ({ security = [] }: Operation) => security.length === 0
  const body = (operation: Operation) => operation.requestBody?.content
  const answers = Object.entries(then.responses ?? {}).filter(([status]) => status.startsWith('2'))
  return [
    ...(isOpen(then) && !isOpen(now) ? ['it was open and asks who calls'] : []),
    ...parameterChanges(both, then.parameters ?? [], now.parameters ?? []),
    ...contentChanges(both, body(then), body(now), 'asked'),
    ...answers.flatMap(([status, answer]) => {
      const today = now.responses?.[status]
      if (!today) return [`it answers ${status} no more`]
      return contentChanges(both, answer.content, today.content, 'answered')
    }),
  ]
}

function parameterChanges(both: Both, then: Parameter[], now: Parameter[]): string[] {
  const isSame = (one: Parameter) => (other: Parameter) =>
    one.name === other.name && one.in === other.in
  const added = now.filter((parameter) => !then.some(isSame(parameter)))
  return [
    ...then.flatMap((parameter) => {
      const today = now.find(isSame(parameter))
      const at = parameter.name
      if (!today) return [`\`${at}\` is no longer taken`]
      return [
        ...(today.required && !parameter.required ? [`\`${at}\` is required`] : []),
        ...shapeChanges(both, parameter.schema ?? {}, today.schema ?? {}, { at, way: 'asked' }),
      ]
    }),
    ...added
      .filter(({ required }) => required)
      .map(({ name }) => `\`${name}\` is new and required`),
  ]
}

function contentChanges(
  both: Both,
  then: Content = {},
  now: Content = {},
  way: Way = 'asked',
): string[] {
  const taken = Object.entries(then).flatMap(([type, { schema = {} }]) => {
    const today = now[type]
    if (!today) return [way === 'asked' ? `it takes no ${type}` : `it answers no ${type}`]
    return shapeChanges(both, schema, today.schema ?? {}, { at: '', way })
  })
  const demands = way === 'asked' && Object.keys(then).length === 0 && Object.keys(now).length > 0
  return [...taken, ...(demands ? ['it had no body and demands one'] : [])]
}
