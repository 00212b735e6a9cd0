import { test, expect } from './house';
import { choose, listens, meet, occupy, said, say, startShift } from './steps';

test.describe.configure({ timeout: 120_000 });

test('"I’m not safe" in mid-conversation: the right people know, in order, until somebody answers', async ({ be, service }) => {
  await occupy(service);
  const tomo = await be('Tomo');
  await tomo.page.goto('/rota/on-call');
  await expect(tomo.page.locator('main li').filter({ hasText: 'First on call' })).toContainText('Ines');
  const [ali, heron, ruth, ines] = [await be('Ali'), await be('Heron'), await be('Ruth'), await be('Ines')];
  await ines.context.addCookies([{ name: 'lang', value: 'en', url: service.url }]); // she reads Spanish first
  await ines.page.reload();
  await startShift(ali.page);
  const talk = await meet(heron.page, ali.page);
  await say(heron.page, 'I do not know how to get through tonight');
  await ruth.page.goto('/board');
  await listens(ruth.page);
  const alarm = ines.page.getByRole('alert');
  await expect(ines.page.locator('cairn-live[data-state=open]').first()).toBeAttached();

  await test.step('one press shows the numbers, a second one tells', async () => {
    await heron.page.getByRole('link', { name: 'I’m not safe' }).click();
    await expect(heron.page.getByRole('heading', { level: 1 })).toHaveText('You’re not safe right now');
    await expect(heron.page.getByRole('link', { name: 'Call 555 0100' })).toBeVisible();
    await expect(ali.page.getByText('said that they are not safe')).toHaveCount(0);
    await heron.page.getByRole('button', { name: 'I’m not safe. Tell someone.' }).click();
    await expect(heron.page.getByText('Someone is being told right now.')).toBeVisible();
  });

  await test.step('the peer sees it where they talk, and who was told', async () => {
    await expect(ali.page.locator('#voices')).toContainText('Heron said that they are not safe. The lead is being told right now.');
    await ali.page.locator('#voices').getByRole('link', { name: 'See what happens now' }).click();
    await expect(ali.page).toHaveURL(/\/case\//);
    await expect(ali.page.getByText('Nobody has said “I have it” yet.')).toBeVisible();
    await expect(ali.page.locator('#case li').filter({ hasText: 'leads the shift' })).toContainText('Ruth');
    await expect(ali.page.getByText('“I’m here. I’m staying with you while we wait.”')).toBeVisible();
    await listens(ali.page);
  });

  await test.step('the lead is told, nobody else yet', async () => {
    const bar = ruth.page.getByRole('alert');
    await expect(bar).toContainText('Please answer now');
    await expect(bar.getByRole('link', { name: 'Answer' })).toBeVisible();
    await expect(ruth.page.locator('#board')).toContainText('It cannot wait until tomorrow');
    await expect(ruth.page.locator('#board').getByRole('link', { name: 'Heron' })).toBeVisible();
    await ruth.page.goto('/shift');
    await expect(ruth.page.locator('#shift')).toContainText('A case about Heron waits for an answer.');
    await expect(alarm).toHaveCount(0);
  });

  await test.step('the lead does not answer in two minutes: whoever is on call is told', async () => {
    await service.advance(125);
    await expect(alarm).toContainText('Please answer now');
    await expect(ali.page.locator('#case li').filter({ hasText: 'first on call' })).toContainText('Ines');
    await expect(heron.page.locator('#told')).toContainText('The lead of the shift was told');
    await expect(heron.page.locator('#told')).toContainText('The first person on call was told.');
    await expect(heron.page.locator('main')).not.toContainText(/Ruth|Ines/);
  });

  await test.step('"I have it": everybody sees that somebody does, the person reads no name', async () => {
    await alarm.getByRole('link', { name: 'Answer' }).click();
    await expect(ines.page).toHaveURL(/\/case\//);
    await ines.page.getByRole('button', { name: 'I have it' }).click();
    await expect(ines.page.getByText('Ines has it.')).toBeVisible();
    await expect(alarm).toHaveCount(0);
    await expect(ruth.page.getByRole('alert')).toHaveCount(0);
    await expect(ali.page.getByText('Ines has it.')).toBeVisible();
    await expect(heron.page.locator('#told')).toContainText('Someone has answered. They are looking after this now.');
    await heron.page.getByRole('link', { name: 'Back to the conversation' }).click();
    await expect(heron.page.locator('#voices')).toContainText('Someone who looks after this has answered.');
    await say(heron.page, 'I am with my sister now');
    await ali.page.goto(talk);
    await expect(said(ali.page, 'with my sister')).toHaveCount(1);
  });

  await test.step('it is closed with what came of it, and words begun meanwhile stay', async () => {
    await choose(ines.page, 'outcome', 'Somebody they trust is with them');
    await ines.page.getByLabel('In plain words, for them to read').fill('Your sister came, and you rest now');
    await ines.page.locator('#kind').selectOption({ label: 'I asked them what they want' });
    await ines.page.locator('form[action$="/note"]').getByLabel('In plain words, if you like').fill('Heron would like to stay in the conversation');
    await ines.page.getByRole('button', { name: 'Write it down' }).click();
    await expect(ines.page.locator('#case')).toContainText('stay in the conversation');
    await expect(ines.page.locator('form[action$="/note"]').getByLabel('In plain words, if you like')).toHaveValue('');
    await expect(ines.page.getByLabel('In plain words, for them to read')).toHaveValue('Your sister came, and you rest now');
    await ines.page.getByRole('button', { name: 'Close it' }).click();
    await expect(ines.page.getByText('This case is closed.')).toBeVisible();
  });

  await test.step('the next day they read it in plain words, by roles, and add their own', async () => {
    await service.advance(24 * 3600);
    const { page } = heron;
    await page.goto('/me');
    await page.getByRole('link', { name: 'When someone was worried about you' }).click();
    const told = page.locator('.timeline');
    await expect(told).toContainText('“I’m not safe right now.”');
    await expect(told).toContainText('The first person on call was told.');
    await expect(told).toContainText('They were asked what they want.');
    await expect(told).toContainText('Your sister came, and you rest now');
    await expect(page.locator('main')).not.toContainText(/Ruth|Ines|Ali/);
    await page.getByLabel('Your own words about this').fill('It helped that nobody hurried me');
    await page.getByRole('button', { name: 'Add them' }).click();
    await expect(told).toContainText('It helped that nobody hurried me');
    await ines.page.reload();
    await expect(ines.page.locator('main')).toContainText('It helped that nobody hurried me');
  });
});
