/** Telegram's limits and forms: commands, captions, buttons, failures, and the order in which photos are let in. */
import { describe, expect, it } from 'vitest';
import { TelegramFailure } from '../../bots/telegram/api.ts';
import { kindOf, waitMs } from '../../bots/telegram/failure.ts';
import { readCommand } from '../../bots/telegram/incoming.ts';
import { caption, cut, keyboard, plain, readButton, sentence } from '../../bots/telegram/messages.ts';
import { AppError } from '../../core/errors.ts';
import type { Job } from '../../core/job.ts';
import { visibleText } from '../support/fake-telegram-html.ts';

const job = (prompt: string, notes: Job['notes'] = []): Job =>
  ({ id: 'abcdefghijklmnop', notes, request: { prompt, seed: 42, engine: 'motion', seconds: 3, fps: 24, motion: 1, loop: false } }) as unknown as Job;

describe('a command', () => {
  it.each([
    ['/animate', { name: 'animate', words: '' }],
    ['  /Animate  two  words ', { name: 'animate', words: 'two  words' }],
    ['/animate@My_Bot waves\nand wind', { name: 'animate', words: 'waves\nand wind' }],
  ])('%j is read', (text, expected) => expect(readCommand(text, 'my_bot')).toEqual(expected));
  it.each(['animate', '/animate@other_bot waves', '/', '/ animate', 'see /animate', '/animate,waves', `/${'a'.repeat(33)}`])('%j is none for us', (text) =>
    expect(readCommand(text, 'my_bot')).toBeNull(),
  );
});

describe('a caption', () => {
  it.each([
    ['long words', 'wave '.repeat(400)],
    ['words that escaping makes longer', '<&>'.repeat(400)],
    ['emoji at the edge', '🌊'.repeat(700)],
  ])('fits with %s, keeps the recipe and stays HTML', (_what, prompt) => {
    const { caption: html } = caption(job(prompt, [{ code: 'NOTE_CROPPED', params: {} }]));
    const visible = visibleText(html);
    expect(visible?.length).toBeLessThanOrEqual(1024);
    expect(visible).toContain('seed 42 · motion · 3 s · 24 fps\nThis camera move starts');
    expect(Buffer.from(html).toString()).toBe(html);
  });
  it('has no empty line when there are no words', () => expect(caption(job('')).caption).toBe('seed <code>42</code> · motion · 3 s · 24 fps'));
});

describe('texts and buttons', () => {
  it('are cut between characters', () => {
    expect(cut('🌊🌊', 3)).toBe('🌊…');
    expect(cut('waves', 5)).toBe('waves');
    expect(plain('x'.repeat(5_000)).text).toHaveLength(4096);
  });
  it('carry at most 64 bytes and come back as they went', () => {
    for (const { callback_data } of keyboard('abcdefghijklmnop', 'again', 'seed', 'delete', 'cancel').inline_keyboard.flat()) {
      expect(Buffer.byteLength(callback_data)).toBeLessThanOrEqual(64);
      expect(readButton(callback_data)?.jobId).toBe('abcdefghijklmnop');
    }
  });
  it.each(['', 'again', 'again:', 'steal:abc', 'again:a/b', 'again:abc:def', `again:${'a'.repeat(41)}`])('are not read from %j', (data) =>
    expect(readButton(data)).toBeNull(),
  );
  it('call rooms topics', () => expect(sentence(new AppError('PLACE_NOT_ALLOWED', { places: '<#5> <#17>' }))).toMatch(/topic 5 topic 17\.$/));
});

describe('a failure', () => {
  it.each([
    [400, 'Bad Request: message is not modified: specified new message content and reply markup are exactly the same', 'unchanged'],
    [400, 'Bad Request: message to edit not found', 'message-gone'],
    [400, "Bad Request: message can't be edited", 'message-gone'],
    [400, 'Bad Request: message to be replied not found', 'reply-gone'],
    [400, 'Bad Request: message thread not found', 'thread-gone'],
    [400, 'Bad Request: chat not found', 'chat-gone'],
    [400, 'Bad Request: file is too big', 'too-big'],
    [400, 'Bad Request: not enough rights to send videos to the chat', 'forbidden'],
    [400, 'Bad Request: something new', 'refused'],
    [401, 'Unauthorized', 'later'],
    [403, 'Forbidden: bot was blocked by the user', 'chat-gone'],
    [403, 'Forbidden: bot is not a member of the supergroup chat', 'chat-gone'],
    [413, 'Request Entity Too Large', 'too-big'],
    [429, 'Too Many Requests: retry after 5', 'later'],
    [502, 'Bad Gateway', 'later'],
    [0, 'ECONNRESET', 'later'],
  ])('%i “%s” means %s', (status, description, kind) => expect(kindOf(new TelegramFailure('x', status, description))).toBe(kind));
  it('carries Telegram’s hints', () => {
    expect(waitMs(new TelegramFailure('x', 429, '', { retry_after: 10_323 }))).toBe(10_323_000);
    expect(kindOf(new TelegramFailure('x', 400, 'group chat was upgraded', { migrate_to_chat_id: -100 }))).toBe('moved');
  });
});
