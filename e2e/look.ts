// Looking at a page as somebody who needs it to be made well: axe, and no
// sideways scrolling, on every width and in every light.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const narrow = { width: 360, height: 740 };
const wide = { width: 1280, height: 900 };

interface Finding {
  id: string;
  help: string;
  nodes: { target: unknown; html: string; failureSummary?: string }[];
}

// examine runs axe; rules is empty for all of them.
async function examine(page: Page, rules: string[]): Promise<string[]> {
  await page.evaluate(`if (!window.axe) {${axe}}`);
  const found = await page.evaluate(async (only) => {
    const runner = (window as unknown as { axe: { run: (o: object) => Promise<{ violations: unknown[] }> } }).axe;
    const options = only.length ? { runOnly: { type: 'rule', values: only } } : {};
    return (await runner.run({ ...options, resultTypes: ['violations'] } as object)).violations;
  }, rules);
  return (found as Finding[]).flatMap((f) => f.nodes.map((n) => `${f.id}: ${f.help}: ${n.html.slice(0, 200)} ${n.failureSummary ?? ''}`));
}

async function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const d = document.documentElement;
    if (d.scrollWidth <= d.clientWidth) return [];
    const beyond = [...document.querySelectorAll('main *')].filter((e) => {
      const r = e.getBoundingClientRect();
      return r.width > 0 && (r.right > d.clientWidth + 1 || r.left < -1);
    });
    return [`wider than the screen (${d.scrollWidth} > ${d.clientWidth}): ${beyond[0]?.outerHTML.slice(0, 160) ?? ''}`];
  });
}

// covered tells which link of the crisis bar something else of the bar lies on.
async function covered(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const parts = [...document.querySelectorAll('.crisis a, .crisis button')].map((e) => ({ words: e.textContent?.trim() ?? '', box: e.getBoundingClientRect() }));
    const seen = parts.filter((p) => p.box.width > 0);
    const meets = (a: DOMRect, b: DOMRect): boolean => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    return seen.flatMap((one, i) => seen.slice(i + 1).filter((other) => meets(one.box, other.box)).map((other) => `in the crisis bar "${one.words}" and "${other.words}" lie on each other`));
  });
}

// A way of looking: contrast alone where only the colours differ from before.
const contrast = ['color-contrast'];
const ways = {
  en: [[narrow, 'light', []], [narrow, 'dark', contrast], [wide, 'light', []], [wide, 'dark', contrast]],
  ar: [[narrow, 'light', []], [wide, 'dark', []]],
} as const;

// looks gives what is wrong with the page that is open.
async function looks(page: Page, name: string, lang: keyof typeof ways): Promise<string[]> {
  const wrong: string[] = [];
  for (const [size, colorScheme, rules] of ways[lang]) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const how = `${size.width} ${colorScheme}`;
    const found = [...(await examine(page, [...rules])), ...(await overflow(page)), ...(await covered(page))];
    wrong.push(...found.map((f) => `${name} ${lang}, ${how}: ${f}`));
    await shot(page, `${name} ${lang} ${how}`);
  }
  return wrong;
}

// CAIRN_TEST_PICTURES names a folder that pictures of every page go to.
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env.CAIRN_TEST_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name.replace(/[^a-z0-9]+/gi, '-')}.png`, fullPage: true });
}

// inspect looks at addresses in English and in Arabic, and fails with all that is wrong.
export async function inspect(page: Page, paths: string[]): Promise<void> {
  const wrong: string[] = [];
  const began = page.url();
  const { origin } = new URL(began);
  const size = page.viewportSize();
  for (const lang of ['en', 'ar'] as const) {
    await page.context().addCookies([{ name: 'lang', value: lang, url: origin }]);
    for (const path of paths) {
      await page.goto(path);
      await expect(page.locator('html')).toHaveAttribute('lang', lang);
      await expect(page.locator('html')).toHaveAttribute('dir', lang === 'ar' ? 'rtl' : 'ltr');
      const at = new URL(page.url());
      if (at.pathname + at.search !== path) wrong.push(`${path} led to ${at.pathname}`);
      wrong.push(...(await looks(page, path.replace(/[0-9a-f]{8}-[0-9a-f-]+/g, 'id'), lang)));
    }
  }
  await page.context().addCookies([{ name: 'lang', value: 'en', url: origin }]);
  if (size) await page.setViewportSize(size);
  await page.goto(began);
  expect(wrong).toEqual([]);
}
