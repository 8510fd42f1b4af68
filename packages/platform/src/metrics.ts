import { Counter, Gauge, Histogram, collectDefaultMetrics, register } from 'prom-client'

/** The process's registry, answered at `/metrics` in Prometheus' text form. */
export const metrics = register

export function countProcess(): void {
  collectDefaultMetrics()
}

export function counter<Label extends string = never>(
  name: string,
  help: string,
  labelNames: Label[] = [],
): Counter<Label> {
  return new Counter({ name, help, labelNames })
}

export function gauge<Label extends string = never>(
  name: string,
  help: string,
  labelNames: Label[] = [],
): Gauge<Label> {
  return new Gauge({ name, help, labelNames })
}

/** Durations in seconds. */
export function durations<Label extends string = never>(
  name: string,
  help: string,
  labelNames: Label[] = [],
): Histogram<Label> {
  const buckets = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  return new Histogram({ name, help, labelNames, buckets })
}

interface Sample {
  labels?: Record<string, string>
  value: number
}

const looked: Told[] = []

/**
 * A gauge that is looked up when it is asked for, and belongs to one service even where several run
 * in one process. Answers its lines.
 */
export function lookedUp(name: string, help: string, labels: string[] = []) {
  looked.push({ name, help, type: 'gauge', labels })
  return (samples: Sample[]): string => {
    const lines = samples.map(({ labels: given = {}, value }) => {
      const pairs = Object.entries(given).map(([label, text]) => `${label}=${JSON.stringify(text)}`)
      return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`
    })
    return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`
  }
}

/** What is told of one metric, for the list of all of them. */
export interface Told {
  name: string
  help: string
  type: string
  labels: string[]
}

/** Every metric of ours that the code loaded so far has declared. */
export async function metricsTold(): Promise<Told[]> {
  const counted = (await register.getMetricsAsJSON()).map(({ name, help, type }) => {
    const { labelNames = [] } = register.getSingleMetric(name) as { labelNames?: string[] }
    return { name, help, type: String(type), labels: [...labelNames] }
  })
  return [...counted, ...looked]
    .filter(({ name }) => name.startsWith('forecourt_'))
    .toSorted((one, other) => one.name.localeCompare(other.name))
}
