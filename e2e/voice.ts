// A voice for browsers that have no microphone: bursts of a humming tone with
// pauses, as long as words are. The browser's own fake voice beeps too shortly to
// count as somebody who speaks.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rate = 48_000;

export async function voice(): Promise<string> {
  const seconds = 6;
  const samples = rate * seconds;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20); // PCM
  wav.writeUInt16LE(1, 22); // one channel
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i += 1) {
    const t = i / rate;
    const word = Math.max(0, Math.sin(2 * Math.PI * 1.3 * t + Math.sin(t))) ** 0.4; // open most of the time
    const pitch = 130 + 25 * Math.sin(2 * Math.PI * 0.7 * t);
    let sum = 0;
    for (let k = 1; k <= 12; k += 1) sum += Math.sin(2 * Math.PI * pitch * k * t) / k;
    wav.writeInt16LE(Math.round(Math.max(-1, Math.min(1, word * sum * 0.45)) * 32_000), 44 + i * 2);
  }
  const path = join(await mkdtemp(join(tmpdir(), 'cairn-voice-')), 'voice.wav');
  await writeFile(path, wav);
  return path;
}
