export const channels = ['sms', 'whatsapp', 'email'] as const
export type Channel = (typeof channels)[number]

/** One message, rendered and addressed. */
export interface Letter {
  messageId: string
  channel: Channel
  /** A phone in E.164, or an e-mail address. */
  to: string
  template: string
  text: string
  /** Of an e-mail only. */
  subject?: string
  html?: string
  attachment?: { name: string; content: Buffer }
}

/** What is known after a provider was asked to take a letter. */
export type Outcome =
  | { kind: 'taken'; providerId: string }
  /** It never will be: the address or the text is at fault. */
  | { kind: 'refused'; reason: string }
  /** It was not taken this time, and a later try may succeed. */
  | { kind: 'busy'; reason: string; retryAfterMs?: number }
  /** The reply was lost; it may have been taken. */
  | { kind: 'unknown'; reason: string }

/** Its errors hold addresses and credentials, so it throws none: an outcome says what counts. */
export interface Provider {
  send(letter: Letter): Promise<Outcome>
  /** Ids under which it has taken such a letter since `since`; null when it cannot tell now. */
  find?(letter: Letter, since: string): Promise<string[] | null>
  close?(): void
}
