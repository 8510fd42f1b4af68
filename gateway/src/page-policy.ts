import { createHash } from 'node:crypto'

/** The policy of a page that has its own style and its own script, and nothing from elsewhere. */
export function policyOf(page: { style: string; script: string; more: string[] }): string {
  return [
    "default-src 'none'",
    `style-src '${hashOf(page.style)}'`,
    `script-src '${hashOf(page.script)}'`,
    ...page.more,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
