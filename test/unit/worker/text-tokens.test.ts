/** Damaged tokenizer files and character maps, and prompts mended as ftfy and html.unescape mend them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCharsmap } from '../../../worker/parts/charsmap.ts';
import { unescapeHtml } from '../../../worker/parts/html-references.ts';
import { repairPrompt } from '../../../worker/parts/prompt-repair.ts';
import { openTokenizer, type TextSpec } from '../../../worker/parts/text-tokens.ts';

const spec: TextSpec = { kind: 't5', maxTokens: 8, padId: 0, skip: 0, zeroPadding: false, clean: 'none' };

describe('a tokenizer that is', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stillmotion-tokenizer-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const write = async (json: string): Promise<void> => {
    await writeFile(join(folder, 'tokenizer.json'), json);
    await writeFile(join(folder, 'tokenizer_config.json'), '{}');
  };
  const model = {
    type: 'Unigram',
    unk_id: 0,
    vocab: [
      ['<unk>', 0],
      ['▁a', -1],
    ],
  };
  const whole = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, model };

  it('missing', async () => {
    await expect(openTokenizer(join(folder, 'nowhere'), spec)).rejects.toMatchObject({ code: 'MODEL_MISSING' });
  });

  it.each([
    ['no JSON', '{"model":'],
    ['no object', '7'],
    ['without a model', '{}'],
    ['of an unknown kind', JSON.stringify({ ...whole, model: { type: 'Telepathy' } })],
    ['with a cut character map', JSON.stringify({ ...whole, normalizer: { type: 'Precompiled', precompiled_charsmap: '/////w==' } })],
  ])('%s', async (_, json) => {
    await write(json);
    await expect(openTokenizer(folder, spec)).rejects.toMatchObject({ name: 'EngineError', code: 'MODEL_CORRUPT' });
  });

  it('whole', async () => {
    await write(JSON.stringify({ ...whole, normalizer: { type: 'Precompiled', precompiled_charsmap: null } }));
    expect((await openTokenizer(folder, spec))('▁a').ids).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('a character map', () => {
  it.each(['', 'AAAA', 'AAAAAA==', 'BAAAAA==', 'BQAAAAAAAAAA'])('is refused when cut off: %j', (base64) => {
    expect(() => createCharsmap(base64)).toThrow(RangeError);
  });

  it('that leads nowhere changes nothing', () => {
    const wild = Buffer.concat([Buffer.from([16, 0, 0, 0]), Buffer.alloc(16, 0xff)]).toString('base64');
    expect(createCharsmap(wild)('a é 🦊\u0000')).toBe('a é 🦊\u0000');
  });
});

// what Python's html.unescape gives
it.each([
  ['&lt;b&gt; &quot;x&quot; &apos;', '<b> "x" \''],
  ['&copy &notit; &notin; &amp', '© ¬it; ∉ &'],
  ['&#65;&#x42;&#67 &#0; &#xD800; &#x110000;', 'ABC � � �'],
  ['&#150; &#129; &#13; &#11;&#xFFFE;', '– \u0081 \r '],
  ['&unknown; & &; &#; &#x;', '&unknown; & &; &#; &#x;'],
])('%s', (text, wanted) => {
  expect(unescapeHtml(text)).toBe(wanted);
});

// what diffusers' prompt_clean gives with ftfy 6.3
it.each([
  ['  a \t red\n\nfox  ', 'a red fox'],
  ['“curly” ‘quotes’ it’s', "\"curly\" 'quotes' it's"],
  ['ﬁne ﬂow Ĳ', 'fine flow IJ'],
  ['ＦＵＬＬ　ｗｉｄｔｈ ｶﾞ', 'FULL width ガ'],
  ['\u001b[31mred\u001b[0m \u0000\u0007fox\ufeff', 'red fox'],
  ['one\r\ntwo\u2028three\rfour', 'one two three four'],
  ['cafe\u0301 A\u030a', 'café Å'],
  ['&amp;amp;lt;b&amp;gt; P&EACUTE;REZ &ltimes', '<b> PÉREZ <imes'],
  ['<b> &lt; &amp;lt; \n &amp;lt;', '<b> < < <'],
  ['cafÃ© â€œquotedâ€\u009d naÃ¯ve', 'café "quoted" naïve'],
  ['ðŸ¦Š runs â€” fast', '🦊 runs — fast'],
  ['voilÃ le travail', 'voilà le travail'],
  ['Ã la plage Ã©tÃ© Ã s 10h', 'à la plage été às 10h'],
  ['itÃ¢â‚¬â„¢s', "it's"],
  ['Ð»Ð¸Ñ\u0081Ð° Ð¸ Ñ\u0081Ð½ÐµÐ³', 'лиса и снег'],
  ['\u0093quoted\u0094 \u0085', '"quoted" …'],
  ['AÉ® Åse × ÄÖÜ ° ²', 'AÉ® Åse × ÄÖÜ ° ²'],
  ['«\u00a0café\u00a0» été\u00a0– naïf\u00a0! déjà…… «\u00a0ici\u00a0»', '« café » été – naïf ! déjà…… « ici »'],
  ['café\u00a0»', 'café »'],
  ['é›ªã\u0081®ä¸\u00adã‚’èµ°ã‚‹ç‹\u0090', '雪の中を走る狐'],
  ['été à la plage, 50 € ± 3°', 'été à la plage, 50 € ± 3°'],
])('%j is mended', (text, wanted) => {
  expect(repairPrompt(text)).toBe(wanted);
});

it('a very long and deeply escaped prompt is mended at once', () => {
  const started = process.cpuUsage();
  expect(repairPrompt(`&${'amp;'.repeat(1000)}lt;`)).toBe('<');
  expect(repairPrompt('Ã'.repeat(4000)).length).toBeGreaterThan(0);
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(2000);
});
