import { policyOf } from './page-policy.ts'

export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5d9de, #3a4048);
  --quiet: light-dark(#555e68, #a6afb9); --accent: light-dark(#0b57a4, #8cc1ff);
  --ground: light-dark(#f5f6f8, #1c2025); background: light-dark(#fff, #121519);
  color: light-dark(#16191d, #e6e9ed) }
* { box-sizing: border-box }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 64rem; margin: 0 auto;
  padding: 0 1rem 6rem; overflow-wrap: break-word }
a { color: var(--accent) }
h1 { margin: 2rem 0 .5rem; line-height: 1.2 }
h2 { margin: 3.5rem 0 .25rem; padding-top: 1rem; border-top: 2px solid var(--line) }
h3 { margin: 3.5rem 0 .25rem; padding-top: 1rem; border-top: 1px solid var(--line);
  font-size: 1.25rem }
h3 code { font-size: .9em }
h4 { margin: 2.5rem 0 .25rem; font-size: 1.1rem }
h4 a { text-decoration: none; color: inherit }
h4 a:hover { text-decoration: underline }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
pre { background: var(--ground); padding: .75rem 1rem; overflow-x: auto; margin: .5rem 0;
  border-radius: .25rem; line-height: 1.45 }
summary { cursor: pointer; padding: .25rem 0 }
nav ul { list-style: none; padding: 0; margin: .25rem 0 1rem; columns: 18rem }
nav li { break-inside: avoid; padding: .125rem 0 }
.facts { display: grid; grid-template-columns: 6rem 1fr; gap: .125rem 1rem; margin: .5rem 0 }
.facts dt { color: var(--quiet) }
dd { margin: 0 }
.fields { margin: .75rem 0 }
.fields > div { display: grid; grid-template-columns: minmax(12rem, 2fr) minmax(11rem, 2fr) 4fr;
  gap: 0 1rem; padding: .35rem 0; border-top: 1px solid var(--line) }
.fields dt { font-weight: normal }
.kind { color: var(--quiet) }
.mark { font-size: .8em; border: 1px solid currentcolor; border-radius: .25rem; padding: 0 .35em;
  white-space: nowrap; color: var(--accent) }
.skip { position: absolute; left: -100rem }
.skip:focus { position: static }
#search { font: inherit; width: 100%; max-width: 30rem; padding: .5rem .75rem; margin: .25rem 0 }
article:target > h4 { outline: 2px solid var(--accent); outline-offset: .25rem }
@media (max-width: 44rem) { .fields > div { grid-template-columns: 1fr } }
`

/** Without it the page is whole, and the browser's own search serves. */
export const SCRIPT = `
const box = document.querySelector('#find')
const search = document.querySelector('#search')
const told = document.querySelector('#found')
const articles = [...document.querySelectorAll('article')]
// Not in the examples: any three letters stand somewhere in ciphertext.
const wordsOf = (one) => [...one.querySelectorAll('h4, p, dt, dd')].map((part) => part.textContent)
const words = new Map(articles.map((one) => [one, wordsOf(one).join(' ').toLowerCase()]))
function look() {
  const asked = search.value.trim().toLowerCase().split(/\\s+/)
  for (const one of articles) one.hidden = !asked.every((word) => words.get(one).includes(word))
  for (const topic of document.querySelectorAll('section.topic')) {
    topic.hidden = topic.querySelectorAll('article:not([hidden])').length === 0
  }
  for (const link of document.querySelectorAll('nav li a')) {
    link.parentElement.hidden = document.getElementById(link.hash.slice(1)).hidden
  }
  const left = articles.filter((one) => !one.hidden).length
  told.textContent = search.value.trim() ? left + ' of ' + articles.length + ' events' : ''
}
search.addEventListener('input', look)
addEventListener('hashchange', () => {
  const goal = document.getElementById(location.hash.slice(1))
  if (goal && goal.closest('[hidden]')) {
    search.value = ''
    look()
    goal.scrollIntoView()
  }
})
box.hidden = false
look()
`

/** The page needs its own style and its own script, and nothing from anywhere else. */
export const EVENTS_PAGE_POLICY = policyOf({
  style: STYLE,
  script: SCRIPT,
  more: ['img-src data:'],
})
