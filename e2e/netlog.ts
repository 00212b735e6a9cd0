// The browser's own log of what it asked for on behalf of pages. What the browser
// asks for itself (updates, its maker's services) has no page as its initiator.

import { readFile } from 'node:fs/promises';

interface Log {
  constants: { logEventTypes: Record<string, number> };
  events: { type: number; params?: { url?: string; initiator?: string } }[];
}

// asked gives the hosts that pages asked for something, with how often.
export async function asked(path: string): Promise<Map<string, number>> {
  const text = (await readFile(path, 'utf8')).trimEnd();
  let log: Log;
  try {
    log = JSON.parse(text) as Log;
  } catch {
    log = JSON.parse(`${text.replace(/,$/, '')}]}`) as Log; // the browser ended in the middle of it
  }
  const start = log.constants.logEventTypes.URL_REQUEST_START_JOB;
  const out = new Map<string, number>();
  for (const one of log.events) {
    if (one.type !== start || !one.params?.url || !one.params.initiator?.startsWith('http')) continue;
    const { host } = new URL(one.params.url);
    out.set(host, (out.get(host) ?? 0) + 1);
  }
  return out;
}
