import { consumer, on } from '../db.ts'
import { tellOf } from './occasion.queries.ts'
import { visitOccasions } from './visit-occasions.ts'

/** What happens during a visit, told to everybody whom it concerns. */
export const visits = consumer(
  'visits',
  visitOccasions.map((occasion) =>
    on(occasion.contract, (context, data) => tellOf(context, occasion, data)),
  ),
)
