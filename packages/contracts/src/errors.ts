import { accountErrors } from './account-errors.ts'
import { spec, type ErrorSpec } from './error-spec.ts'

/** Every reason for which a request can fail. A reason is the name of the rule that was broken. */
export const errors = {
  ...accountErrors,

  credentials_wrong: spec('AUTH_001', 401, 'E-mail, phone or password is wrong.'),
  token_missing: spec('AUTH_002', 401, 'Please sign in.'),
  token_invalid: spec('AUTH_002', 401, 'Your session is not valid. Please sign in again.'),
  session_ended: spec('AUTH_002', 401, 'Your session has ended. Please sign in again.'),
  refresh_token_invalid: spec('AUTH_002', 401, 'Your session has ended. Please sign in again.'),
  permission_missing: spec('AUTH_003', 403, 'You are not allowed to do this.'),
  link_invalid: spec('AUTH_003', 403, 'This link is not valid any more.'),
  signature_invalid: spec('AUTH_003', 403, 'This request does not bear the right signature.'),

  body_invalid: spec('VALIDATION_001', 422, 'Please correct the marked fields.'),
  query_invalid: spec('VALIDATION_001', 422, 'Please correct the marked parameters.'),
  body_unreadable: spec('VALIDATION_001', 400, 'The request body is not readable JSON.'),
  number_out_of_range: spec('VALIDATION_001', 422, 'A number is out of range.'),
  amount_too_large: spec(
    'VALIDATION_001',
    422,
    'The total is greater than the maximum amount allowed, which is {most}.',
  ),
  quantity_too_large: spec(
    'VALIDATION_001',
    422,
    'The quantity is greater than the maximum allowed, which is {most}.',
  ),
  body_too_large: spec('VALIDATION_001', 413, 'The request is too large.'),
  headers_too_large: spec('VALIDATION_001', 431, 'The headers of the request are too large.'),
  request_unreadable: spec('VALIDATION_001', 400, 'The request is not readable.'),
  media_type_unsupported: spec('VALIDATION_001', 415, 'This content type is not accepted.'),
  idempotency_key_malformed: spec(
    'VALIDATION_001',
    422,
    'Idempotency-Key must have 16 to 128 characters.',
  ),
  idempotency_key_reused: spec(
    'VALIDATION_001',
    422,
    'This Idempotency-Key was used for another request.',
  ),
  version_malformed: spec('VALIDATION_001', 422, 'If-Match must be a version such as "3".'),
  version_changed: spec('BUSINESS_001', 412, 'Somebody changed this in the meantime.'),

  not_found: spec('NOT_FOUND_001', 404, 'There is no such thing, or it is not yours to see.'),
  route_unknown: spec('NOT_FOUND_001', 404, 'There is no such address.'),

  state_forbids: spec('BUSINESS_001', 409, 'This cannot be done while the status is {status}.'),
  already_exists: spec('DUPLICATE_001', 409, 'This already exists.'),
  center_code_taken: spec('DUPLICATE_001', 409, 'Another service center has this code.'),
  pin_prefix_taken: spec('DUPLICATE_001', 409, 'Another center serves {prefixes}.'),
  vehicle_already_registered: spec('DUPLICATE_001', 409, 'Already registered: {plates}.'),
  vin_taken: spec('DUPLICATE_001', 409, 'Another vehicle has this VIN.', 'vin'),
  registration_pending: spec(
    'BUSINESS_001',
    409,
    'Another registration with this phone number awaits its code.',
  ),
  registration_already_verified: spec(
    'BUSINESS_001',
    409,
    'This registration was verified already.',
  ),
  dead_letter_under_way: spec(
    'BUSINESS_001',
    409,
    'This event is being brought to its consumer again.',
  ),
  consumer_unknown: spec(
    'BUSINESS_001',
    409,
    'There is no such consumer any more; its events can only be discarded.',
  ),
  consent_missing: spec('BUSINESS_001', 409, 'The customer does not want promotional messages.'),

  customer_unproved: spec('BUSINESS_001', 409, 'This customer has not proved the phone yet.'),
  customer_busy: spec('BUSINESS_001', 409, 'This customer still has open: {open}.'),
  vehicle_of_another: spec('BUSINESS_001', 409, 'This vehicle belongs to another customer.'),
  customer_not_linked: spec(
    'BUSINESS_001',
    409,
    'This customer is not linked to the service center yet.',
  ),
  engineer_not_in_center: spec(
    'BUSINESS_001',
    409,
    'This person does not repair at the service center of the job card.',
  ),
  not_your_job_card: spec('AUTH_003', 403, 'This job card is assigned to somebody else.'),
  job_card_exists: spec('DUPLICATE_001', 409, 'This service request has a job card already.'),
  request_not_approved: spec('BUSINESS_001', 409, 'The service request is {status}.'),
  payment_outstanding: spec('BUSINESS_001', 409, 'The invoice of this job card is not paid yet.'),
  parts_outstanding: spec('BUSINESS_001', 409, 'Parts of this job card are not there yet.'),
  parts_not_reserved: spec(
    'BUSINESS_001',
    409,
    'More was used than is reserved of: {items}. Please request it first.',
  ),
  component_untouched: spec(
    'BUSINESS_001',
    409,
    'No step of this job card is about this component.',
  ),
  item_unknown: spec('NOT_FOUND_001', 404, 'There is no such item.'),
  item_code_taken: spec('DUPLICATE_001', 409, 'Another item has the code {itemCode}.'),
  item_discontinued: spec('BUSINESS_001', 409, '{itemCode} is discontinued.'),
  stock_insufficient: spec(
    'BUSINESS_001',
    409,
    'Only {available} {unit} of {itemCode} is available.',
  ),
  stock_unanswered: spec(
    'UNAVAILABLE_001',
    503,
    'The stock has not answered in time. Please try again in a moment.',
  ),

  job_card_unfinished: spec('BUSINESS_001', 409, 'The work of this job card is not done yet.'),
  gstin_missing: spec(
    'BUSINESS_001',
    409,
    'The service center has no GSTIN, without which it issues no tax invoice.',
  ),
  invoice_empty: spec('BUSINESS_001', 409, 'An invoice without lines cannot be issued.'),
  payment_exceeds_balance: spec('BUSINESS_001', 409, 'Only {balance} is still to be paid.'),
  payment_known: spec('DUPLICATE_001', 409, 'This transaction was recorded already.'),
  document_not_ready: spec(
    'UNAVAILABLE_001',
    503,
    'The document is being made. Please try again in a moment.',
  ),

  otp_wrong: spec('VALIDATION_001', 400, 'Invalid OTP'),
  otp_expired: spec('VALIDATION_001', 400, 'OTP has expired. Please request a new one.'),
  otp_exhausted: spec('RATE_001', 429, 'Too many wrong codes. Please request a new one.'),
  otp_cooldown: spec('RATE_001', 429, 'A code was just sent. Please wait a moment.'),
  otp_budget_spent: spec('RATE_001', 429, 'Too many codes for this number. Please try later.'),
  otp_capped: spec(
    'RATE_001',
    429,
    'No more codes are sent to this country today. Please try later.',
  ),
  sms_unavailable: spec('UNAVAILABLE_001', 503, 'Codes cannot be sent by SMS at the moment.'),
  country_not_served: spec('VALIDATION_001', 422, 'Phone numbers of this country are not served.'),

  phone_form_invalid: spec('VALIDATION_001', 422, 'Validation Error'),
  phone_unknown: spec('NOT_FOUND_001', 404, 'Phone number not found. Please register first.'),
  phone_registered: spec(
    'DUPLICATE_001',
    422,
    'This phone number is already registered. Please login instead.',
  ),
  phone_code_missing: spec('VALIDATION_001', 400, 'No OTP found. Please request a new OTP.'),
  phone_code_expired: spec('VALIDATION_001', 400, 'OTP has expired. Please request a new OTP.'),
  phone_code_wrong: spec('VALIDATION_001', 400, 'Invalid OTP. Please try again.'),
  phone_code_unsent: spec('SERVER_001', 500, 'Failed to send OTP. Please try again.'),

  file_too_large: spec('VALIDATION_001', 413, 'The file is larger than 5 MB.', 'file'),
  file_not_an_image: spec(
    'VALIDATION_001',
    422,
    'The file is not a JPEG, PNG or WebP picture.',
    'file',
  ),
  picture_too_large: spec(
    'VALIDATION_001',
    422,
    'The picture has more than 40 megapixels.',
    'file',
  ),
  file_missing: spec('VALIDATION_001', 422, 'Please choose a file.', 'file'),
  file_purpose_unknown: spec(
    'VALIDATION_001',
    422,
    'This purpose of a file is not known.',
    'purpose',
  ),
  file_unknown: spec('VALIDATION_001', 422, 'Please upload the photo again.'),
  storage_full: spec('UNAVAILABLE_001', 503, 'No more files can be taken for the moment.'),

  too_many_requests: spec('RATE_001', 429, 'Too many requests. Please try again later.'),
  service_unavailable: spec('UNAVAILABLE_001', 503, 'Temporarily out of service.'),
  server_failed: spec('SERVER_001', 500, 'Something went wrong on our side.'),
} satisfies Record<string, ErrorSpec>

export type ErrorReason = keyof typeof errors
