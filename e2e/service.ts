// A service of its own for every journey: the real program, fresh data, a free port.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let next = 0;

// freePort gives a port below those the system hands out by itself, from a
// hundred that belong to this worker alone: nobody takes it in between.
export async function freePort(): Promise<number> {
  const first = 20_000 + 100 * Number(process.env.TEST_PARALLEL_INDEX ?? 0);
  for (;;) {
    const port = first + (next++ % 100);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

export class Service {
  url = '';
  control = '';
  out = '';
  log = '';
  // fine are complaints in the log that belong to the journey.
  fine: RegExp[] = [];
  private child?: ChildProcess;
  private data = '';

  // start runs a command of the program and waits until it has said `until`.
  static async start(command: 'demo' | 'serve', until: RegExp, also: string[] = []): Promise<Service> {
    const binary = process.env.CAIRN_TEST_BINARY;
    if (!binary) throw new Error('CAIRN_TEST_BINARY must name a program built with -tags journeys');
    const s = new Service();
    const [port, control] = [await freePort(), await freePort()];
    s.url = `http://localhost:${port}`;
    s.control = `http://127.0.0.1:${control}`;
    s.data = await mkdtemp(join(tmpdir(), 'cairn-journey-'));
    s.begin = () => s.run(binary, command, port, control, until, also);
    await s.begin();
    return s;
  }

  private begin = async () => {};

  private async run(binary: string, command: string, port: number, control: number, until: RegExp, also: string[]): Promise<void> {
    this.out = '';
    const args = [command, '--listen', `127.0.0.1:${port}`, '--data', this.data, '--log', 'warn', '--metrics', 'off', ...also];
    const env = { ...process.env, CAIRN_CONTROL: command === 'demo' ? `127.0.0.1:${control}` : '' };
    const child = spawn(binary, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    child.stderr.on('data', (b) => (this.log += b));
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (b) => {
        this.out += b;
        if (until.test(this.out)) resolve();
      });
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`the program ended with ${code}: ${this.out}${this.log}`)));
    });
  }

  // crash ends the program as a lost machine does, and starts another on the same data.
  async crash(): Promise<void> {
    const gone = new Promise((resolve) => this.child?.once('exit', resolve));
    this.child?.kill('SIGKILL');
    await gone;
    await this.begin();
  }

  // advance moves the service's clock and lets what is due by then happen.
  async advance(seconds: number): Promise<void> {
    const answer = await fetch(`${this.control}/advance?seconds=${seconds}`, { method: 'POST' });
    if (!answer.ok) throw new Error(`advance: ${answer.status} ${await answer.text()}`);
  }

  // mediaServer is the process that carries sound and picture; it starts with the
  // first room.
  async mediaServer(): Promise<number> {
    const own = this.child?.pid;
    for (let i = 0; own && i < 100; i += 1) {
      const children: string[] = [];
      for (const t of await readdir(`/proc/${own}/task`)) children.push(...(await readFile(`/proc/${own}/task/${t}/children`, 'utf8').catch(() => '')).split(' ').filter(Boolean));
      for (const pid of children) {
        if ((await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').includes('media')) return Number(pid);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('there is no media server');
  }

  // hurry lets scripted peers answer without pauses.
  async hurry(on = true): Promise<void> {
    const answer = await fetch(`${this.control}/hurry?on=${on}`, { method: 'POST' });
    if (!answer.ok) throw new Error(`hurry: ${answer.status}`);
  }

  // complaints are what the log holds that nobody wants to read there.
  complaints(): string[] {
    return this.log.split('\n').filter((line) => /level=(WARN|ERROR)|panic|DATA RACE/.test(line) && !this.fine.some((one) => one.test(line)));
  }

  async stop(): Promise<void> {
    const child = this.child;
    if (child && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(late);
    }
    await rm(this.data, { recursive: true, force: true });
  }
}
