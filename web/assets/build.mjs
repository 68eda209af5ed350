// Copies what the pages need of the Design System into ../view/static/vendor,
// without the parts that only gov.uk may show: the crown, the crest, the logo
// and the GDS Transport font. Run after `npm ci`; the folder is not committed.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const govuk = join(here, 'node_modules/govuk-frontend/dist/govuk')
const moj = join(here, 'node_modules/@ministryofjustice/frontend/moj')
const vendor = join(here, '../view/static/vendor')

const banned = [/@font-face/i, /GDS Transport/i, /crest/i, /crown/i, /govuk-logo/i, /url\(["']?\//]

// Removes every CSS rule whose selector or body matches, and nothing else: a
// match has no inner braces, so a rule inside @media goes alone.
function withoutRules(css, pattern) {
  return css.replace(/[^{}]*\{[^{}]*\}/g, (rule) => (pattern.test(rule) ? '' : rule))
}

function clean(css) {
  let out = css.replace(/\/\*[^]*?\*\//g, '')
  out = withoutRules(out, /@font-face/i)
  out = withoutRules(out, /crest|crown|govuk-footer__copyright-logo|header__logotype|govuk-logo/)
  out = out.replace(/(["']?)GDS Transport\1,\s*/gi, '')
  return out.replace(/@(media|supports)[^{}]*\{\s*\}/g, '')
}

async function save(name, text) {
  const file = join(vendor, name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

async function version(name) {
  return JSON.parse(await readFile(join(here, 'node_modules', name, 'package.json'), 'utf8')).version
}

const images = new Set()
function localImages(css) {
  return css.replace(/url\(["']?\/assets\/images\/([a-z0-9-]+\.svg)["']?\)/g, (_, name) => {
    images.add(name)
    return `url(images/${name})`
  })
}

function refuse(name, text) {
  for (const pattern of banned) {
    const found = text.match(pattern)
    if (found) throw new Error(`${name} still holds ${found[0]}: see what changed in the package and extend clean()`)
  }
}

await rm(vendor, { recursive: true, force: true })
for (const [name, from] of [
  ['moj-frontend.min.css', moj],
  ['govuk-frontend.min.css', govuk]
]) {
  const css = localImages(clean(await readFile(join(from, name), 'utf8')))
  refuse(name, css)
  await save(name, css)
}
const script = await readFile(join(govuk, 'govuk-frontend.min.js'), 'utf8')
await save('govuk-frontend.min.js', script.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n'))
for (const name of images) {
  await save(`images/${name}`, await readFile(join(moj, 'assets/images', name), 'utf8'))
}

await save('licences.txt', `The style sheets and the script in this folder come from two packages, without
the parts that only gov.uk may show.

govuk-frontend ${await version('govuk-frontend')}
Copyright (c) Crown Copyright (Government Digital Service)

@ministryofjustice/frontend ${await version('@ministryofjustice/frontend')}
Copyright (c) Crown Copyright (Ministry of Justice)

Both under the MIT licence:

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of
the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS
FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN
AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION
WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`)
