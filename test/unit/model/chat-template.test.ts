import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BLANKS } from '../../../model/src/chat/blanks.ts';
import { chatFrameHash, chatTemplateOf, namedTokens, readChatFrame } from '../../../model/src/chat/chat-template.ts';

const CHATML =
  "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

const NONE = { start: '', end: '' };
const ALL = { start: BLANKS, end: BLANKS };

/** A template that renders contents so, between brackets and blanks. */
const rendering = (content: string) => `{% for m in messages %}[ {{ ${content} }} ]{% endfor %}`;

describe('the frame of an exchange', () => {
  it('is what a template puts around it', () => {
    expect(readChatFrame(CHATML, {})).toEqual({
      kind: 'ok',
      frame: {
        before: '<|im_start|>user\n',
        after: '<|im_end|>\n<|im_start|>assistant\n',
        lead: '',
        end: '<|im_end|>\n',
        between: '<|im_end|>\n<|im_start|>user\n',
        userBlanks: NONE,
        answerBlanks: NONE,
      },
    });
  });

  it('has the special tokens by their names, and says whether blanks are taken away', () => {
    const template =
      "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ ' ' if m.role == 'assistant' }}{{ m.content | trim }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
    expect(readChatFrame(template, { bos_token: '<s>', eos_token: '</s>' })).toMatchObject({
      frame: {
        before: '<s>[user]',
        after: '</s>[assistant]',
        lead: ' ',
        end: '</s>',
        userBlanks: ALL,
        answerBlanks: ALL,
      },
    });
  });

  it.each([
    ['m.content', NONE],
    // Blanks of the template itself stand beside what is said.
    ['m.content.strip()', ALL],
    ['m.content.lstrip()', { start: BLANKS, end: '' }],
    ["m.content.lstrip('\\n')", { start: '\n', end: '' }],
    ["m.content.strip(' \\n')", { start: '\n ', end: '\n ' }],
    ["m.content.rstrip('\\r\\n\\t')", { start: '', end: '\n\t\r' }],
  ])('says which blanks are taken away at the ends: %s', (content, blanks) => {
    expect(readChatFrame(rendering(content), {})).toMatchObject({
      frame: { before: '[ ', after: ' ]', userBlanks: blanks, answerBlanks: blanks },
    });
  });

  it.each(["m.content | replace('  ', ' ')", 'm.content | upper', 'm.content | trim | tojson'])(
    'is none where what is said is changed otherwise: %s',
    (content) => {
      expect(readChatFrame(rendering(content), {})).toMatchObject({ kind: 'broken' });
    },
  );

  // Qwen 3 for thinking alone writes an empty thought in front of an answer, too; DeepSeek R1 leaves thoughts out of answers.
  it.each(["'<think>\n\n</think>\n\n' if m.role == 'assistant' else ''", "''"])(
    'has an empty thought in front of the answer where the template opens one anyway: %s',
    (inFront) => {
      const opens = CHATML.replace('assistant\n', 'assistant\n<think>\n').replace(
        'm.content',
        `(${inFront}) + m.content`,
      );
      expect(readChatFrame(opens, {})).toMatchObject({
        frame: { after: '<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n', lead: '', end: '<|im_end|>\n' },
      });
    },
  );

  it('is the same for a template with line breaks of Windows', () => {
    const lines = CHATML.replaceAll('%}{%', '%}\n{%');
    expect(readChatFrame(lines.replaceAll('\n', '\r\n'), {})).toEqual(readChatFrame(lines, {}));
  });

  it('has the constants of Jinja, and those of Python', () => {
    const template = `{{ [true, True, false, False, none, None] | tojson }}${CHATML}`;
    expect(readChatFrame(template, {})).toMatchObject({
      frame: { before: '[true, true, false, false, null, null]<|im_start|>user\n' },
    });
  });

  it('has no tools, and a template can tell', () => {
    const template = `{% if tools is not none or documents is not none %}Tools:{% endif %}${CHATML}`;
    expect(readChatFrame(template, {})).toEqual(readChatFrame(CHATML, {}));
  });

  it.each([
    ['range(3)', '012'],
    ['range(1, 3)', '12'],
    ['range(5, 0, -2)', '531'],
    ['range(0, 5, 3)', '03'],
    ['range(3, 1)', ''],
  ])('counts as Python does: %s', (numbers, counted) => {
    const template = `{% for i in ${numbers} %}{{ i }}{% endfor %}|${CHATML}`;
    expect(readChatFrame(template, {})).toMatchObject({ frame: { before: `${counted}|<|im_start|>user\n` } });
  });

  it.each([
    ['{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}'],
    ['{% for i in range(1000000000) %}{% endfor %}'],
  ])('is none of a template that does not come to an end: %s', (template) => {
    // So that nobody has to wait until patience is at its end.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    onTestFinished(() => void vi.restoreAllMocks());
    expect(readChatFrame(template, {})).toEqual({ kind: 'broken', reason: 'it takes too long to render' });
  });

  it('is none of a template of which one statement does not come to an end', () => {
    const doubled = '{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}';
    const template = `{% set ns = namespace(x=[1]) %}${doubled}{{ ns.x | tojson }}${CHATML}`;
    expect(readChatFrame(template, {})).toEqual({ kind: 'broken', reason: 'it takes too long to render' });
  }, 60_000);

  it.each([
    ['tools is none', 'True'],
    ['1 == 2', 'False'],
    ['none', 'None'],
    ['missing', ''],
    ['missing == none', 'False'],
    ['missing != none', 'True'],
    ['tools == none', 'True'],
    ['missing == missing', 'True'],
    ["1 == '1'", 'False'],
    ["'' == false", 'False'],
    ['true == 1', 'True'],
    ["[1, 'a'] == [1, 'a']", 'True'],
    ["{'a': 1} == {'a': 2}", 'False'],
    ["{'a': [1]} == {'a': [1]}", 'True'],
    ["'a' if false", ''],
  ])('is written as in Python: %s', (expression, text) => {
    const inBlocks = `{% if true %}{{ ${expression} }}{% endif %}`;
    expect(readChatFrame(`[{{ ${expression} }}|${inBlocks}]${CHATML}`, {})).toMatchObject({
      frame: { before: `[${text}|${text}]<|im_start|>user\n` },
    });
  });

  it('is none where a template writes a list, which Python writes otherwise', () => {
    const reason = 'Cannot render a value of type ArrayValue';
    expect(readChatFrame(`{{ ['a'] }}${CHATML}`, {})).toEqual({ kind: 'broken', reason });
  });

  it('does not depend on the day', () => {
    const reading = readChatFrame(`{{ strftime_now("%d %b %Y") }} ${CHATML}`, {});
    expect(reading).toMatchObject({ frame: { before: '26 Jul 2024 <|im_start|>user\n' } });
    const other = readChatFrame(`{{ strftime_now("%a or %A, %-d/%-m/%y, %B, %H:%M:%S, 100%%") }}${CHATML}`, {});
    expect(other).toMatchObject({
      frame: { before: 'Fri or Friday, 26/7/24, July, 00:00:00, 100%<|im_start|>user\n' },
    });
  });

  it('has a hash that changes with the tokens around an exchange, and not with what a template does for tools', () => {
    const hashOf = (template: string) => {
      const reading = readChatFrame(template, {});
      return reading.kind === 'ok' ? chatFrameHash(reading.frame) : reading.reason;
    };
    expect(hashOf(CHATML)).toMatch(/^[\da-f]{32}$/);
    expect(hashOf(`{% if tools %}{{ tools }}{% endif %}${CHATML}`)).toBe(hashOf(CHATML));
    expect(hashOf(`Be brief.\n${CHATML}`)).not.toBe(hashOf(CHATML));
    expect(hashOf(CHATML.replace('content', 'content | trim'))).not.toBe(hashOf(CHATML));
  });

  it.each([
    ['with an error of its own', "{{ raise_exception('only tools') }}", 'only tools'],
    ['with an error of its own in several lines', "{{ raise_exception('only\n  tools') }}", 'only tools'],
    ['with an error without words', '{{ raise_exception() }}', 'it gives no reason'],
    [
      'with an error that is a book',
      `{{ raise_exception('${'x'.repeat(100_000)}') }}`,
      expect.stringMatching(/^x{1,900}…$/),
    ],
    [
      'that is nested without end',
      `{{ ${'('.repeat(20_000)}1${')'.repeat(20_000)} }}`,
      'a part of it is not of the form that it should have, or is too large',
    ],
    ['that is no Jinja', '{% if %}', expect.any(String)],
    [
      'that leaves out what is said',
      '{{ messages | length }}',
      'it does not render what user and assistant say once each',
    ],
  ])('a template %s cannot be used, and why is said', (_, template, reason) => {
    expect(readChatFrame(template, {})).toEqual({ kind: 'broken', reason });
  });
});

it('the template of a configuration is a text, or the default one of several', () => {
  expect(chatTemplateOf({ chat_template: 'one' })).toBe('one');
  const several = [
    { name: 'tool_use', template: 'tools' },
    { name: 'default', template: 'usual' },
  ];
  expect(chatTemplateOf({ chat_template: several })).toBe('usual');
  expect(chatTemplateOf({ chat_template: [{ name: 'tool_use', template: 'tools' }] })).toBeUndefined();
  expect(chatTemplateOf({ chat_template: 7 })).toBeUndefined();
  expect(chatTemplateOf(undefined)).toBeUndefined();
});

it('special tokens are named by a text or by an entry with its content, the first file going first', () => {
  const tokens = namedTokens(
    { bos_token: { content: '<s>' }, eos_token: null, add_bos_token: true },
    { bos_token: '<x>', eos_token: '</s>' },
  );
  expect(tokens).toEqual({ bos_token: '<s>', eos_token: '</s>' });
});
