/** The commands derived from manifests: bounds, Discord's limits, when they count as changed, and what is suggested. */
import { describe, expect, it } from 'vitest';
import { commandDefinitions, sameCommands } from '../../bots/discord/commands.ts';
import { outcomeMessage, readButton, shorten } from '../../bots/discord/messages.ts';
import { suggest } from '../../bots/discord/suggestions.ts';
import type { EngineManifest } from '../../core/engine.ts';
import type { Job } from '../../core/job.ts';
import { commandJson, type JsonObject } from '../support/fake-discord-payloads.ts';
import { sampleDraft } from '../support/jobs.ts';
import { sampleManifest, wordsManifest } from '../support/manifest.ts';

const second: EngineManifest = {
  ...sampleManifest,
  id: 'wan',
  title: 'Wan',
  maxPromptCharacters: 800,
  options: { ...sampleManifest.options, seconds: { min: 2, max: 10, step: 1, default: 5 } },
};
const wanted = commandDefinitions([sampleManifest, second]);
const registered = (): JsonObject[] => wanted.map((definition) => commandJson(definition as unknown as JsonObject, '1'));

describe('the commands', () => {
  it('take their bounds from all engines', () => {
    const options = wanted[0]?.options ?? [];
    expect(options.map(({ name }) => name)).toEqual(['image', 'prompt', 'engine', 'seconds', 'fps', 'seed', 'motion', 'format', 'loop']);
    expect(options.find(({ name }) => name === 'seconds')).toMatchObject({ type: 10, min_value: 1, max_value: 10 });
    expect(options.find(({ name }) => name === 'seed')).toMatchObject({ type: 4, min_value: 0, max_value: 0xffff_ffff });
    expect(options.find(({ name }) => name === 'prompt')).toMatchObject({ max_length: 800, required: false });
  });

  it('give words and photos each the engines that take them', () => {
    const definitions = commandDefinitions([sampleManifest, wordsManifest]);
    expect(definitions.map(({ name }) => name).slice(0, 3)).toEqual(['animate', 'video', 'Animate']);
    const longest = (name: string) => definitions.find((one) => one.name === name)?.options?.find((option) => option.name === 'seconds');
    expect([longest('animate'), longest('video')]).toMatchObject([{ max_value: 8 }, { max_value: 20 }]);
    expect(wanted.map(({ name }) => name)).not.toContain('video');
  });

  it('are the same when Discord only added its own fields, in whatever order', () => {
    expect(sameCommands(registered(), wanted)).toBe(true);
    expect(sameCommands(registered().reverse(), wanted)).toBe(true);
  });

  it.each<[string, (commands: JsonObject[]) => unknown]>([
    ['one is missing', (commands) => commands.slice(1)],
    ['one is too many', (commands) => [...commands, { ...commands[2], name: 'old' }]],
    ['a description differs', ([first, ...rest]) => [{ ...first, description: 'Old' }, ...rest]],
    ['a bound differs', (commands) => JSON.parse(JSON.stringify(commands).replace('"max_value":10', '"max_value":8')) as unknown],
    ['a bound is new', (commands) => JSON.parse(JSON.stringify(commands).replace('"max_value":10', '"max_value":10,"min_length":1')) as unknown],
    [
      'rights differ',
      (commands) => JSON.parse(JSON.stringify(commands).replace('"default_member_permissions":"32"', '"default_member_permissions":"8"')) as unknown,
    ],
    ['nothing could be read', () => null],
  ])('are changed when %s', (_name, change) => expect(sameCommands(change(registered()), wanted)).toBe(false));
});

describe('suggestions', () => {
  const values = (name: string, value: string, setting: string | null = null) =>
    suggest({ name, value }, setting, [sampleManifest, second]).map((choice) => choice.value);
  it('find engines by id or title', () => expect(values('engine', 'WAN')).toEqual(['wan']));
  it('complete the last part of the words and keep what stands before it', () =>
    expect(values('prompt', 'Smoke rises, zoom o')).toEqual(['Smoke rises, slow zoom out']));
  it('offer every idea at first, 25 at most, 100 characters each', () => {
    const all = values('prompt', '');
    expect(all.length).toBeGreaterThan(10);
    expect(all.length).toBeLessThanOrEqual(25);
    expect(values('prompt', `${'x'.repeat(95)}, pan`)).toEqual([]);
  });
  it('know the values of a setting', () => {
    expect(values('value', '', 'enabled')).toEqual(['on', 'off']);
    expect(values('value', '', 'default_engine')).toEqual(['motion', 'wan', 'default']);
    expect(values('value', '', 'channels')).toEqual(['everywhere']);
    expect(values('value', '', 'max_seconds')).toEqual(['default']);
  });
});

describe('messages', () => {
  it('stay within 2000 characters however long the words are, and whole at the cut', () => {
    const draft = sampleDraft('discord:user:1', 'discord:guild:1');
    const failed = {
      ...draft,
      request: { ...draft.request, prompt: '*'.repeat(3000) },
      state: 'failed',
      error: { code: 'ENGINE_FAILED', params: {} },
      notes: [],
    } as unknown as Job;
    expect(outcomeMessage(failed, null).body.content.length).toBeLessThanOrEqual(2000);
    expect(shorten('ab😀', 4)).toBe('ab😀');
    expect(shorten('ab😀c', 4)).toBe('ab…');
  });
  it('read their own buttons only', () => {
    expect(readButton('newSeed:abc123')).toEqual({ action: 'newSeed', jobId: 'abc123' });
    for (const foreign of ['again', 'again:', 'ban:abc', 'again:a/b', 'xagain:abc', `again:${'a'.repeat(41)}`]) expect(readButton(foreign)).toBeNull();
  });
});
