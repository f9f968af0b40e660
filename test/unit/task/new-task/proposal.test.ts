import { describe, expect, it } from 'vitest';
import { proposeTask, type Wanted } from '../../../../task/src/new-task/proposal.ts';
import { languageOf } from '../../../../task/src/new-task/row-language.ts';
import type { RowObject } from '../../../../task/src/rows.ts';
import { surveyOf } from './data.ts';

const propose = (rows: Iterable<RowObject>, wanted?: Wanted) => proposeTask(surveyOf(rows), wanted);
const rating = (text: string, label: string) => ({ taskname: 'rating', text, label });
const ROWS = [rating('Good', 'yes'), rating('Bad, very bad', 'no'), rating('Fine', 'yes'), rating('Awful', 'no')];

describe('the proposal', () => {
  it('takes task, fields and labels from the rows', () =>
    expect(propose(ROWS)).toEqual({
      taskname: 'rating',
      fields: ['text'],
      otherFields: [],
      answerField: 'label',
      isAnswerGuessed: false,
      numberFields: [],
      labels: ['yes', 'no'],
      longestField: 'text',
      language: undefined,
    }));
  it('takes the last field as the answer where none is called so', () =>
    expect(propose([{ question: 'a', reply: 'b' }])).toMatchObject({ answerField: 'reply', isAnswerGuessed: true }));
  it('takes the last field that looks like labels, which many tables have in front of the texts', () => {
    const rows = ROWS.map(({ text, label }, n) => ({ nr: String(n % 2), mood: label, tweet: text }));
    const guessed = { answerField: 'mood', fields: ['tweet'], otherFields: ['nr'], isAnswerGuessed: true };
    expect(propose(rows)).toMatchObject(guessed);
  });
  it.each([
    ['sentiment', 'language'],
    ['Känsla', 'källa'],
    ['Catégorie'.normalize('NFD'), 'langue'],
    ['KATEGORİ', 'dil'],
    ['ocena', 'źródło'],
    ['тональность', 'источник'],
    ['भावना', 'स्रोत'],
    ['chủ đề', 'nguồn'],
    ['类别', '来源'],
  ])('takes the field with labels that is called as such are, %s, wherever it stands', (field, other) => {
    const rows = ROWS.map(({ text, label }, n) => ({ [field]: label, text, [other]: n % 2 ? 'x' : 'y' }));
    expect(propose(rows)).toMatchObject({ answerField: field, fields: ['text', other], isAnswerGuessed: false });
  });
  it('takes figures for labels where their field is called so', () => {
    const rows = ROWS.map(({ text }, n) => ({ rating: String(n % 2), text }));
    expect(propose(rows)).toMatchObject({ answerField: 'rating', fields: ['text'], labels: ['0', '1'] });
    expect(propose(rows.map(({ text, rating }) => ({ text, rating: Number(rating) })))).toMatchObject({
      answerField: 'rating',
      labels: ['0', '1'],
    });
  });
  it('guesses where several are called so, and takes none that holds texts', () => {
    const two = ROWS.map(({ text, label }) => ({ topic: label, emotion: label, text }));
    expect(propose(two)).toMatchObject({ answerField: 'emotion', isAnswerGuessed: true });
    const texts = ROWS.map(({ text, label }, n) => ({ topic: `${text} ${n}`, mark: label }));
    expect(propose(texts)).toMatchObject({ answerField: 'mark', isAnswerGuessed: true });
  });
  it.each([
    ['a name says it', { answer: 'a', reply: 'b' }, {}],
    ['the user says it', { question: 'a', reply: 'b' }, { answerField: 'question' }],
    ['there is no other', { reply: 'b' }, {}],
  ])('is no guess where %s', (_, row, wanted) =>
    expect(propose([row], wanted)).toMatchObject({ isAnswerGuessed: false }),
  );
  it.each([
    [{ label: 1 }, { label: 0 }, { answerField: 'label', numberFields: ['label'], labels: ['1', '0'] }],
    [{ label: true }, { label: false }, { answerField: 'label', labels: ['true', 'false'] }],
    [
      { label: 1, label_text: 'yes' },
      { label: 0, label_text: 'no' },
      { answerField: 'label_text', fields: ['text'] },
    ],
    [
      { label: 'yes', stars: 1 },
      { label: 'no', stars: 5 },
      { answerField: 'label', numberFields: ['stars'] },
    ],
    [{ stars: 1 }, { stars: 5 }, { answerField: 'text', numberFields: ['stars'] }],
    [{ Label: 1 }, { Label: 0 }, { answerField: 'Label', numberFields: ['Label'], labels: ['1', '0'] }],
    [
      { label: 1, LABEL_TEXT: 'yes' },
      { label: 0, LABEL_TEXT: 'no' },
      { answerField: 'LABEL_TEXT', fields: ['text'] },
    ],
  ])('takes numbers that look like labels for what may be the answer: %j', (one, other, proposal) => {
    const rows = [one, other, one, other].map((answer, id) => ({ id, text: 'Good', ...answer }));
    expect(propose(rows)).toMatchObject(proposal);
  });
  it('knows the answer by its name in any letter case', () =>
    expect(propose([{ Label: 'yes', Text: 'Good' }])).toMatchObject({
      fields: ['Text'],
      answerField: 'Label',
      isAnswerGuessed: false,
    }));
  it('takes the answer that the user names', () =>
    expect(propose(ROWS, { answerField: 'text' })).toMatchObject({
      answerField: 'text',
      fields: ['label'],
      labels: undefined,
    }));
  it('has no labels where there are more than thirty, or one is long', () => {
    const labels = (count: number, name = (n: number) => `label ${n}`) =>
      propose(Array.from({ length: 200 }, (_, n) => rating(`row ${n}`, name(n % count))))?.labels?.length;
    expect(labels(30)).toBe(30);
    expect(labels(31)).toBeUndefined();
    expect(labels(2, (n) => 'x'.repeat(40 + n))).toBeUndefined();
    expect(labels(2, (n) => 'x'.repeat(39 + n))).toBe(2);
  });
  it('has one label for answers whose letters are composed in two ways', () => {
    const rows = ['b\u00ed', 'bi\u0301', 'nei', 'b\u00ed'].map((label, n) => rating(`row ${n}`, label));
    expect(propose(rows)?.labels).toEqual(['b\u00ed', 'nei']);
    expect(propose([...rows, { text: 'row', label: 'bi\u0301' }])?.labels?.length).toBe(2);
  });
  it('has one label for answers with blanks around them and without', () => {
    const rows = ['ja ', 'nej', 'ja', 'ja\u00a0'].map((label, n) => rating(`row ${n}`, label));
    expect(propose(rows)?.labels).toEqual(['ja', 'nej']);
  });
  it.each([[{}], [{ taskname: '' }], [{ taskname: ' ' }], [{ taskname: null }]])(
    'takes the labels of rows that name no task, too, where others do: %j',
    (name) => {
      const nameless = { text: 'So so', label: 'maybe', ...name };
      expect(propose([...ROWS, ...Array(6).fill(nameless)])).toMatchObject({
        taskname: 'rating',
        labels: ['yes', 'no', 'maybe'],
      });
    },
  );
  it('is of a task that rows name with a number', () => expect(propose([{ taskname: 7, a: '1' }])?.taskname).toBe('7'));
  it('is of the task that is asked for', () => {
    const rows = [...ROWS, { taskname: 'tone', words: 'Hej', tone: 'glad' }];
    expect(propose(rows)).toMatchObject({ taskname: 'rating' });
    expect(propose(rows, { taskname: 'tone' })).toMatchObject({ taskname: 'tone', fields: ['words'] });
  });
  it('leaves out what holds nothing but numbers, where there are other texts', () => {
    const row = { id: '1 024', price: '€ 1,50', text: 'Good', share: '-3.5 %', n: '', label: 'x' };
    expect(propose([row, { ...row, n: '4' }])).toMatchObject({
      fields: ['text'],
      otherFields: ['id', 'price', 'share', 'n'],
    });
    const arabic = { id: '١٬٠٢٤', price: '۱۲٫۵', text: 'جيد', share: '٥٠٪', n: '१२', label: 'x' };
    expect(propose([arabic, arabic])).toMatchObject({ fields: ['text'], otherFields: ['id', 'price', 'share', 'n'] });
    expect(propose([row, { ...row, id: 'A1' }])).toMatchObject({ fields: ['id', 'text'] });
    expect(propose([{ a: '1', b: '2', label: 'x' }])).toMatchObject({ fields: ['a', 'b'], otherFields: [] });
    expect(propose([row], { fields: ['price', 'text'] })).toMatchObject({ fields: ['price', 'text'] });
    expect(propose([row], { answerField: 'price' })).toMatchObject({ fields: ['text', 'label'], answerField: 'price' });
  });
  it.each([
    '2024-01-02',
    '2024-01-02T03:04:05.678Z',
    '2024/01/02 3:04:05 PM GMT+1',
    '1/2/24 15:04',
    '02.01.2024 10:05:30',
    '2024-01-02 10.05.30',
    '2024. 1. 2.',
    '٢٠٢٤/٠١/٠٢ ١٠:٠٥',
  ])('leaves out what holds nothing but dates, as of forms and exports, such as %s', (when) =>
    expect(propose([{ when, text: 'Good', label: 'x' }])).toMatchObject({ fields: ['text'], otherFields: ['when'] }),
  );
  it.each(['3-1', '12/4-3', '10:05', '1/2/2024 was good', 'A 2024-01-02'])(
    'takes for a text what is no date: %s',
    (score) => expect(propose([{ score, text: 'Good', label: 'x' }])).toMatchObject({ fields: ['score', 'text'] }),
  );
  it('has no labels where the answers are free text', () =>
    expect(
      propose([
        { a: '1', label: 'x' },
        { a: '2', label: 'y' },
      ])?.labels,
    ).toBeUndefined());
  it('knows no task where the rows name none', () => expect(propose([{ a: '1', b: '2' }])?.taskname).toBeUndefined());
  it('leaves out fields that no template can name', () =>
    expect(
      propose([{ '': '1', 'a{b}': '2', 'line\nend': '3', '<|VIRTUAL_PROMPT_0|>': '4', 'a<|b': '5', ' ': '6', c: '7' }]),
    ).toMatchObject({
      fields: [],
      answerField: 'c',
    }));
  it('is made from as many rows as a hundred files have', () => {
    const rows = Array.from({ length: 200_000 }, (_, n) => rating(`row ${n}`, n % 2 ? 'yes' : 'no'));
    expect(propose(rows)).toMatchObject({ labels: ['no', 'yes'], longestField: 'text' });
  });
  it('says which field has the longest text in any row', () => {
    const rows = [
      { title: 'A title', body: 'A body of some length', label: 'x' },
      { title: 'Another title', body: 'Short', label: 'A label that is longer than both' },
    ];
    expect(propose(rows)).toMatchObject({ fields: ['title', 'body'], longestField: 'body' });
  });
  it('has no fields with lists or objects, which are known', () => {
    const row = { tokens: ['a', 'b'], tags: null, meta: { by: 'me' }, text: 'a b' };
    const survey = surveyOf([row, { ...row, tags: [0, 1] }, { ...row, tokens: 'a b' }]);
    expect(survey.nestedIn(undefined)).toEqual(['tokens', 'meta']);
    expect(proposeTask(survey)).toMatchObject({ answerField: 'text', fields: [] });
  });
  it('is none where nothing could be an answer', () => {
    expect(propose([])).toBeUndefined();
    expect(propose([{ taskname: 'a', n: 3 }])).toBeUndefined();
  });
});

describe('the language of rows', () => {
  it.each([
    [['Vinsten ökade, och utdelningen höjs.', 'Kursen faller efter en svag rapport.'], 'sv'],
    [['The mining company Rödberget increased its output in Åre.', 'Profit of the year is up.'], 'en'],
    [['tänd lampan i köket', 'jag vill ha det tyst'], 'sv'],
    [['Tænd lyset i køkkenet', 'Jeg vil gerne have det varmt, og det er af glas', 'Væk mig til tiden'], 'da'],
    [['Slå på lyset i stua', 'Jeg vil gjerne ha det varmt, og det er av glass', 'Husk å vekke meg'], 'no'],
    [['Kveiktu ljósið í eldhúsinu', 'Ég vil að það sé hlýtt', 'Vektu mig klukkan sjö'], 'is'],
    [['Tendra ljósið í køkinum', 'Eg vil at tað er heitt, og ikki kalt', 'Vek meg klokkan sjey'], 'fo'],
    [['Sytytä valo', 'Herätä minut, kun se on valmis', 'Mitä huomenna on ja ei ole?'], 'fi'],
    [['الفيلم رائع', 'سعر iPhone 15 هو 999'], 'ar'],
    [['فیلم خوب بود', 'کتاب‌های خوبی'], 'fa'],
    [['یہ فلم بہت اچھی ہے', 'مجھے پسند نہیں'], 'ur'],
    [['הסרט מצוין', 'המחיר ב-Amazon'], 'he'],
    [['映画はとても良かった', '感情', 'サービスがひどい'], 'ja'],
    [['电影很好看', '服务太差了'], 'zh'],
    [['영화가 정말 좋았다'.normalize('NFD')], 'ko'],
    [['फिल्म बहुत अच्छी थी'], 'hi'],
    [['หนังดีมาก', 'ราคา 100 บาท'], 'th'],
    [['Фильм хороший', 'Очень плохо'], 'ru'],
    [['Дуже добрий фільм', 'Мені сподобалось'], 'uk'],
    [['ფილმი კარგია'], 'ka'],
    [['the price of 電影 is up', 'it was a good one'], 'en'],
    [['42', 'OK', ''], undefined],
    [[], undefined],
  ])('of %s is %s', (texts, language) => expect(languageOf(texts)).toBe(language));

  it('is that of their texts, not of their labels', () => {
    const row = { text: 'Det är bra', label: 'the best of it' };
    expect(propose([row, row, { text: 3 }])?.language).toBe('sv');
  });
});
