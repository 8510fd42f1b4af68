/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
const REFRESH_MS = 2_000
const ANSWER_WITHIN_MS = 10_000
const COPIED_MS = 1_200

const list = find(document, '#messages')
const pulse = find(document, '#pulse')
/** @type {string | null} */
let shownTag = null

/** @param {Document} page @param {string} selector */
function find(page, selector) {
  const found = page.querySelector(selector)
  if (!(found instanceof HTMLElement)) throw new Error(`The page has no ${selector}.`)
  return found
}

/**
 * Puts new messages in place and leaves the others alone, so that an open e-mail does not reload.
 * @param {Element[]} fresh
 */
function show(fresh) {
  const wanted = new Set(fresh.map(({ id }) => id))
  const gone = Array.from(list.children).filter(({ id }) => !wanted.has(id))
  for (const article of gone) article.remove()
  const shown = new Map(Array.from(list.children, (article) => [article.id, article]))
  let place = list.firstElementChild
  for (const article of fresh) {
    const already = shown.get(article.id)
    if (already) {
      place = already.nextElementSibling
    } else {
      article.classList.add('new')
      list.insertBefore(article, place)
    }
  }
  localizeTimes()
}

function localizeTimes() {
  for (const time of list.querySelectorAll('time')) {
    time.title = time.dateTime
    time.textContent = new Date(time.dateTime).toLocaleString(undefined, {
      dateStyle: 'medium',
      timeStyle: 'medium',
    })
  }
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    if (!answer.ok) throw new Error(`The inbox answered ${answer.status}.`)
    const tag = answer.headers.get('etag')
    if (tag === null || tag !== shownTag) {
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      show(Array.from(find(page, '#messages').children))
      find(document, '#recipients').replaceWith(find(page, '#recipients'))
      shownTag = tag
    }
    setPulse('live', 'live')
  } catch {
    setPulse('lost', 'not reachable, trying again')
  }
  setTimeout(() => void refresh(), REFRESH_MS)
}

/** @param {'live' | 'lost'} state @param {string} words */
function setPulse(state, words) {
  if (pulse.dataset['state'] === state) return
  pulse.dataset['state'] = state
  pulse.textContent = words
}

/** @param {HTMLButtonElement} button */
async function copy(button) {
  const code = button.value
  await navigator.clipboard.writeText(code)
  button.textContent = 'Copied'
  setTimeout(() => {
    button.textContent = code
  }, COPIED_MS)
}

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button.code') : null
  if (button instanceof HTMLButtonElement) void copy(button)
})

localizeTimes()
setTimeout(() => void refresh(), REFRESH_MS)
