import { testMoves } from '@forecourt/testing/matrix'
import { lifecycle } from './vehicle.queries.ts'

testMoves('vehicle', lifecycle, {
  active: { arrive: 'in_service', finish: 'completed', archive: 'archived' },
  in_service: { finish: 'completed', leave: 'active' },
  completed: { arrive: 'in_service', leave: 'active' },
  archived: { arrive: 'in_service', finish: 'completed', restore: 'active' },
})
