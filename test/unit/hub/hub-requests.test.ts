import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HubError, Transient } from '../../../engine/src/hub/hub-error.ts';
import { HubRequests } from '../../../engine/src/hub/hub-requests.ts';
import { failure, hub, ID, startHub, tinyModel } from './fetching.ts';
import { type Fault, hang, redirect, refuse } from './hub-server.ts';

const TOKEN = { value: 'hf_secret', source: 'HF_TOKEN' };
const { signal } = new AbortController();

describe('the token', () => {
  it('goes to the hub, and to no other host that it leads to', async () => {
    const { fetch, server } = await hub(tinyModel(), { token: TOKEN });
    await fetch();
    const sent = (host: string) =>
      server.seen.filter((request) => request.host === host).map(({ headers }) => headers.authorization);
    expect(new Set(sent('hub'))).toEqual(new Set(['Bearer hf_secret']));
    expect(sent('store')).toEqual([undefined]);
  });

  it('goes along to another address of the hub, such as that of a renamed model', async () => {
    const { plan, server } = await hub(tinyModel(), { token: TOKEN });
    server.misbehave('api/models', redirect(`/api/models/${ID}/revision/main`));
    await plan();
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer hf_secret', 'Bearer hf_secret']);
  });

  it('does not come back with a redirect from another host', async () => {
    const { server, options } = await hub(tinyModel(), { token: TOKEN });
    server.misbehave('hub/there', redirect(`${server.storeUrl}/and`));
    server.misbehave('store/and', redirect(`${server.url}/back`));
    server.misbehave('hub/back', refuse(404));
    const answer = await new HubRequests(options.settings, ID).get('there', { signal, accept: [404] });
    await answer.discard();
    expect(server.seen.map(({ host, headers }) => [host, headers.authorization])).toEqual([
      ['hub', 'Bearer hf_secret'],
      ['store', undefined],
      ['hub', undefined],
    ]);
  });

  it('is not sent where there is none', async () => {
    const { fetch, server } = await hub();
    await fetch();
    expect(server.seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });
});

describe('redirects', () => {
  it.each([
    ['ftp://example.org/x', 'leads to ftp://example.org'],
    ['file:///etc/passwd', 'leads to file:'],
    ['http://[', 'which is no address'],
  ])('to %s are not followed', async (location, message) => {
    const { plan, server } = await hub();
    server.misbehave('api/models', redirect(location));
    expect((await failure(plan())).message).toContain(message);
  });

  it('without an end are given up', async () => {
    const { plan, server } = await hub();
    server.misbehave('api/models', ...Array.from({ length: 20 }, () => redirect(`/api/models/${ID}/revision/main`)));
    expect((await failure(plan())).message).toContain('from one address to the next');
  });
});

it('an answer without an end is not read on', async () => {
  const { plan, server } = await hub();
  const part = Buffer.alloc(2 ** 20, ' ');
  server.misbehave('api/models', (_, response) => {
    const write = () => {
      while (!response.destroyed && response.write(part));
    };
    response.on('drain', write);
    write();
  });
  expect((await failure(plan())).message).toContain('does not answer as a Hugging Face hub does');
});

describe('a refusal says what to do', () => {
  const gated = { 'x-error-code': 'GatedRepo', 'x-error-message': 'Access to model owner/tiny is restricted.' };

  it.each([
    ['a private or unknown model', refuse(401), undefined, 'not-found', ['has no model owner/tiny', 'hf auth login']],
    ['one that is not there', refuse(404), TOKEN, 'not-found', ['is the name right?', 'token of HF_TOKEN']],
    ['an unknown revision', refuse(404, { 'x-error-code': 'RevisionNotFound' }), undefined, 'not-found', ['revision']],
    ['terms, without a token', refuse(401, gated), undefined, 'gated', ['/owner/tiny', 'HF_TOKEN', 'accept']],
    ['terms, with a token', refuse(403, gated), TOKEN, 'gated', ['the user whose token is in HF_TOKEN', 'accept']],
    [
      'a token that has run out',
      refuse(401, { 'x-error-message': 'Invalid credentials in Authorization header' }),
      TOKEN,
      'token',
      ['does not know the token of HF_TOKEN', 'settings/tokens'],
    ],
    ['a closed door', refuse(403, { 'x-error-message': 'Not for you.' }), TOKEN, 'token', ['Not for you.']],
    ['a bad request', refuse(400), undefined, 'answer', ['status 400']],
  ] as const)('%s', async (_, fault, token, reason, parts) => {
    const { plan, server, pauses } = await hub(tinyModel(), { token });
    server.misbehave('api/models', fault);
    const error = await failure(plan());
    expect(error.reason).toBe(reason);
    for (const part of parts) expect(error.message).toContain(part);
    expect(error.message).not.toContain('hf_secret');
    expect(pauses).toEqual([]);
  });

  it('another host that large files are on, and that lets nobody through', async () => {
    const { fetch, server } = await hub(tinyModel(), { token: TOKEN });
    server.misbehave('store', refuse(403));
    const host = new URL(server.storeUrl).host;
    expect((await failure(fetch())).message).toBe(
      `${server.url} leads to ${host}, which gives out nothing (status 403); your network may be at fault`,
    );
  });

  it('another host that is a hub of its own', async () => {
    const { plan, server } = await hub();
    server.misbehave('api/models', redirect(`${server.storeUrl}/api/models/${ID}/revision/main`));
    server.misbehave('store/api', refuse(401, { 'x-error-code': 'RepoNotFound' }));
    expect((await failure(plan())).message).toContain('has no model owner/tiny');
  });

  it('in a few words, whatever the hub says', async () => {
    const { plan, server } = await hub();
    server.misbehave('api/models', refuse(400, { 'x-error-message': 'no '.repeat(4000) }));
    expect((await failure(plan())).message.length).toBeLessThan(1000);
    server.misbehave('api/models', redirect(`http://[${'x'.repeat(4000)}`));
    expect((await failure(plan())).message.length).toBeLessThan(1000);
  });

  it('terms that are found out when a file is asked for', async () => {
    const { fetch, server } = await hub(tinyModel({ gated: 'manual' }));
    server.misbehave('resolve', refuse(401, gated), refuse(401, gated), refuse(401, gated));
    expect(await failure(fetch())).toMatchObject({ reason: 'gated' });
  });
});

describe('a hub that cannot answer now', () => {
  it('is asked again when it says', async () => {
    const { plan, server, pauses } = await hub();
    server.misbehave('api/models', refuse(429, { 'retry-after': '7' }), refuse(429, { ratelimit: '"api";r=0;t=55' }));
    await plan();
    expect(pauses).toEqual([7, 55]);
  });

  it('is asked again a little later each time, and then no more', async () => {
    const { plan, server, pauses } = await hub();
    server.misbehave('api/models', refuse(500), refuse(504), refuse(503));
    const error = await failure(plan());
    expect(error).toMatchObject({ reason: 'unreachable' });
    expect(error.message).toContain('is out of order (status 503)');
    expect(pauses).toEqual([1, 2]);
  });

  it('is not waited for where it wants to be left alone for long', async () => {
    const { plan, server, pauses } = await hub();
    server.misbehave('api/models', refuse(429, { 'retry-after': '3600' }));
    expect((await failure(plan())).message).toContain('try again in 60 minutes');
    expect(pauses).toEqual([]);
  });

  it('is told from the other host that large files are on', async () => {
    const { fetch, server } = await hub();
    server.misbehave('store', ...Array.from({ length: 5 }, () => refuse(503)));
    const host = new URL(server.storeUrl).host;
    expect((await failure(fetch())).message).toBe(`${host} is out of order (status 503)`);
  });

  it.each([
    // As Node 24 puts what a proxy says.
    [
      'a proxy that wants a password',
      new Error('fetch failed', {
        cause: Object.assign(new Error('Request was cancelled.'), {
          code: 0,
          cause: Object.assign(new Error('Proxy response (407) !== 200'), { code: 'UND_ERR_ABORTED' }),
        }),
      }),
      'cannot be reached (Proxy response (407) !== 200)',
    ],
    ['one without a word', new Error('fetch failed', { cause: new Error('') }), 'cannot be reached (fetch failed)'],
  ])('may be behind %s', async (_, error, message) => {
    onTestFinished(() => void vi.unstubAllGlobals());
    vi.stubGlobal('fetch', () => Promise.reject(error));
    const settings = { endpoint: 'https://hub.example', token: undefined, unusedProxy: undefined };
    await expect(new HubRequests(settings, ID).describe('main', signal)).rejects.toThrow(message);
  });

  it('is told from one that is not there', async () => {
    const { options } = await hub();
    const requests = new HubRequests({ ...options.settings, endpoint: 'http://127.0.0.1:9' }, ID);
    const error = await requests.describe('main', signal).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Transient);
    expect((error as Error).message).toMatch(/127\.0\.0\.1:9 cannot be reached \(.+\)/);
  });

  it('may be behind a proxy that Node was not told to use', async () => {
    const { options } = await hub();
    const settings = { ...options.settings, endpoint: 'http://127.0.0.1:9', unusedProxy: 'https_proxy' };
    const asking = new HubRequests(settings, ID).describe('main', signal);
    await expect(asking).rejects.toThrow('with NODE_USE_ENV_PROXY=1');
    await expect(asking).rejects.toThrow('the proxy of https_proxy');
  });

  it('is asked again at the hour that it gives', async () => {
    const { plan, server, pauses } = await hub();
    const at = new Date(Date.now() + 100_000).toUTCString();
    server.misbehave('api/models', refuse(503, { 'retry-after': at }), refuse(503, { 'retry-after': 'soon' }));
    await plan();
    expect(pauses[0]).toBeGreaterThan(10);
    expect(pauses[0]).toBeLessThanOrEqual(100);
    expect(pauses[1]).toBe(2);
  });

  it('counts as cut off when it says nothing', async () => {
    const server = await startHub({ [ID]: tinyModel() });
    server.misbehave('api/models', hang);
    const requests = new HubRequests({ endpoint: server.url, token: undefined, unusedProxy: undefined }, ID, 0.05);
    await expect(requests.describe('main', signal)).rejects.toThrow('does not answer');
  });

  it('counts as cut off when it says nothing more', async () => {
    const server = await startHub({ [ID]: tinyModel() });
    server.misbehave('api/models', (_, response) => {
      response.writeHead(200).write('{ "sha": ');
    });
    const requests = new HubRequests({ endpoint: server.url, token: undefined, unusedProxy: undefined }, ID, 0.05);
    await expect(requests.describe('main', signal)).rejects.toThrow('does not answer');
  });

  it('says something each time that it leads elsewhere', async () => {
    const server = await startHub({ [ID]: tinyModel() });
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const leadsOn = redirect(`/api/models/${ID}/revision/main`);
    const slowly: Fault = (request, response, next) => {
      vi.advanceTimersByTime(20_000);
      leadsOn(request, response, next);
    };
    server.misbehave('api/models', slowly, slowly, slowly);
    const requests = new HubRequests({ endpoint: server.url, token: undefined, unusedProxy: undefined }, ID, 30);
    await expect(requests.describe('main', signal)).resolves.toMatchObject({ id: ID });
  });

  it('is left at once when the user wants no more', async () => {
    const server = await startHub({ [ID]: tinyModel() });
    const controller = new AbortController();
    const reason = new Error('enough');
    server.misbehave('api/models', () => controller.abort(reason));
    const requests = new HubRequests({ endpoint: server.url, token: undefined, unusedProxy: undefined }, ID);
    await expect(requests.describe('main', controller.signal)).rejects.toBe(reason);
  });
});

it('an answer that is no hub’s is told', async () => {
  const { plan, server } = await hub();
  server.misbehave('api/models', (_, response) => void response.end('<html>Log in to the network</html>'));
  const error = await failure(plan());
  expect(error).toBeInstanceOf(HubError);
  expect(error.message).toContain('does not answer as a Hugging Face hub does');
});
