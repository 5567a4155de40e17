/** The page in a real Chromium over the real program: from a dropped photo to a playing clip, and what people do around it. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { probe } from '../../worker/media/probe.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { jpeg, text } from '../support/photos.ts';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const args =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(' ');
const suite = existsSync(executablePath) ? 'the page in Chromium' : `the page in Chromium (skipped: no browser at ${executablePath})`;

let app: TestApp;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];
let photo: Buffer;

const desktop = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** Opens the page as a new person would, and collects what the browser complains about. */
const visit = async (options: Parameters<Browser['newContext']>[0] = desktop, url = app.url): Promise<Page> => {
  await context?.close();
  context = await browser.newContext({ ...options, permissions: ['clipboard-read', 'clipboard-write'] });
  context.setDefaultTimeout(30_000);
  const opened = await context.newPage();
  opened.on('pageerror', (error) => complaints.push(error.message));
  opened.on('console', (message) => message.type() === 'error' && !/status of 4\d\d/.test(message.text()) && complaints.push(message.text()));
  await opened.goto(url);
  return opened;
};

const ready = (of: Page): Promise<unknown> => of.waitForSelector('#option-seconds');
const choose = async (name = 'lake.jpg'): Promise<void> => {
  await page.setInputFiles('#file', { name, mimeType: 'image/jpeg', buffer: photo });
  await page.waitForSelector('#chosen:not([hidden])');
};

/** Sets the options to the smallest clip there is. */
const small = async (): Promise<void> => {
  await page.click('.more summary');
  await page.fill('#option-fps', '8');
  await page.fill('#option-steps', '4');
  await page.fill('#option-width', '160');
  await page.locator('#option-seconds').evaluate((slider: { value: string; dispatchEvent(event: Event): boolean }) => {
    slider.value = '1';
    slider.dispatchEvent(new Event('input'));
  });
};
const ask = async (words: string): Promise<void> => {
  await page.fill('#prompt', words);
  await page.click('#go');
};
/** Waits for an expression; the page's own policy forbids Playwright's way of doing that, which is `eval`. */
const until = async (expression: string): Promise<void> => {
  for (const deadline = Date.now() + 60_000; !(await page.evaluate(expression)); await page.waitForTimeout(100)) {
    const problem = await page.textContent('#photo-problem');
    if (problem || Date.now() > deadline) throw new Error(`${expression} did not come true; the page says “${problem}”`);
  }
};
const playing = (): Promise<void> =>
  until("(({ hidden, readyState, currentTime }) => !hidden && readyState >= 2 && currentTime > 0.1)(document.querySelector('#video'))");
const historyStates = (): Promise<(string | null)[]> =>
  page.locator('.mini').evaluateAll((buttons) => buttons.map((button: { getAttribute(name: string): string | null }) => button.getAttribute('data-state')));
const sidewaysPx = (): Promise<number> => page.evaluate('document.documentElement.scrollWidth - innerWidth');

describe.skipIf(!existsSync(executablePath))(suite, { timeout: 180_000 }, () => {
  beforeAll(async () => {
    [app, browser, photo] = await Promise.all([startTestApp(), chromium.launch({ executablePath, args }), jpeg(480, 320)]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });
  beforeEach(() => {
    complaints = [];
  });
  afterEach(() => expect(complaints).toEqual([]));

  it('brings a dropped photo to life, plays it, and gives it away as MP4 and GIF', async () => {
    page = await visit();
    await ready(page);
    const dropped = await page.evaluateHandle(
      `(() => { const all = new DataTransfer(); all.items.add(new File([Uint8Array.from(atob('${photo.toString('base64')}'), (c) => c.charCodeAt(0))], 'lake.jpg', { type: 'image/jpeg' })); return all; })()`,
    );
    await page.dispatchEvent('#print', 'drop', { dataTransfer: dropped });
    await page.waitForSelector('#chosen:not([hidden])');
    expect(await page.textContent('#photo-name')).toBe('lake.jpg');
    await page.click('text=waves on the lake, slow zoom in');
    expect(await page.inputValue('#prompt')).toBe('waves on the lake, slow zoom in');

    await small();
    await page.fill('#option-seed', '77');
    await page.click('#go');
    await page.waitForSelector('#status:not([hidden])');
    expect(await page.getAttribute('#bar', 'aria-valuenow')).toMatch(/^\d+$/);
    await playing();
    const at = (): Promise<number> => page.evaluate("document.querySelector('#video').currentTime");
    const before = await at();
    await until(`document.querySelector('#video').currentTime !== ${before}`);
    expect(await page.textContent('#recipe')).toMatch(/^seed 77 · motion · 1 s · 8 fps · 160 × 10[68]/);
    expect(await page.textContent('#quota')).toBe('999.95 of 1000 credits left today');

    for (const [button, format] of [
      ['#download-mp4', 'mp4'],
      ['#download-gif', 'gif'],
    ] as const) {
      const [download] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`^stillmotion-\\w+\\.${format}$`));
      expect(await probe(await download.path())).toMatchObject({ widthPx: 160, frameCount: 8 });
    }

    await page.click('#copy-seed');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('77');
    await page.click('#new-seed');
    await until("/^seed (?!77 )/.test(document.querySelector('#recipe').textContent) && !document.querySelector('#result').hidden");
    expect(await historyStates()).toEqual(['done', 'done']);
    await page.click('#delete');
    await until("document.querySelectorAll('.mini').length === 1");
  });

  it('cancels what is being made', async () => {
    page = await visit();
    await ready(page);
    await choose();
    await ask('clouds drift left');
    await page.click('#cancel');
    await page.waitForSelector('#photo-problem:has-text("Canceled.")');
    expect(await historyStates()).toEqual(['canceled']);
  });

  it('picks a clip in progress up again after a reload, and remembers it', async () => {
    page = await visit();
    await ready(page);
    await choose();
    await small();
    await ask('pan right');
    await page.waitForSelector('.mini');
    await page.reload();
    await playing();
    expect(await historyStates()).toEqual(['done']);
    await page.goto(app.url);
    await page.click('.mini');
    await playing();
    expect(await page.textContent('#result-prompt')).toBe('pan right');

    // The server still has the photo: new words need no second upload.
    await small();
    await ask('slow zoom out');
    await until("document.querySelector('#result-prompt').textContent === 'slow zoom out'");
    await playing();
    expect(await historyStates()).toEqual(['done', 'done']);
  });

  it('says what is wrong next to the thing that is wrong', async () => {
    page = await visit();
    await ready(page);
    await page.click('#go');
    expect(await page.textContent('#photo-problem')).toContain('I need a photo first');
    await page.setInputFiles('#file', { name: 'list.jpg', mimeType: 'image/jpeg', buffer: text() });
    await page.waitForSelector('#no-preview:not([hidden])');
    await ask('waves');
    await page.waitForSelector('#photo-problem:has-text("I cannot read this kind of file")');
    await page.setInputFiles('#file', { name: 'big.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(16 * 1024 * 1024) });
    await page.waitForSelector('#photo-problem:has-text("That photo is 16 MB; I take up to 15 MB")');
    await choose();
    await page.click('.more summary');
    await page.fill('#option-fps', '500');
    await page.click('#go');
    await page.waitForSelector('#option-fps-problem:has-text("between 8 and 30")');
    expect(await page.evaluate('document.activeElement.id')).toBe('option-fps');
    await page.fill('#option-fps', '');
    await ask('x'.repeat(500));
    await page.waitForSelector('#prompt-problem:has-text("500 characters")');
    expect(await historyStates()).toEqual([]);
  });

  it('works by keyboard alone', async () => {
    page = await visit();
    await ready(page);
    await choose();
    await small();
    await page.focus('#prompt');
    await page.keyboard.type('tilt up');
    await page.keyboard.press('Control+Enter');
    await until("!document.querySelector('#result').hidden");
    const unnamed = await page
      .locator('button:visible, a:visible, input:visible, select:visible, textarea:visible, video:visible')
      .evaluateAll(
        (controls) =>
          controls.filter(
            (control: { labels?: { length: number }; textContent: string; ariaLabel: string | null }) =>
              !(control.labels?.length || control.textContent.trim() || control.ariaLabel),
          ).length,
      );
    expect(unnamed).toBe(0);
    await page.focus('.mini');
    await page.keyboard.press('Enter');
    await playing();
  });

  it('fits on a phone in every state', async () => {
    page = await visit(phone);
    await ready(page);
    expect(await sidewaysPx()).toBe(0);
    expect(await page.isVisible('label[for="camera"]')).toBe(true);
    await choose(`${'a-very-long-name-'.repeat(10)}.jpg`);
    await small();
    expect(await sidewaysPx()).toBe(0);
    await ask(`zoom in on ${'Donaudampfschifffahrt'.repeat(6)}`);
    await page.waitForSelector('#status:not([hidden])');
    expect(await sidewaysPx()).toBe(0);
    await playing();
    expect(await sidewaysPx()).toBe(0);
  });

  it('leaves it to the person to start the clip when they asked for less motion', async () => {
    page = await visit({ ...desktop, reducedMotion: 'reduce' });
    await ready(page);
    await choose();
    await small();
    await ask('roll');
    await until("document.querySelector('#video').readyState >= 1");
    expect(await page.evaluate("document.querySelector('#video').paused")).toBe(true);
  });

  it('asks for the token once', async () => {
    const token = 'a-token-of-enough-length';
    const guarded = await startTestApp({ WEB_TOKEN: token });
    try {
      page = await visit(desktop, guarded.url);
      await page.fill('#token', 'a guess');
      await page.click('#token-form button');
      await page.waitForSelector('#token-problem:has-text("That is not the token.")');
      await page.fill('#token', token);
      await page.click('#token-form button');
      await ready(page);
      await choose();
      await small();
      await ask('pan left');
      await playing();
      await page.reload();
      await playing();
      expect(await page.isVisible('#token-dialog')).toBe(false);
    } finally {
      await context.close();
      await guarded.close();
    }
  });
});
