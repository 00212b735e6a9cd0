// A media server apart from the service, as an installation with several nodes has.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Cluster {
  private constructor(readonly flags: string[], private child: ChildProcess) {}

  static async start(udp: string): Promise<Cluster> {
    const binary = process.env.CAIRN_TEST_BINARY!;
    const secret = 'a-secret-of-the-cluster-that-is-long-enough';
    const child = spawn(binary, ['media'], { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin!.write(`${JSON.stringify({ key: 'journeys', secret, relay_secret: secret, relay: { host: '127.0.0.1', port: 9, protocol: 'tcp' }, udp })}\n`);
    const places = await new Promise<{ api: string }>((resolve, reject) => {
      child.stdout!.once('data', (b) => resolve(JSON.parse(String(b).split('\n')[0])));
      child.once('exit', (code) => reject(new Error(`the media server ended with ${code}`)));
    });
    const file = join(await mkdtemp(join(tmpdir(), 'cairn-cluster-')), 'secret');
    await writeFile(file, secret, { mode: 0o600 });
    return new Cluster(['--livekit-url', `http://${places.api}`, '--livekit-key', 'journeys', '--livekit-secret-file', file], child);
  }

  stop(): void {
    this.child.stdin!.end();
  }
}
