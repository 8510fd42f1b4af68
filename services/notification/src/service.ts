import { service } from '@forecourt/platform/service'
import { openStorage } from '@forecourt/storage/config'
import { NotificationConfig } from './config.ts'
import { codes, customers, occasions, replicas } from './consumers.ts'
import { erasures } from './erasure/erasure.consumers.ts'
import * as kept from './erasure/export.routes.ts'
import { senders, tidyMessages } from './message/message.jobs.ts'
import * as message from './message/message.routes.ts'
import { closeProviders, openProviders } from './message/providers.adapter.ts'
import * as inApp from './notification/notification.routes.ts'
import { visits } from './occasion/occasion.consumers.ts'

export const notification = service({
  name: 'notification',
  about: 'Messages by SMS, WhatsApp and e-mail, and notifications inside the application',
  config: NotificationConfig,
  migrations: [new URL('../migrations/', import.meta.url)],
  means: async ({ config, personal, settingOf }) => ({
    personal,
    settingOf,
    settings: config,
    transportKeys: config.TRANSPORT_KEYS,
    storage: await openStorage(config),
    ...(await openProviders(config)),
  }),
  async close(means) {
    await closeProviders(means)
    means.storage.close()
  },
  endpoints: [...Object.values(inApp), ...Object.values(message), ...Object.values(kept)],
  consumers: [replicas, customers, codes, occasions, visits, erasures],
  jobs: [...senders, tidyMessages],
})
