import { join } from 'node:path'
import { z } from 'zod'
import { localStorage } from './local.ts'
import { s3Storage } from './s3.ts'
import type { Storage } from './storage.ts'

/** What a service that keeps files is told by its environment. */
export const StorageConfig = z.object({
  STORAGE_TYPE: z.enum(['local', 's3']).default('local'),
  /** The data folder; files lie in its `files`. */
  FORECOURT_DATA: z.string().min(1).default('.forecourt'),
  AWS_S3_BUCKET: z.string().min(3).default('forecourt'),
  AWS_REGION: z.string().min(1).default('ap-south-1'),
  AWS_ENDPOINT_URL_S3: z.url().optional(),
})
export type StorageConfig = z.infer<typeof StorageConfig>

/** The storage that the configuration names. */
export async function openStorage(config: StorageConfig): Promise<Storage> {
  if (config.STORAGE_TYPE === 'local') return localStorage(join(config.FORECOURT_DATA, 'files'))
  return s3Storage({
    name: config.AWS_S3_BUCKET,
    region: config.AWS_REGION,
    endpoint: config.AWS_ENDPOINT_URL_S3,
  })
}
