import { expect, test } from 'vitest'
import { z } from 'zod'
import { declareRaw } from './declare.ts'
import { documentOf } from './openapi.ts'

test('the document says what an upload consists of, so that its page can offer a file', async () => {
  const upload = declareRaw('POST /papers', {
    about: 'Bring a paper.',
    may: 'public',
    form: z.object({ file: z.file(), purpose: z.enum(['licence', 'insurance']) }),
    handle: async () => null,
  })
  const { paths } = await documentOf({ about: 'Papers', endpoints: [upload] })
  expect(paths).toMatchObject({
    '/papers': {
      post: {
        requestBody: {
          content: {
            'multipart/form-data': {
              schema: {
                properties: {
                  file: { type: 'string', format: 'binary' },
                  purpose: { enum: ['licence', 'insurance'] },
                },
                required: ['file', 'purpose'],
              },
            },
          },
        },
      },
    },
  })
})
