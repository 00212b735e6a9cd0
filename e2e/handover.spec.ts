import { test, expect, type Person } from './house';
import { accept, ask, end, listens, occupy, said, say, startShift } from './steps';

test.describe.configure({ timeout: 120_000 });

// comes asks as a guest, and is taken by the peer.
async function comes(guest: Person, peer: Person): Promise<string> {
  await ask(guest.page);
  await peer.page.goto('/shift');
  const talk = await accept(peer.page);
  await expect(guest.page).toHaveURL(new RegExp(`${talk}$`));
  await listens(guest.page);
  await say(guest.page, `I am here, ${talk.slice(-4)}`);
  return talk;
}

test('the end of a shift with three conversations open: nobody is dropped @once', async ({ be, someone, service }) => {
  await occupy(service);
  const [ali, wren] = [await be('Ali'), await be('Wren')];
  await startShift(ali.page);

  await test.step('three at once is their own choice, and it is written down', async () => {
    await ali.page.goto('/me/ledger');
    await ali.page.getByLabel('People at once').fill('3');
    await ali.page.locator('form[action="/shift/limits"]').getByRole('button', { name: 'Save' }).click();
    await expect(ali.page.getByText(/3 people at once instead of \d/)).toBeVisible();
  });

  const guests = [await someone(), await someone(), await someone()];
  const talks: string[] = [];
  for (const one of guests) talks.push(await comes(one, ali));
  const [first, second, third] = guests;

  await ali.page.goto('/shift');
  await expect(ali.page.getByRole('link', { name: 'Go to the conversation' })).toHaveCount(3);
  await ali.page.getByRole('link', { name: 'No more for today' }).click();
  await ali.page.getByRole('button', { name: 'End my shift' }).click();
  await expect(ali.page.locator('#shift')).toContainText('Your shift is ending.');
  await expect(ali.page.getByRole('link', { name: 'Go to the conversation' })).toHaveCount(3);

  await test.step('one is handed over with an introduction', async () => {
    await startShift(wren.page);
    await ali.page.goto(`${talks[0]}/pass`);
    await ali.page.getByLabel('A short introduction').fill('They sleep badly since May and like to hear about gardens.');
    await ali.page.getByLabel('Who should go on?').selectOption({ label: 'Wren' });
    await ali.page.getByRole('button', { name: 'Ask somebody to go on' }).click();
    await expect(ali.page).toHaveURL(new RegExp(`${talks[0]}$`));
    await expect(first.page.locator('#voices')).toContainText('Another peer is being asked to go on. Nothing changes until they are here.');
    await say(first.page, 'all right');
    await expect(said(ali.page, 'all right')).toHaveCount(1);

    const offer = wren.page.locator('.offer');
    await expect(offer.getByRole('heading', { name: 'Ali asks: would you go on with somebody?' })).toBeVisible();
    await expect(offer).toContainText('like to hear about gardens');
    const on = await accept(wren.page);
    await expect(first.page).toHaveURL(new RegExp(`${on}$`));
    for (const one of [first, wren]) {
      await expect(one.page.locator('.talk-scroll')).toContainText('They sleep badly since May and like to hear about gardens.');
      await listens(one.page);
    }
    await expect(said(wren.page, 'I am here')).toHaveCount(0);
    await say(first.page, 'Hello Wren');
    await expect(said(wren.page, 'Hello Wren')).toHaveCount(1);
    await say(wren.page, 'Tell me about the garden');
    await expect(said(first.page, 'Tell me about the garden')).toHaveCount(1);
  });

  await test.step('one is ended well', async () => {
    await ali.page.goto(talks[1]);
    await say(ali.page, 'Thank you for tonight. Sleep well.');
    await expect(said(second.page, 'Sleep well')).toHaveCount(1);
    await end(ali.page);
    await expect(second.page.locator('#composer')).toContainText('This conversation has ended.');
  });

  await test.step('one goes on for as long as they like, and the shift ends with it', async () => {
    await ali.page.goto('/shift');
    await expect(ali.page.locator('#shift')).toContainText('On shift since');
    await ali.page.goto(talks[2]);
    await listens(ali.page);
    await say(third.page, 'I needed this');
    await expect(said(ali.page, 'I needed this')).toHaveCount(1);
    await end(third.page);
    await expect(ali.page.locator('#composer')).toContainText('This conversation has ended.');
    await ali.page.goto('/shift');
    await expect(ali.page.locator('#shift')).toContainText('You are not on shift.');
    await expect(ali.page.getByRole('link', { name: 'Look back' })).toHaveCount(3);
  });
});
