// Copies what others have made from node_modules into the folder that is built
// into the program: Turbo, what rooms speak to the media server with, and the fonts, with
// their licences. Run by
// "npm run assets" after "npm ci". Without it the program compiles and serves
// plain pages.
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const from = join(root, 'node_modules');
const to = join(root, 'internal/kit/web/assets/vendor');

const atkinson = '@fontsource-variable/atkinson-hyperlegible-next';
const vazirmatn = '@fontsource-variable/vazirmatn';
const turbo = '@hotwired/turbo';
const livekit = 'livekit-client';

const files = [
  [turbo, 'dist/turbo.es2017-esm.js', 'turbo.js'],
  // The smaller of the two it comes in (half of the other): rooms only, on old phones too.
  [livekit, 'dist/livekit-client.umd.js', 'livekit.js'],
  [atkinson, 'files/atkinson-hyperlegible-next-latin-wght-normal.woff2', 'atkinson-latin.woff2'],
  [atkinson, 'files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2', 'atkinson-latin-ext.woff2'],
  [vazirmatn, 'files/vazirmatn-arabic-wght-normal.woff2', 'vazirmatn-arabic.woff2'],
];

// What we may pass on, and under which words: anything else stops the copying.
const licences = { [turbo]: 'MIT', [livekit]: 'Apache-2.0', [atkinson]: 'OFL-1.1', [vazirmatn]: 'OFL-1.1' };

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

// Turbo's package has no licence file: its copyright line stands in the script.
async function fromHeader(name) {
  const path = files.find(([of]) => of === name)[1];
  const line = (await readFile(join(from, name, path), 'utf8')).slice(0, 400).match(/Copyright[^\n*]*/);
  if (licences[name] !== 'MIT' || !line) throw new Error(`${name} has no licence file and no copyright line`);
  return `${line[0].trim()}\n\n${mit}`;
}

async function licenceOf(name) {
  const about = JSON.parse(await readFile(join(from, name, 'package.json'), 'utf8'));
  if (about.license !== licences[name]) {
    throw new Error(`${name} is under ${about.license}, expected ${licences[name]}: read it before passing it on`);
  }
  const file = (await readdir(join(from, name))).find((f) => /licen[cs]e/i.test(f));
  const text = file ? await readFile(join(from, name, file), 'utf8') : await fromHeader(name);
  return `${name} ${about.version} (${about.license})\n\n${text.trim()}\n`;
}

await mkdir(to, { recursive: true });
for (const old of await readdir(to)) {
  if (old !== 'README.txt') await rm(join(to, old), { recursive: true });
}
const texts = [];
for (const name of Object.keys(licences)) texts.push(await licenceOf(name));
for (const [name, path, as] of files) await copyFile(join(from, name, path), join(to, as));
await writeFile(join(to, 'LICENSES.txt'), texts.join('\n----------\n\n'));
process.stdout.write(`assets: ${files.length} files and their licences\n`);
