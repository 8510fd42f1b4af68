import { join } from 'node:path'
import { serviceNames } from '@forecourt/contracts/service-name'
import type { Engines } from '@forecourt/engines/engines-offer'
import { freePort } from '@forecourt/engines/ports'
import { serviceUrl } from '@forecourt/platform/migrate'
import type { Secrets } from './secrets.ts'

type Env = Record<string, string>

/** One process of the system: where it starts, and what its environment says. */
export interface Program {
  name: string
  entry: string
  env: Env
}

export interface Layout {
  engines: Engines
  secrets: Secrets
  dataDir: string
  gatewayPort: number
  ports: Record<string, number>
}

/** Free ports for everything but the gateway, whose port people know. */
export async function choosePorts(): Promise<Record<string, number>> {
  const taken = new Set<number>()
  const ports: Record<string, number> = {}
  for (const name of [...serviceNames, 'inbox', 'smtp']) {
    const port = await freePort(undefined, taken)
    taken.add(port)
    ports[name] = port
  }
  return ports
}

/** The whole system on one page: which processes there are, and who knows of whom. */
export function programsOf(layout: Layout): Program[] {
  const { secrets, dataDir, gatewayPort, ports } = layout
  const at = (name: string) => `http://127.0.0.1:${ports[name]}`
  const common = commonEnv(layout)
  const service = (name: (typeof serviceNames)[number], extra: Env = {}): Program => ({
    name,
    entry: `services/${name}/src/main.ts`,
    env: { ...common, ...serviceEnv(layout, name), PORT: String(ports[name]), ...extra },
  })
  return [
    {
      name: 'inbox',
      entry: 'packages/inbox/src/main.ts',
      env: {
        NODE_ENV: 'development',
        INBOX_PORT: String(ports['inbox']),
        INBOX_SMTP_PORT: String(ports['smtp']),
        INBOX_DATA: join(dataDir, 'inbox'),
        INBOX_TWILIO_ACCOUNT_SID: secrets.twilioAccountSid,
        INBOX_TWILIO_AUTH_TOKEN: secrets.twilioAuthToken,
      },
    },
    service('identity'),
    service('customer-vehicle'),
    service('inventory'),
    service('workshop'),
    service('billing'),
    service('notification', {
      TWILIO_ACCOUNT_SID: secrets.twilioAccountSid,
      TWILIO_AUTH_TOKEN: secrets.twilioAuthToken,
      TWILIO_BASE_URL: at('inbox'),
      TWILIO_PHONE_NUMBER: '+15005550006',
      TWILIO_WHATSAPP_NUMBER: '+15005550006',
      EMAIL_HOST: '127.0.0.1',
      EMAIL_PORT: String(ports['smtp']),
      EMAIL_FROM: 'Forecourt <no-reply@forecourt.test>',
      NOTIFICATION_PUBLIC_URL: `http://127.0.0.1:${gatewayPort}/api/v1`,
    }),
    service('reporting'),
    {
      name: 'gateway',
      entry: 'gateway/src/main.ts',
      env: {
        ...common,
        PORT: String(gatewayPort),
        IDENTITY_URL: at('identity'),
        CUSTOMER_VEHICLE_URL: at('customer-vehicle'),
        INVENTORY_URL: at('inventory'),
        WORKSHOP_URL: at('workshop'),
        BILLING_URL: at('billing'),
        NOTIFICATION_URL: at('notification'),
        REPORTING_URL: at('reporting'),
        INBOX_URL: at('inbox'),
        // Where a front end under development usually stands.
        CORS_ORIGINS: 'http://localhost:3000',
        ...given(['CORS_ORIGINS']),
        // A developer's own browser and tests are one address; the requirement's 100 stops them.
        RATE_LIMIT_MAX_REQUESTS: '10000',
        // The services trust the gateway alone; whom the gateway trusts is a developer's to say.
        ...given(['TRUST_PROXY']),
      },
    },
  ]
}

/** What every service is told, whichever it is. */
export function serviceEnv({ engines, secrets }: Layout, name: string): Env {
  return { DATABASE_URL: serviceUrl(engines.databaseUrl, name, secrets.databasePassword) }
}

export function commonEnv({ engines, secrets, dataDir, gatewayPort, ports }: Layout): Env {
  return {
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info',
    KAFKA_BROKERS: engines.kafkaBrokers,
    REDIS_URL: engines.redisUrl,
    JWKS_URL: `http://127.0.0.1:${ports['identity']}/.well-known/jwks.json`,
    FORECOURT_DATA: dataDir,
    SMS_PROVIDER: 'inbox',
    NODE_COMPILE_CACHE: join(dataDir, 'compile-cache'),
    // The gateway shows what a customer's link opens until a front end does.
    FRONTEND_URL: `http://localhost:${gatewayPort}`,
    ...secrets.keys,
    ...passedOn(),
  }
}

/** Settings that a developer may give to every process at once. */
function passedOn(): Env {
  const ofSending = [
    'SMS_PROVIDER',
    'OTP_COOLDOWN_S',
    'PROVIDER_TIMEOUT_MS',
    'MESSAGE_LEASE_MS',
    'UNKNOWN_LOOKUP_MS',
  ]
  const ofTracing = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_TRACES_SAMPLER_ARG']
  return given(['APP_DEBUG', 'FRONTEND_URL', 'BCRYPT_ROUNDS', ...ofSending, ...ofTracing])
}

function given(names: string[]): Env {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
