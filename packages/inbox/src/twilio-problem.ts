const MESSAGES = {
  20001: [400, 'Invalid parameter'],
  20003: [401, 'Authenticate'],
  20404: [404, 'The requested resource was not found'],
  20429: [429, 'Too Many Requests'],
  20500: [500, 'An internal server error has occurred'],
  21211: [400, "The 'To' number is not a valid phone number"],
  21602: [400, 'Message body is required'],
  21603: [400, "A 'From' phone number is required"],
  21604: [400, "A 'To' phone number is required"],
  21609: [400, 'The StatusCallback URL is not a valid URL'],
  21617: [400, 'The concatenated message body exceeds the 1600 character limit'],
  21910: [400, "Invalid 'From' and 'To' pair: they must be of the same channel"],
} as const

export type TwilioCode = keyof typeof MESSAGES

/** An error in the shape that every Twilio client reads; `code` is of Twilio's own dictionary. */
export class TwilioProblem extends Error {
  code: TwilioCode
  status: number

  constructor(code: TwilioCode, detail?: string) {
    const [status, message] = MESSAGES[code]
    super(detail ? `${message}: ${detail}` : message)
    this.name = 'TwilioProblem'
    this.code = code
    this.status = status
  }

  answer(): { code: number; message: string; more_info: string; status: number } {
    const { code, message, status } = this
    return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }
  }
}
