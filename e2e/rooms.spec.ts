import { test, expect } from './house';
import { arrived, counts, door, enters, hears, more, opened, phone, routes, sees, servers, slow, tile } from './room';
import { listens } from './steps';
import { voice } from './voice';

// Four browsers encode and decode pictures on one machine, beside everything else.
test.describe.configure({ timeout: 240_000 });
test.use({ actionTimeout: 30_000 });

for (const [way, also] of [['one TCP port', []], ['UDP', ['--media-udp', `127.0.0.1:${21_900 + Number(process.env.TEST_PARALLEL_INDEX ?? 0)}`]]] as [string, string[]][]) {
  test.describe(way, () => {
    test.use({ also });

    test(`a meeting in the room, over ${way} @once`, async ({ beApart, service }) => {
      const basalt = await beApart('Basalt');
      const noor = await beApart('Noor', phone, [`--use-file-for-fake-audio-capture=${await voice()}`]);
      await counts(noor.page);
      await counts(basalt.page);
      const at = await door(basalt);
      let room = '';

      await test.step('nothing is sent before one enters, also when one tries the devices', async () => {
        const { page } = basalt;
        await page.goto(at);
        await page.getByText('Check my microphone and camera').click();
        await page.getByRole('button', { name: 'Try the camera' }).click();
        await expect(page.locator('cairn-device video')).toBeVisible();
        await page.getByRole('button', { name: 'Try the microphone' }).click();
        await expect(page.getByText('Your microphone works.')).toBeVisible();
        expect(await opened(page)).toEqual({ lines: 0, peers: 0 });
      });

      await test.step('the door is shut until somebody who holds it is there', async () => {
        await noor.page.goto(at);
        await expect(noor.page.getByText('It opens when somebody who holds the meeting is here.')).toBeVisible();
        await listens(noor.page);
        room = await enters(basalt, at, 'picture');
        await expect(noor.page.getByText('1 person is in the room')).toBeVisible();
        expect(await opened(noor.page)).toEqual({ lines: 0, peers: 0 });
      });

      await test.step('two see each other', async () => {
        await enters(noor, at, 'picture');
        await Promise.all([sees(basalt.page, 'Noor'), sees(noor.page, 'Basalt')]);
        const on = new URL(service.url).port;
        for (const one of await servers(noor.page)) expect(one).toMatch(new RegExp(`^(turn:localhost:${on}\\?transport=tcp|127\\.0\\.0\\.1)$`));
        for (const one of [...(await routes(basalt.page)), ...(await routes(noor.page))]) {
          if (way === 'UDP') expect(one).toMatch(/^(host|prflx|srflx)\/udp/);
          else expect(one).toMatch(new RegExp(`^relay/tcp turn:localhost:${on}\\?transport=tcp`));
        }
      });

      if (way === 'UDP') return;

      const heron = await beApart('Heron');
      const juniper = await beApart('Juniper', phone);
      await test.step('four, and one of them only listens', async () => {
        await enters(heron, at, 'picture');
        await enters(juniper, at, 'listen');
        await Promise.all([sees(basalt.page, 'Heron'), sees(heron.page, 'Basalt'), sees(juniper.page, 'Basalt'), sees(noor.page, 'Heron')]);
        await expect(basalt.page.getByRole('heading', { name: '4 people are in the room' })).toBeVisible();
        await expect(juniper.page.locator('[data-do=sound]')).toBeDisabled();
      });

      await test.step('hands make an order, and it is read out', async () => {
        await noor.page.getByRole('button', { name: 'Raise my hand' }).click();
        await expect(basalt.page.locator('#say')).toHaveText('Speaking order: 1 Noor');
        await heron.page.getByRole('button', { name: 'Raise my hand' }).click();
        await expect(basalt.page.locator('#say')).toHaveText('Speaking order: 1 Noor, 2 Heron');
        await expect(heron.page.locator('.room-order li')).toHaveText(['Noor', 'Heron']);
      });

      await test.step('a microphone is held off by permission', async () => {
        const mic = noor.page.locator('[data-do=sound]');
        await mic.click();
        await expect(mic).toHaveAttribute('aria-pressed', 'true');
        await expect(tile(basalt.page, 'Noor')).toHaveClass(/voice-on/);
        await hears(basalt.page);
        await expect(basalt.page.locator('#room-speaks')).toContainText('Noor');
        await more(basalt.page, 'Noor');
        await basalt.page.getByRole('button', { name: 'Turn the microphone off: Noor' }).click();
        await expect(mic).toBeDisabled();
        await expect(mic).toHaveAttribute('aria-pressed', 'false');
        await expect(tile(basalt.page, 'Noor')).not.toHaveClass(/voice-on/);
        // Somebody who changes their own page gets no further: once the media server has taken the
        // track away, of which this page hears a moment after ours, they cannot send another.
        const again = () => noor.page.evaluate(() => (document.querySelector('cairn-room') as unknown as { room: any }).room.localParticipant.setMicrophoneEnabled(true).then(() => 'sent', (e: Error) => `refused: ${e.name}`));
        await expect.poll(again).toMatch(/^refused/);
        await expect(tile(basalt.page, 'Noor')).not.toHaveClass(/voice-on/);
        await basalt.page.getByRole('button', { name: 'Give the microphone back: Noor' }).click();
        await expect(mic).toBeEnabled();
      });

      await test.step('whoever is removed stays out, also with the old line', async () => {
        const line = await heron.page.locator('#room-state').getAttribute('data-line');
        heron.watch.allow(/WebSocket|status of 404|Failed to load/);
        await more(basalt.page, 'Heron');
        await basalt.page.getByRole('button', { name: 'Take out of the room: Heron' }).click();
        await expect(heron.page.getByText('has taken you out of the room')).toBeVisible();
        await expect(heron.page.locator('cairn-room')).toBeHidden();
        await expect(tile(basalt.page, 'Heron')).toHaveCount(0);
        expect(await heron.page.evaluate(async (at) => (await fetch(`${at}/rtc/v1/validate`)).status, line)).toBe(404);
        await heron.page.goto(at);
        await expect(heron.page.getByText('has taken you out of the room')).toBeVisible();
        await expect(heron.page.locator('button[form=enter]')).toHaveCount(0);
      });

      await test.step('the media server is killed, and everybody is back by themselves', async () => {
        for (const one of [basalt, noor, juniper]) one.watch.allow(/WebSocket|status of 50\d|Failed to load/);
        service.fine.push(/the media server ended and is started again/, /media server: could not handle new participant/);
        process.kill(await service.mediaServer(), 'SIGKILL');
        await expect(basalt.page.locator('cairn-room')).toHaveAttribute('data-state', 'lost', slow);
        for (const one of [basalt, noor, juniper]) await arrived(one.page);
        await Promise.all([sees(basalt.page, 'Noor'), sees(noor.page, 'Basalt'), sees(juniper.page, 'Basalt')]);
        await expect(basalt.page.getByRole('heading', { name: '3 people are in the room' })).toBeVisible();
      });

      await test.step('a round, with passing', async () => {
        await basalt.page.getByRole('button', { name: 'Begin a round' }).click();
        await expect(basalt.page.locator('#room-turn')).toHaveText('It is your turn');
        await basalt.page.getByRole('button', { name: 'I have said it' }).click();
        await expect(noor.page.locator('#room-turn')).toHaveText('It is your turn');
        await expect(noor.page.locator('#say')).toContainText('It is your turn');
        await noor.page.getByRole('button', { name: 'Pass', exact: true }).click();
        await expect(basalt.page.locator('#room-turn')).toHaveCount(0);
      });

      await test.step('somebody types captions', async () => {
        await more(basalt.page, 'Noor');
        const form = basalt.page.locator('.room-people > li', { hasText: 'Noor' }).locator('.room-role');
        await form.locator('select[name=role]').selectOption('captioner');
        await form.getByRole('button', { name: 'Change' }).click();
        await noor.page.getByLabel('Type captions').fill('Basalt says: welcome, everybody.');
        await noor.page.getByRole('button', { name: 'Show' }).click();
        await expect(basalt.page.locator('.room-captions')).toContainText('Basalt says: welcome, everybody.');
        await expect(noor.page.getByLabel('Type captions')).toHaveValue('');
      });

      await test.step('one leaves, and the room is closed for all', async () => {
        await juniper.page.getByRole('button', { name: 'Leave', exact: true }).click();
        await expect(juniper.page).toHaveURL(/left=yes/);
        await expect(tile(basalt.page, 'Juniper')).toHaveCount(0);
        await basalt.page.getByText('Close the room for everybody').click();
        await basalt.page.getByRole('button', { name: 'Close the room', exact: true }).click();
        await expect(noor.page.getByText('The meeting has ended, and the room is closed.')).toBeVisible();
        await expect(noor.page.locator('cairn-room')).toBeHidden();
        expect(room).toMatch(/^\/room\//);
      });
    });
  });
}
