import type {
  FetchingParams,
  ModelAbout,
  ModelOffer,
  ModelsResult,
  PlanFetchResult,
} from '../../../protocol/src/models.ts';
import type { Texts } from '../texts.ts';

/** Models that are offered under one heading. */
export interface ModelGroup {
  readonly title: string;
  readonly models: readonly ModelLine[];
}

/** A model as it is offered. */
export interface ModelLine {
  readonly offer: ModelOffer;
  /** `gpt2 · 124 million parameters · 548 MB` */
  readonly description: string;
  /** What a step with it takes, or why it cannot be used. */
  readonly detail: string;
}

/** More than this part of the machine's memory leaves too little for everything else. */
const MUCH_MEMORY = 0.7;

/** The models in groups: those that are there, and those that would have to be fetched. What cannot be used comes last. */
export function modelGroups({ models, current, language, memoryBytes }: ModelsResult, texts: Texts): ModelGroup[] {
  const { t } = texts;
  const there = models.filter(({ source }) => source !== 'suggested');
  const suggested = models.filter(({ source }) => source === 'suggested');
  const name = language === null ? undefined : languageName(language, texts.locale);
  const groups = [
    { title: t('On this machine'), models: [...there.filter(isUsable), ...there.filter((offer) => !isUsable(offer))] },
    { title: name === undefined ? t('To be fetched') : t('To be fetched, for {0}', name), models: suggested },
  ];
  return groups
    .filter((group) => group.models.length > 0)
    .map(({ title, models: offers }) => ({
      title,
      models: offers.map((offer) => line(offer, current, memoryBytes, texts)),
    }));
}

const isUsable = ({ about }: ModelOffer): boolean => about !== undefined;

function line(offer: ModelOffer, current: string, memoryBytes: number, texts: Texts): ModelLine {
  const { about, problem } = offer;
  const { t } = texts;
  const chosen = offer.name === current ? [t('chosen')] : [];
  if (about === undefined) {
    return { offer, description: [...chosen, t('cannot be used')].join(' · '), detail: problem ?? '' };
  }
  const gated = about.gated ? [t('with terms to accept')] : [];
  return {
    offer,
    description: [...chosen, sizeText(about, texts), ...gated].join(' · '),
    detail: costText(about, memoryBytes, texts),
  };
}

function sizeText({ architecture, parameters, bytes }: ModelAbout, texts: Texts): string {
  return [architecture, parametersText(parameters, texts), ...(bytes === undefined ? [] : [texts.bytes(bytes)])].join(
    ' · ',
  );
}

function parametersText(parameters: number, { t, number }: Texts): string {
  return parameters < 1e9
    ? t('{0} million parameters', number(parameters / 1e6))
    : t('{0} billion parameters', number(parameters / 1e9, 2));
}

function costText({ memoryBytes, secondsPerStep }: ModelAbout, machine: number, texts: Texts): string {
  const { t, bytes } = texts;
  if (memoryBytes > machine) {
    return t('too large: needs about {0} of memory, and this machine has {1}', bytes(memoryBytes), bytes(machine));
  }
  const cost = t('about {0} of memory, {1} a step', bytes(memoryBytes), secondsText(secondsPerStep, texts));
  return memoryBytes > MUCH_MEMORY * machine ? t('{0}: most of what this machine has', cost) : cost;
}

/** With tenths where whole seconds would say little. */
function secondsText(seconds: number, { t, number, duration }: Texts): string {
  return seconds < 10 ? t('{0} s', number(Math.max(seconds, 0.01), seconds < 1 ? 2 : 1)) : duration(seconds);
}

function languageName(language: string, locale: string): string {
  try {
    return new Intl.DisplayNames([locale], { type: 'language' }).of(language) ?? language;
  } catch {
    // No code of a language.
    return language;
  }
}

/** What fetching a model takes, a line each. */
export function fetchText(plan: PlanFetchResult, texts: Texts): string {
  const { t, bytes } = texts;
  const { missingBytes, architecture, parameters, cacheFolder, gated, page } = plan;
  const isPart = missingBytes < plan.bytes;
  const what = [
    ...(architecture === undefined ? [] : [architecture]),
    ...(parameters === undefined ? [] : [parametersText(parameters, texts)]),
  ];
  const files = plan.files === 1 ? t('1 file') : t('{0} files', plan.files);
  return [
    isPart
      ? t('{0} of {1} in {2} are missing', bytes(missingBytes), bytes(plan.bytes), files)
      : t('{0} in {1}', bytes(missingBytes), files),
    ...(what.length > 0 ? [what.join(' · ')] : []),
    t('From {0}', page),
    t('Into the cache that Hugging Face’s programs share, {0}', cacheFolder),
    ...(gated ? [t('It is open to those who have accepted its terms on its page.')] : []),
  ].join('\n');
}

/** `282 MB of 552 MB · 12 MB/s · 22 s left` */
export function fetchingText(
  { present, bytes, bytesPerSecond, secondsLeft, waiting }: FetchingParams,
  texts: Texts,
): string {
  const { t, duration } = texts;
  return [
    t('{0} of {1}', texts.bytes(present), texts.bytes(bytes)),
    ...(waiting === undefined
      ? [
          ...(bytesPerSecond === undefined ? [] : [t('{0} a second', texts.bytes(bytesPerSecond))]),
          ...(secondsLeft === undefined ? [] : [t('{0} left', duration(secondsLeft))]),
        ]
      : [waiting]),
  ].join(' · ');
}

/** Why a text is no name of a model of the hub; undefined where it may be one. */
export function hubNameProblem(text: string, { t }: Texts): string | undefined {
  return /^\w[\w.-]*(\/\w[\w.-]*)?$/.test(text)
    ? undefined
    : t('Owner and name, such as {0}.', 'openai-community/gpt2');
}
