import { expect, test } from 'vitest'
import { FileAddress, fileUrl } from './file-address.ts'

const id = '0c2b8a0e-3a54-4d4e-9f0a-5d6d6c1f2b7a'

test('a file is named by its id or by its address, and answered by its address', () => {
  for (const said of [
    id,
    id.toUpperCase(),
    fileUrl(id),
    `/api/files/${id}/content`,
    `https://api.example.in/api/v1/files/${id}/content?expires=1&signature=x`,
  ]) {
    expect(FileAddress.decode(said)).toBe(id)
  }
  expect(FileAddress.encode(id)).toBe(`/api/v1/files/${id}/content`)
})

test('what is no file of ours is no file', () => {
  for (const said of [
    '',
    'photo.jpg',
    `https://elsewhere.example/${id}`,
    `/etc/${id}`,
    `${id}/..`,
  ]) {
    expect(FileAddress.safeDecode(said).success).toBe(false)
  }
})
