import { spec, type ErrorSpec } from './error-spec.ts'

/** Why a request about accounts, roles, second factors and garages can fail. */
export const accountErrors = {
  account_not_active: spec('AUTH_003', 403, 'This account is not active.'),
  account_locked: spec('RATE_001', 429, 'Too many failed attempts. Please try again later.'),
  role_not_below: spec('AUTH_003', 403, 'Only roles below your own are yours to manage.'),
  role_name_taken: spec('DUPLICATE_001', 409, 'Another role has this name.', 'name'),
  permission_not_yours: spec(
    'AUTH_003',
    403,
    'Nobody gives what they do not have themselves: {permissions}.',
  ),
  permission_not_for_customers: spec(
    'BUSINESS_001',
    409,
    'Customers act for themselves alone and must not have: {permissions}.',
  ),
  administrators_keep_all: spec(
    'BUSINESS_001',
    409,
    'Administrators keep every permission; what they lost nobody could give back.',
  ),
  center_not_yours: spec('AUTH_003', 403, 'This reaches a service center that is not yours.'),
  account_exists: spec(
    'DUPLICATE_001',
    409,
    'Another account has this e-mail address or phone number.',
  ),
  password_wrong: spec('AUTH_001', 401, 'The current password is wrong.', 'currentPassword'),
  reset_token_invalid: spec(
    'VALIDATION_001',
    400,
    'This link is not valid any more. Please request a new one.',
    'token',
  ),
  mfa_required: spec('AUTH_003', 403, 'The second factor is missing. Please sign in again.'),
  mfa_enrollment_required: spec(
    'AUTH_003',
    403,
    'Your role asks for a second factor. Please sign in again and set it up.',
  ),
  mfa_code_wrong: spec('AUTH_001', 401, 'The code is wrong.', 'code'),
  mfa_token_invalid: spec('AUTH_002', 401, 'This sign-in took too long. Please begin again.'),
  mfa_already_enabled: spec('BUSINESS_001', 409, 'This account has a second factor already.'),
  mfa_not_enrolled: spec('BUSINESS_001', 409, 'This account has no second factor.'),
  mfa_own: spec('AUTH_003', 403, 'The own second factor is taken away by password and code.'),
  last_administrator: spec('BUSINESS_001', 409, 'The last administrator has to stay one.'),

  not_a_garage: spec('BUSINESS_001', 409, 'Only the owner of a garage can be rejected.'),
  garage_registration_pending: spec(
    'BUSINESS_001',
    409,
    'A registration with this e-mail address or phone number is under way already.',
  ),
  garage_registration_unknown: spec(
    'NOT_FOUND_001',
    404,
    'There is no such registration any more. Please register again.',
  ),
  garage_contact_unproved: spec(
    'BUSINESS_001',
    409,
    'Please verify your email or phone number first.',
  ),
  garage_place_missing: spec('BUSINESS_001', 409, 'Please enter your business location first.'),
  garage_code_not_awaited: spec(
    'BUSINESS_001',
    409,
    'No registration with this e-mail address or phone number awaits a code.',
  ),
  verification_code_wrong: spec('VALIDATION_001', 400, 'Invalid verification code'),
  verification_code_expired: spec(
    'VALIDATION_001',
    400,
    'Verification code has expired. Please request a new one.',
  ),
  verification_code_exhausted: spec(
    'VALIDATION_001',
    400,
    'Maximum verification attempts exceeded. Please request a new code.',
  ),
} satisfies Record<string, ErrorSpec>
