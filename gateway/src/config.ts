import type { ServiceName } from '@forecourt/contracts/service-name'
import { BaseConfig } from '@forecourt/platform/config'
import { z } from 'zod'

const message = 'must be an origin such as https://app.example.com, without a path'

const Origin = z
  .string()
  .refine(isOrigin, { message, abort: true })
  .transform((url) => new URL(url).origin)

const Origins = z
  .string()
  .transform((text) => text.split(',').map((origin) => origin.trim()))
  .refine((origins) => origins.every(isOrigin), { message, abort: true })
  .transform((origins) => origins.map((origin) => new URL(origin).origin))

const TrustProxy = BaseConfig.shape.TRUST_PROXY.removeDefault().refine(
  (cidrs) => !cidrs.some((cidr) => cidr.endsWith('/0')),
  { message: 'must not contain everything; list the proxies before us' },
)

const Count = z.coerce.number().int().min(1)

export const GatewayConfig = BaseConfig.pick({
  NODE_ENV: true,
  HOST: true,
  LOG_LEVEL: true,
  REDIS_URL: true,
  JWKS_URL: true,
  FRONTEND_URL: true,
  OTEL_EXPORTER_OTLP_ENDPOINT: true,
  OTEL_SDK_DISABLED: true,
  OTEL_TRACES_SAMPLER_ARG: true,
})
  .extend({
    PORT: z.coerce.number().int().min(0).max(65_535).default(8_080),
    /** Whose `X-Forwarded-For` is believed. We are the first door unless told otherwise. */
    TRUST_PROXY: TrustProxy.default([]),
    /** Origins whose pages may call us; FRONTEND_URL alone unless given. */
    CORS_ORIGINS: Origins.optional(),
    IDENTITY_URL: Origin,
    CUSTOMER_VEHICLE_URL: Origin,
    INVENTORY_URL: Origin,
    WORKSHOP_URL: Origin,
    BILLING_URL: Origin,
    NOTIFICATION_URL: Origin,
    REPORTING_URL: Origin,
    RATE_LIMIT_WINDOW_MS: Count.default(900_000),
    /** Per window and address without a valid token. */
    RATE_LIMIT_MAX_REQUESTS: Count.default(100),
    /** Per window and signed-in user. */
    RATE_LIMIT_USER_MAX_REQUESTS: Count.default(20_000),
    /** How long a service may take to begin its answer. */
    UPSTREAM_TIMEOUT_MS: Count.default(30_000),
    /** Where Prometheus finds `/metrics` in production, where the public port does not show it. */
    METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
    /** The local inbox, shown at /dev/inbox; development only. */
    INBOX_URL: Origin.optional(),
  })
  .superRefine(({ NODE_ENV, INBOX_URL }, context) => {
    if (NODE_ENV === 'production' && INBOX_URL !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['INBOX_URL'],
        message: 'everybody could read every message; it must not be set in production',
      })
    }
  })
export type GatewayConfig = z.infer<typeof GatewayConfig>

export function serviceUrls(config: GatewayConfig): Record<ServiceName, string> {
  return {
    identity: config.IDENTITY_URL,
    'customer-vehicle': config.CUSTOMER_VEHICLE_URL,
    inventory: config.INVENTORY_URL,
    workshop: config.WORKSHOP_URL,
    billing: config.BILLING_URL,
    notification: config.NOTIFICATION_URL,
    reporting: config.REPORTING_URL,
  }
}

function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href
}
