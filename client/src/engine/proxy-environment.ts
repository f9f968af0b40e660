/** What the settings say of a proxy. */
export interface ProxySettings {
  readonly proxy: string | undefined;
  readonly noProxy: readonly string[] | undefined;
}

/**
 * The variables by which a process of Node goes through a proxy; only fetching a model does. What the environment says goes
 * before the settings.
 */
export function proxyEnvironment(
  { proxy, noProxy = [] }: ProxySettings,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const variables: Record<string, string> = { NODE_USE_ENV_PROXY: '1' };
  const isSet = Object.keys(environment).some((name) => /^https?_proxy$/i.test(name) && environment[name]);
  if (isSet || !proxy) return variables;
  return {
    ...variables,
    ...{ HTTPS_PROXY: proxy, HTTP_PROXY: proxy },
    ...(noProxy.length > 0 ? { NO_PROXY: noProxy.join(',') } : {}),
  };
}
