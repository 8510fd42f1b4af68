import { z } from 'zod'

/** The parts of a vehicle that people speak of, by the id that events and answers carry. */
export const vehicleComponents = {
  engine: 'Engine',
  engine_oil: 'Engine oil and filter',
  fuel_system: 'Fuel system',
  transmission: 'Transmission and clutch',
  brakes: 'Brakes',
  suspension: 'Suspension',
  steering: 'Steering',
  tyres: 'Tyres and wheels',
  battery: 'Battery',
  electrical: 'Electrical system',
  lights: 'Lights',
  ac: 'Air conditioning',
  cooling: 'Cooling system',
  exhaust: 'Exhaust',
  body: 'Body and glass',
} as const

export type VehicleComponent = keyof typeof vehicleComponents

export const componentIds = Object.keys(vehicleComponents) as VehicleComponent[]

/** How a component is; nobody has looked at an `unknown` one yet. */
export const ComponentStatus = z.enum(['healthy', 'warning', 'critical', 'unknown'])
export type ComponentStatus = z.infer<typeof ComponentStatus>
