import { type ContainerRuntimeClient, getContainerRuntimeClient, ImageName } from 'testcontainers'
import type { EngineName } from './engine.ts'
import { imageVariable } from './images.ts'

export type DockerContainer = ReturnType<ContainerRuntimeClient['container']['getById']>

const PROGRESS_MS = 5_000

/** Throws one sentence when no Docker engine of this machine answers. */
export async function reachDocker(): Promise<ContainerRuntimeClient> {
  const client = await getContainerRuntimeClient().catch((cause: unknown) => {
    const cure =
      'start Docker, or install a JDK of version 17 or newer with Maven ' +
      'and set FORECOURT_ENGINES=embedded.'
    throw new Error(`No Docker engine answers: ${cure}`, { cause })
  })
  const { host } = client.info.containerRuntime
  // The engines are bound to the loopback of the machine that runs them, and to nothing else.
  if (host === 'localhost' || host === '127.0.0.1' || host === '::1') return client
  throw new Error(
    `The Docker engine is on another machine (${host}), and its loopback is not ours: use one of ` +
      'this machine, or give DATABASE_URL, KAFKA_BROKERS and REDIS_URL.',
  )
}

/** Fetches an image that is not there yet, saying so. */
export async function fetchImage(
  client: ContainerRuntimeClient,
  { name, image }: { name: EngineName; image: string },
  log: (line: string) => void,
): Promise<void> {
  const asked = ImageName.fromString(image)
  if (await client.image.exists(asked)) return
  log(`${name}: fetching the image ${image}`)
  const begun = Date.now()
  const progress = setInterval(() => {
    log(`${name}: fetching the image, ${Math.round((Date.now() - begun) / 1_000)} s`)
  }, PROGRESS_MS)
  const cure = `check the network, or name another by ${imageVariable(name)}.`
  try {
    await client.image.pull(asked)
    // A pull that breaks off in the middle ends like one that succeeds.
    if (!(await client.image.exists(asked))) throw new Error('It is not there after the pull.')
  } catch (cause) {
    throw new Error(`The image ${image} cannot be fetched: ${cure}`, { cause })
  } finally {
    clearInterval(progress)
  }
}

/** Removes a volume and all that is in it; one that is not there is fine. */
export function removeVolume(client: ContainerRuntimeClient, name: string): Promise<void> {
  // The library has no call for it, but lends the connection that it found Docker by.
  const { modem } = client.container.getById(name) as { modem: Modem }
  const statusCodes = {
    204: true,
    404: true,
    409: 'it is in use',
    500: 'server error',
  } as const
  return new Promise((resolve, reject) => {
    modem.dial({ path: `/volumes/${name}`, method: 'DELETE', statusCodes }, (fault) => {
      if (fault) reject(new Error(`Docker cannot remove the volume ${name}.`, { cause: fault }))
      else resolve()
    })
  })
}

type Modem = {
  dial(
    call: { path: string; method: string; statusCodes: Record<number, true | string> },
    done: (fault: Error | null) => void,
  ): void
}
