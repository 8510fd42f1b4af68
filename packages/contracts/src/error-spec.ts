export interface ErrorSpec {
  /** Class of the error, as front ends switch on it. */
  code: ErrorCode
  status: number
  /** What the person reads; `{name}` is filled from the problem's details. */
  text: string
  /** The field of the form whose fault it is, where there is one form that can have it. */
  field: string | undefined
}

type ErrorCode =
  | 'AUTH_001'
  | 'AUTH_002'
  | 'AUTH_003'
  | 'VALIDATION_001'
  | 'NOT_FOUND_001'
  | 'DUPLICATE_001'
  | 'BUSINESS_001'
  | 'RATE_001'
  | 'UNAVAILABLE_001'
  | 'SERVER_001'

export function spec(code: ErrorCode, status: number, text: string, field?: string): ErrorSpec {
  return { code, status, text, field }
}
