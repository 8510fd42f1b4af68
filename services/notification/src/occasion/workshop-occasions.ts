import {
  JobCardApprovalDecided,
  JobCardAssigned,
  JobCardCancelled,
  JobCardCompleted,
  JobCardDelivered,
  JobCardPartsArrived,
  JobCardPartsAwaited,
  LinkRequested,
  ServiceRequestApproved,
  ServiceRequestOpened,
  ServiceRequestRejected,
  ServiceRequestScheduled,
  type JobCardState,
  type ServiceRequestState,
} from '@forecourt/contracts/workshop-events'
import type { z } from 'zod'
import { dayOf, occasion, PHONE, type Occasion } from './occasion.ts'

const ofRequest = {
  category: 'request',
  about: { entity: 'ServiceRequest', id: 'serviceRequestId', page: '/service-requests' },
  facts: (request: z.infer<typeof ServiceRequestState>) => ({
    'request.number': request.requestNumber,
    'request.kind': `${request.serviceType}, priority ${request.priority}`,
    'request.when': dayOf(request.scheduledDate, request.scheduledTime),
  }),
} as const

const ofCard = {
  category: 'job_card',
  about: { entity: 'JobCard', id: 'jobCardId', page: '/job-cards' },
  facts: (card: z.infer<typeof JobCardState>) => ({ 'card.number': card.jobCardNumber }),
} as const

/** Who is told what of a service request and its job card. */
export const workshopOccasions: Occasion[] = [
  occasion(ServiceRequestOpened, {
    ...ofRequest,
    notices: [
      {
        to: ['managers'],
        type: 'approval',
        title: 'Service request {{request.number}} awaits approval',
        text: '{{vehicle}}: {{request.kind}}.',
      },
    ],
  }),
  occasion(ServiceRequestApproved, {
    ...ofRequest,
    notices: [
      {
        to: ['requester'],
        type: 'success',
        title: 'Service request {{request.number}} is approved',
        text: '{{vehicle}}: a job card may be opened.',
      },
    ],
    letters: [{ template: 'service_request_approved', channels: PHONE }],
  }),
  occasion(ServiceRequestRejected, {
    ...ofRequest,
    notices: [
      {
        to: ['requester'],
        type: 'error',
        title: 'Service request {{request.number}} is rejected',
        text: '{{vehicle}}: the request says why.',
      },
    ],
    letters: [{ template: 'service_request_rejected', channels: PHONE }],
  }),
  occasion(ServiceRequestScheduled, {
    ...ofRequest,
    notices: [
      {
        to: ['requester'],
        type: 'info',
        title: 'Service request {{request.number}} is scheduled',
        text: '{{vehicle}}: {{request.when}}.',
      },
    ],
    letters: [{ template: 'service_request_scheduled', channels: PHONE }],
  }),
  occasion(JobCardAssigned, {
    ...ofCard,
    notices: [
      {
        to: ['engineer'],
        type: 'info',
        title: 'Job card {{card.number}} is yours',
        text: '{{vehicle}} was assigned to you.',
      },
    ],
  }),
  occasion(JobCardPartsAwaited, {
    ...ofCard,
    notices: [
      {
        to: ['managers'],
        type: 'warning',
        title: 'Job card {{card.number}} waits for parts',
        text: '{{vehicle}}: parts are short.',
      },
    ],
    letters: [{ template: 'parts_awaited', channels: PHONE }],
  }),
  occasion(JobCardPartsArrived, {
    ...ofCard,
    notices: [
      {
        to: ['engineer', 'managers'],
        type: 'success',
        title: 'The parts of job card {{card.number}} are there',
        text: '{{vehicle}}: the work can go on.',
      },
    ],
  }),
  occasion(JobCardApprovalDecided, {
    ...ofCard,
    notices: [
      {
        to: ['engineer', 'managers'],
        type: 'info',
        title: 'The customer of job card {{card.number}} has decided',
        text: '{{vehicle}}: the card says which additional services are approved.',
      },
    ],
  }),
  occasion(JobCardCompleted, {
    ...ofCard,
    notices: [
      {
        to: ['managers'],
        type: 'success',
        title: 'Job card {{card.number}} is completed',
        text: '{{vehicle}} can be billed and handed over.',
      },
    ],
    letters: [{ template: 'job_card_completed', channels: PHONE }],
  }),
  occasion(JobCardDelivered, {
    ...ofCard,
    notices: [
      {
        to: ['managers'],
        type: 'info',
        title: 'Job card {{card.number}} is delivered',
        text: '{{vehicle}} was handed over.',
      },
    ],
    letters: [{ template: 'job_card_delivered', channels: PHONE }],
  }),
  occasion(JobCardCancelled, {
    ...ofCard,
    notices: [
      {
        to: ['engineer', 'managers'],
        type: 'warning',
        title: 'Job card {{card.number}} is cancelled',
        text: '{{vehicle}}: no work is to be done, the parts go back.',
      },
    ],
    letters: [{ template: 'job_card_cancelled', channels: PHONE }],
  }),
  occasion(LinkRequested, {
    category: 'approval',
    about: { entity: 'JobCard', id: 'jobCardId', page: '/job-cards' },
    facts: () => ({}),
    letters: [
      {
        template: 'approval_asked',
        channels: PHONE,
        link: { purpose: 'approval', page: 'approvals' },
      },
      {
        template: 'feedback_asked',
        channels: PHONE,
        link: { purpose: 'feedback', page: 'feedback' },
      },
    ],
  }),
]
