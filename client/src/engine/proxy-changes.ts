import { type Disposable, workspace } from 'vscode';
import type { PredictionEngine } from './prediction-engine.ts';

/** A process keeps the environment that it was started with: where the settings name another proxy, another one fetches from then on. */
export function renewWithProxy(engine: Pick<PredictionEngine, 'pid' | 'renew'>): Disposable {
  return workspace.onDidChangeConfiguration((event) => {
    const isProxy = event.affectsConfiguration('http.proxy') || event.affectsConfiguration('http.noProxy');
    if (isProxy && engine.pid !== undefined) engine.renew();
  });
}
