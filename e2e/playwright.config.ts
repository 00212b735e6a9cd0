import { defineConfig } from '@playwright/test';

const args = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
];

const narrow = { width: 360, height: 740 };
const wide = { width: 1280, height: 900 };

// Journeys whose name ends in @once look at both widths themselves, or need one only.
export default defineConfig({
  testDir: '.',
  outputDir: 'results',
  workers: 2,
  retries: 0,
  fullyParallel: true,
  forbidOnly: true,
  timeout: 120_000, // ends a test that hangs; a loaded machine is no reason to fail
  expect: { timeout: 10_000 },
  reporter: [['list'], ['./ending.ts']],
  use: {
    launchOptions: { executablePath: process.env.CHROMIUM, args },
    locale: 'en-GB',
    timezoneId: 'Africa/Nairobi',
    screenshot: 'only-on-failure',
    trace: 'off',
  },
  projects: [
    { name: 'narrow', use: { viewport: narrow }, grepInvert: /@once/ },
    { name: 'wide', use: { viewport: wide } },
  ],
});
