import { vi } from 'vitest';
import { Session } from '../../../engine/src/runtime/session.ts';

/** Sessions that have been made and not released since this was called, until mocks are restored. */
export function liveSessions(): Set<Session> {
  const live = new Set<Session>();
  const create = Session.create.bind(Session);
  const { release } = Session.prototype;
  vi.spyOn(Session, 'create').mockImplementation(async (...args) => {
    const made = await create(...args);
    live.add(made);
    return made;
  });
  vi.spyOn(Session.prototype, 'release').mockImplementation(function (this: Session) {
    live.delete(this);
    return release.call(this);
  });
  return live;
}
