/** Faults that lie in the record itself, so that a repetition cannot help. */
const RECORD_FAULTS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
])

/** Faults that concern one topic, while the broker takes what is meant for others. */
const TOPIC_FAULTS = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'TOPIC_AUTHORIZATION_FAILED',
  'INVALID_TOPIC_EXCEPTION',
  'LEADER_NOT_AVAILABLE',
])

/** A broker that has just started answers so until it has read what it knew of the group. */
const COORDINATOR_FAULTS = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
])

export function isRecordFault(error: unknown): boolean {
  return RECORD_FAULTS.has(faultOf(error))
}

export function isTopicFault(error: unknown): boolean {
  return TOPIC_FAULTS.has(faultOf(error))
}

export function isCoordinatorFault(error: unknown): boolean {
  return COORDINATOR_FAULTS.has(faultOf(error))
}

/** What the broker called it; the client may have wrapped it. */
export function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  return 'type' in error && typeof error.type === 'string' ? error.type : faultOf(error.cause)
}
