import { lines, noun, proof, relay, routes, type Case } from './case.ts'

export const budgetCases: Case[] = [
  {
    rule: 'files-fit-one-sitting',
    says: 'a file of 251 lines is caught',
    breaks: { [noun]: lines(251) },
    keeps: { [noun]: lines(250) },
  },
  {
    rule: 'files-fit-one-sitting',
    says: 'a platform file of 151 lines is caught',
    breaks: { [relay]: lines(151) },
    keeps: { [relay]: lines(150) },
  },
  {
    rule: 'files-fit-one-sitting',
    says: 'a test of 401 lines is caught',
    breaks: { [proof]: lines(401) },
    keeps: { [proof]: lines(400) },
  },
  {
    rule: 'functions-fit-one-look',
    says: 'a function of 71 lines is caught',
    breaks: { [noun]: `export function it() {\n${lines(69)}}\n` },
    keeps: { [noun]: `export function it() {\n${lines(68)}}\n` },
  },
  {
    rule: 'functions-fit-one-look',
    says: 'a test of 71 lines is caught, a suite is not',
    breaks: { [proof]: `test('it', () => {\n${lines(69)}})\n` },
    keeps: { [proof]: `describe.each([1])('it', () => {\n${lines(99)}})\n` },
  },
  {
    rule: 'endpoints-only-declare',
    says: 'an endpoint of 21 lines is caught',
    breaks: { [routes]: `export const it = endpoint('GET /it', {\n${lines(19, 'a,')}})\n` },
    keeps: { [routes]: `export const it = endpoint.list('GET /it', {\n${lines(18, 'a,')}})\n` },
  },
  {
    rule: 'lines-fit-the-screen',
    says: 'a line of 101 columns is caught',
    breaks: { [noun]: `export const it = '${'x'.repeat(81)}'\n` },
    keeps: { [noun]: `export const it = '${'x'.repeat(80)}'\n` },
  },
  {
    rule: 'lines-fit-the-screen',
    says: 'SQL is caught too',
    breaks: { 'services/billing/migrations/0001-invoice.sql': `-- ${'x'.repeat(98)}\n` },
    keeps: { 'services/billing/migrations/0001-invoice.sql': `-- ${'x'.repeat(97)}\n` },
  },
]
