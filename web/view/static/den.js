// What the pages can do beyond HTML: parts that live, forms that save themselves,
// times that run down. Each page works without this file. doc.go says how to ask
// for it.
import { initAll } from './vendor/govuk-frontend.min.js'

/** Live parts: one stream for each address, however many elements it feeds. */
const streams = new Map()

function follow(root) {
  for (const element of root.querySelectorAll('[data-live]')) {
    const stream = streams.get(element.dataset.live) ?? openStream(element.dataset.live)
    const name = element.dataset.liveEvent || 'message'
    if (!stream.names.has(name)) {
      stream.names.add(name)
      stream.source?.addEventListener(name, stream.hear)
    }
  }
}

function openStream(url) {
  const stream = { url, names: new Set(), source: null, isDone: false }
  stream.hear = (event) => {
    for (const element of document.querySelectorAll('[data-live]')) {
      if (element.dataset.live === url && (element.dataset.liveEvent || 'message') === event.type) replace(element, event.data)
    }
  }
  streams.set(url, stream)
  connect(stream)
  return stream
}

function connect(stream) {
  if (stream.isDone || stream.source) return
  stream.source = new EventSource(stream.url)
  for (const name of stream.names) stream.source.addEventListener(name, stream.hear)
  stream.source.addEventListener('reload', () => location.reload())
  stream.source.addEventListener('done', () => {
    stream.isDone = true
    disconnect(stream)
  })
}

function disconnect(stream) {
  stream.source?.close()
  stream.source = null
}

// A page that nobody looks at holds no connection: browsers allow six.
document.addEventListener('visibilitychange', () => {
  for (const stream of streams.values()) document.hidden ? disconnect(stream) : connect(stream)
})

function replace(element, markup) {
  if (element.denMarkup === markup) return
  element.denMarkup = markup
  const next = document.createElement('template')
  next.innerHTML = markup
  const focused = element.contains(document.activeElement) ? pathTo(element, document.activeElement) : null
  const opened = new Set([...element.querySelectorAll('details[open][id]')].map((one) => one.id))
  const scrolled = [...element.querySelectorAll('[data-keep-scroll][id]')].map((one) => [one.id, one.scrollTop, one.scrollTop + one.clientHeight >= one.scrollHeight - 4])
  element.replaceChildren(next.content)
  for (const one of element.querySelectorAll('details[id]')) one.open = one.open || opened.has(one.id)
  for (const [id, top, isAtEnd] of scrolled) {
    const one = document.getElementById(id)
    if (one) one.scrollTop = isAtEnd ? one.scrollHeight : top
  }
  initAll({ scope: element })
  prepare(element)
  if (focused) find(element, focused)?.focus({ preventScroll: true })
}

// Where the focus was: by id, by address, or by place.
function pathTo(root, node) {
  const same = [...root.querySelectorAll(node.tagName)]
  return { id: node.id, href: node.getAttribute('href'), tag: node.tagName, place: same.indexOf(node) }
}

function find(root, { id, href, tag, place }) {
  if (id) return document.getElementById(id)
  const same = [...root.querySelectorAll(tag)]
  return (href && same.find((one) => one.getAttribute('href') === href)) || same[place]
}

/** Times that run down, by what was left when the page was made. */
const deadlines = new WeakMap()

function countDown(root) {
  for (const element of root.querySelectorAll('time[data-until]')) {
    if (deadlines.has(element)) continue
    const left = Number(element.dataset.left)
    deadlines.set(element, Number.isFinite(left) && element.dataset.left !== ''
      ? performance.now() + left * 1000
      : performance.now() + Date.parse(element.dataset.until) - Date.now())
  }
}

function unit(n, name) {
  return new Intl.NumberFormat(document.documentElement.lang || 'en', { style: 'unit', unit: name, unitDisplay: 'long' }).format(n)
}

function span(milliseconds) {
  const minutes = Math.floor(milliseconds / 60000)
  const parts = [[Math.floor(minutes / 1440), 'day'], [Math.floor(minutes / 60) % 24, 'hour'], [minutes % 60, 'minute']]
  while (parts.length > 1 && parts[0][0] === 0) parts.shift()
  return parts.slice(0, 2).filter(([n]) => n > 0).map(([n, name]) => unit(n, name)).join(' ')
}

function tick() {
  for (const element of document.querySelectorAll('time[data-until]')) {
    const left = deadlines.get(element) - performance.now()
    // Under a minute the server's words stand, or come with the next update.
    const text = left >= 60000 ? span(left) : ''
    if (text && element.textContent !== text) element.textContent = text
  }
}
setInterval(tick, 10000)

/** Forms that save themselves. */

// The browser's store may be full, or shut; the server still has what was saved.
function stored(act) {
  try {
    return act(sessionStorage)
  } catch {
    return null
  }
}

const saving = new WeakMap()
const kept = (form) => `den:typed:${new URL(form.dataset.autosave, location.href).pathname}`

function autosave(root) {
  for (const form of root.querySelectorAll('form[data-autosave]')) {
    if (saving.has(form)) continue
    const state = { timer: 0, isDirty: false, isBusy: false }
    saving.set(form, state)
    const soon = (wait) => {
      state.isDirty = true
      clearTimeout(state.timer)
      state.timer = setTimeout(() => save(form), wait)
    }
    form.addEventListener('input', () => soon(1500))
    form.addEventListener('change', () => soon(200))
    form.addEventListener('focusout', () => state.isDirty && soon(200))
    form.addEventListener('submit', () => {
      clearTimeout(state.timer)
      state.isDirty = false
      keep(form, true)
    })
    putBack(form)
  }
}

async function save(form, options = {}) {
  const state = saving.get(form)
  if (!state.isDirty) return
  keep(form)
  if (state.isBusy) return
  state.isDirty = false
  state.isBusy = true
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: 'POST',
      body: new URLSearchParams(fields(form)),
      headers: { Accept: 'application/json' },
      credentials: 'same-origin',
      redirect: 'manual',
      ...options
    })
    if (answer.ok) {
      if (answer.headers.has('Den-Revision')) {
        form.dataset.autosaveRev = answer.headers.get('Den-Revision')
        if (form.elements.rev) form.elements.rev.value = form.dataset.autosaveRev
      }
      if (!state.isDirty) forget(form)
      say(form, 'saved')
    } else if (answer.type === 'opaqueredirect' || answer.status === 401) {
      say(form, 'signedOut')
    } else if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
      say(form, 'refused') // another try would be refused as well; the page itself says why
    } else {
      again(form)
    }
  } catch {
    again(form)
  } finally {
    state.isBusy = false
    if (state.isDirty) state.timer = setTimeout(() => save(form), 1500)
  }
}

function again(form) {
  const state = saving.get(form)
  say(form, 'kept')
  clearTimeout(state.timer)
  state.timer = setTimeout(() => {
    state.isDirty = true
    save(form)
  }, 15000)
}

// What is typed, without what must not lie in the browser.
function fields(form) {
  const secret = new Set([...form.querySelectorAll('input[type=password], input[type=file]')].map((one) => one.name))
  return [...new FormData(form)].filter(([name, value]) => typeof value === 'string' && !secret.has(name))
}

function keep(form, isSent = false) {
  const copy = {
    who: document.body.dataset.who ?? '',
    rev: form.dataset.autosaveRev ?? '',
    isSent,
    typed: fields(form)
  }
  stored((store) => store.setItem(kept(form), JSON.stringify(copy)))
}

const forget = (form) => stored((store) => store.removeItem(kept(form)))

// Puts back what was typed and not saved: for the same person, on the same form of
// the same revision. Without a revision nobody can tell whether what was sent has
// arrived, so it is dropped. Hidden fields keep the server's value.
function putBack(form) {
  const text = stored((store) => store.getItem(kept(form)))
  if (!text) return
  const copy = JSON.parse(text)
  const isOurs = copy.who === (document.body.dataset.who ?? '') && copy.rev === (form.dataset.autosaveRev ?? '') &&
    !(copy.isSent && copy.rev === '')
  if (!isOurs) {
    forget(form)
    return
  }
  const typed = new Map()
  for (const [name, value] of copy.typed) typed.set(name, [...(typed.get(name) ?? []), value])
  let hasChanged = false
  for (const field of form.elements) {
    if (!field.name || ['hidden', 'password', 'file', 'submit', 'button'].includes(field.type)) continue
    const values = typed.get(field.name) ?? []
    if (field.type === 'checkbox' || field.type === 'radio') {
      const isOn = values.includes(field.value)
      hasChanged ||= field.checked !== isOn
      field.checked = isOn
      continue
    }
    if (values.length === 0) continue
    const value = values.shift()
    hasChanged ||= field.value.replaceAll('\r\n', '\n') !== value.replaceAll('\r\n', '\n')
    field.value = value
  }
  if (!hasChanged) {
    forget(form)
    return
  }
  say(form, 'restored')
  saving.get(form).isDirty = true
  saving.get(form).timer = setTimeout(() => save(form), 1500)
}

function say(form, what) {
  const place = form.querySelector('[data-autosave-said]')
  if (place) place.textContent = place.dataset[what] ?? ''
}

function allForms(act) {
  for (const form of document.querySelectorAll('form[data-autosave]')) act(form)
}
addEventListener('pagehide', () => allForms((form) => save(form, { keepalive: true })))
addEventListener('online', () => allForms((form) => {
  if (stored((store) => store.getItem(kept(form)))) {
    saving.get(form).isDirty = true
    save(form)
  }
}))

function prepare(root) {
  countDown(root)
  tick()
  follow(root)
  autosave(root)
}

// What was typed is put back before the components read the fields, so that counts
// and conditional parts are right.
prepare(document)
initAll()
