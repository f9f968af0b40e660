import { t } from '../../../l10n/src/words.ts';
import { short } from '../../../model/src/shown.ts';
import { VERSION } from '../version.ts';
import { HubError, Transient } from './hub-error.ts';
import type { HubSettings } from './hub-settings.ts';

/*
 * The only file that speaks to the network, and only when a user has asked for a model, or for what a device needs.
 */

const MOST_REDIRECTS = 8;

/** Seconds without a byte after which a connection counts as cut. */
const SILENCE = 30;

/** In bytes: that of a model with thousands of files is a few MB, and what answers without an end would fill the memory. */
const MOST_OF_LISTING = 64 * 2 ** 20;

export interface HubRequest {
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Status codes that are an answer, beside those of success. */
  readonly accept?: readonly number[];
}

export interface HubAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it comes. @throws Transient where the connection is cut or says nothing for long */
  chunks(): AsyncGenerator<Uint8Array>;
  /** Leaves the rest of the body. */
  discard(): Promise<void>;
}

export type RequestSettings = Pick<HubSettings, 'endpoint' | 'token' | 'unusedProxy'>;

/** What is asked of the hub about one model. */
export class HubRequests {
  readonly #settings: RequestSettings;
  readonly #id: string;
  readonly #silence: number;

  /** @param silence seconds without a byte after which a connection counts as cut */
  constructor(settings: RequestSettings, id: string, silence = SILENCE) {
    this.#settings = settings;
    this.#id = id;
    this.#silence = silence;
  }

  /** The model's page, for people. */
  get page(): string {
    return `${this.#settings.endpoint}/${this.#id}`;
  }

  /** What the hub says of a revision, with its files: JSON. @throws as `get` */
  async describe(revision: string, signal: AbortSignal): Promise<unknown> {
    const answer = await this.get(`api/models/${this.#id}/revision/${encodeURIComponent(revision)}?blobs=true`, {
      signal,
    });
    const isNone = () =>
      new HubError('answer', t('{0} does not answer as a Hugging Face hub does', this.#settings.endpoint));
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of answer.chunks()) {
      parts.push(chunk);
      length += chunk.length;
      if (length > MOST_OF_LISTING) throw isNone();
    }
    try {
      return JSON.parse(Buffer.concat(parts).toString('utf8'));
    } catch {
      throw isNone();
    }
  }

  /** A file of a commit, or the end of it. @throws as `get` */
  file(commit: string, path: string, request: HubRequest): Promise<HubAnswer> {
    const name = path.split('/').map(encodeURIComponent).join('/');
    return this.get(`${this.#id}/resolve/${commit}/${name}`, request);
  }

  /** @throws Transient for what may work later; HubError for what will not; the signal's reason when it is aborted */
  async get(path: string, request: HubRequest): Promise<HubAnswer> {
    const watch = new SilenceWatch(this.#silence, request.signal, this.#settings.unusedProxy);
    try {
      return await this.#follow(path, request, watch);
    } catch (error) {
      watch.end();
      throw error;
    }
  }

  /** Follows redirects. The token goes to the hub alone, and to no other host that it leads to. */
  async #follow(path: string, { headers = {}, accept = [] }: HubRequest, watch: SilenceWatch): Promise<HubAnswer> {
    const origin = new URL(this.#settings.endpoint).origin;
    let url = new URL(`${this.#settings.endpoint}/${path}`);
    // Who has been led elsewhere may be led back by anybody.
    let isOwn = true;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      isOwn &&= url.origin === origin;
      const response = await this.#once(url, { ...headers, ...this.#ownHeaders(isOwn) }, watch);
      watch.heard();
      const location = isRedirect(response.status) ? response.headers.get('location') : null;
      if (location === null) {
        if (!response.ok && !accept.includes(response.status)) {
          throw await this.#refusal(response, isOwn ? undefined : url.host);
        }
        return answerOf(response, watch, url.host);
      }
      await response.body?.cancel();
      url = this.#target(location, url);
    }
    throw new HubError('answer', t('{0} leads from one address to the next without an end', this.#settings.endpoint));
  }

  #ownHeaders(withToken: boolean): Record<string, string> {
    const { token } = this.#settings;
    return {
      'user-agent': `ptask/${VERSION}`,
      // A part of a compressed file is of no use.
      'accept-encoding': 'identity',
      ...(withToken && token ? { authorization: `Bearer ${token.value}` } : {}),
    };
  }

  async #once(url: URL, headers: Record<string, string>, watch: SilenceWatch): Promise<Response> {
    try {
      return await fetch(url, { redirect: 'manual', headers, signal: watch.signal });
    } catch (error) {
      throw watch.explain(error, url.host);
    }
  }

  #target(location: string, from: URL): URL {
    if (!URL.canParse(location, from.href)) {
      throw new HubError('answer', t("{0} leads to '{1}', which is no address", from.host, short(location)));
    }
    const url = new URL(location, from.href);
    // Nothing is fetched from an address with a password, which the refusal would tell.
    url.username = url.password = '';
    if (url.protocol === 'https:' || (url.protocol === 'http:' && from.protocol === 'http:')) return url;
    throw new HubError(
      'answer',
      t('{0} leads to {1}, where nothing is fetched from', from.host, `${url.protocol}//${url.host}`),
    );
  }

  /** @param elsewhere another host than the hub, which it led to */
  async #refusal(response: Response, elsewhere: string | undefined): Promise<Error> {
    const { status, headers } = response;
    const { endpoint } = this.#settings;
    await response.body?.cancel();
    if (status === 408 || status === 429 || status >= 500) {
      const who = elsewhere ?? endpoint;
      const what =
        status === 429 ? t('{0} asks for fewer requests', who) : t('{0} is out of order (status {1})', who, status);
      return new Transient(what, retryAfter(headers));
    }
    const [code, said] = [headers.get('x-error-code'), headers.get('x-error-message')];
    // What is no hub knows nothing of models and users; a network may let nobody through to it.
    if (elsewhere !== undefined && code === null && said === null) {
      const message = t(
        '{0} leads to {1}, which gives out nothing (status {2}); your network may be at fault',
        endpoint,
        elsewhere,
        status,
      );
      return new HubError('answer', message);
    }
    return this.#finalRefusal(status, code, said && short(said));
  }

  /** The hub answers 401 for what is private and for what is not there alike, so that nobody can find out which. */
  #finalRefusal(status: number, code: string | null, said: string | null): HubError {
    const { token, endpoint } = this.#settings;
    const logIn = t("log in with 'hf auth login', or set HF_TOKEN to a token of {0}/settings/tokens", endpoint);
    if (said?.startsWith('Invalid credentials')) {
      return new HubError(
        'token',
        token
          ? t('{0} does not know the token of {1}; {2}', endpoint, token.source, logIn)
          : t('{0} does not know the token that was sent; {1}', endpoint, logIn),
      );
    }
    if (code === 'GatedRepo') {
      const then = token
        ? t('accept them at {0} as the user whose token is in {1}', this.page, token.source)
        : t('accept them at {0}, then {1}', this.page, logIn);
      return new HubError('gated', t('{0} is open only to those who have accepted its terms: {1}', this.#id, then));
    }
    if (code === 'RevisionNotFound') return new HubError('not-found', t('{0} has no such revision', this.#id));
    if (code === 'EntryNotFound') {
      return new HubError(
        'not-found',
        t('{0} has a file in its list that cannot be fetched; try again later', this.#id),
      );
    }
    if (status === 401 || status === 404) {
      const secret = token ? t('the token of {0} does not open it', token.source) : t('if it is private, {0}', logIn);
      return new HubError(
        'not-found',
        t('{0} has no model {1}: is the name right? Or {2}', endpoint, this.#id, secret),
      );
    }
    if (status === 403) {
      return new HubError(
        'token',
        token
          ? t('{0} is closed to the token of {1}: {2}', this.#id, token.source, said ?? t('see {0}', this.page))
          : t('{0} is closed to you: {1}', this.#id, said ?? t('see {0}', this.page)),
      );
    }
    return new HubError(
      'answer',
      t('{0} refuses {1} (status {2})', endpoint, this.#id, said ? `${status}: ${said}` : status),
    );
  }
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** In seconds, from a number or a date, or from what is left of the hub's own limit. */
function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? /;\s*t=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  if (text === undefined) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

function answerOf(response: Response, watch: SilenceWatch, host: string): HubAnswer {
  return {
    status: response.status,
    headers: response.headers,
    async *chunks() {
      try {
        for await (const chunk of response.body ?? []) {
          watch.heard();
          yield chunk as Uint8Array;
        }
      } catch (error) {
        throw watch.explain(error, host);
      } finally {
        watch.end();
      }
    },
    async discard() {
      watch.end();
      await response.body?.cancel();
    },
  };
}

/** Ends a request when nothing is heard for long. */
class SilenceWatch {
  readonly signal: AbortSignal;
  readonly #wanted: AbortSignal;
  readonly #silent = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #unusedProxy: string | undefined;

  constructor(seconds: number, wanted: AbortSignal, unusedProxy: string | undefined) {
    this.#wanted = wanted;
    this.#unusedProxy = unusedProxy;
    this.signal = AbortSignal.any([wanted, this.#silent.signal]);
    this.#timer = setTimeout(() => this.#silent.abort(), 1000 * seconds);
  }

  heard(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** What an error of a request or of its body means. */
  explain(error: unknown, host: string): unknown {
    if (this.#wanted.aborted) return this.#wanted.reason;
    if (this.#silent.signal.aborted) return new Transient(t('{0} does not answer', host), undefined, { cause: error });
    const cause = rootOf(error);
    const code = typeof cause.code === 'string' ? cause.code : '';
    if (/CERT|SIGNATURE|SSL/.test(code)) {
      const message = t(
        'the certificate of {0} cannot be trusted ({1}); NODE_EXTRA_CA_CERTS names a file with the certificates of your network',
        host,
        code,
      );
      return new HubError('unreachable', message, { cause });
    }
    // That of a request that was given up for another reason says nothing; Node has one without a word as well.
    const named = code === 'UND_ERR_ABORTED' ? '' : code;
    const why = named || cause.message || (error as Error).message;
    const message = this.#unusedProxy
      ? t(
          '{0} cannot be reached ({1}); with NODE_USE_ENV_PROXY=1, Node 22.21 or 24 and newer take the proxy of {2}',
          host,
          why,
          this.#unusedProxy,
        )
      : t('{0} cannot be reached ({1})', host, why);
    return new Transient(message, undefined, { cause: error });
  }
}

/** What an error was caused by in the end: a proxy's refusal is behind several others. */
function rootOf(error: unknown): NodeJS.ErrnoException {
  const { cause } = error as Error;
  return cause instanceof Error ? rootOf(cause) : (error as NodeJS.ErrnoException);
}
