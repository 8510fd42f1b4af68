import { Readable } from 'node:stream'
import { checkKey, NotStored, type Storage } from './storage.ts'

export interface Bucket {
  name: string
  region: string
  /** Of an S3-compatible store; Amazon's own when left out. */
  endpoint?: string | undefined
}

/**
 * Files in a private S3 bucket. Credentials are found as the AWS client finds them: environment,
 * workload identity, instance. The client is loaded here alone, because it is large.
 */
export async function s3Storage({ name, region, endpoint }: Bucket): Promise<Storage> {
  const s3 = await import('@aws-sdk/client-s3')
  const client = new s3.S3Client({
    region,
    maxAttempts: 3,
    // Compatible stores answer under one host name; only Amazon gives each bucket its own.
    ...(endpoint && { endpoint, forcePathStyle: true }),
  })
  const objectOf = (key: string) => ({ Bucket: name, Key: checkKey(key) })
  return {
    async write(key, bytes) {
      await client.send(
        new s3.PutObjectCommand({ ...objectOf(key), Body: bytes, ContentLength: bytes.length }),
      )
    },
    async read(key) {
      const { Body } = await client
        .send(new s3.GetObjectCommand(objectOf(key)))
        .catch((error: unknown) => {
          throw error instanceof s3.NoSuchKey ? new NotStored(key, error) : error
        })
      if (!(Body instanceof Readable)) throw new Error('The object store answered no stream.')
      return Body
    },
    async remove(key) {
      await client.send(new s3.DeleteObjectCommand(objectOf(key)))
    },
    close: () => client.destroy(),
  }
}
