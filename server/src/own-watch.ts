import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LOOK_EVERY, type OnDiskChange, PolledFolders } from './polled-folders.ts';

/** Milliseconds in which all that happens to a file counts as one change, such as a program's writing line by line. */
const TOGETHER = 100;

/** What a system says that watches no more: Linux for a user's watches and for their instances, macOS and any for open files. */
const NO_MORE = ['ENOSPC', 'EMFILE', 'ENFILE'];

/** Watches folders, each without those in it, for an editor that does not tell what happens on disk. */
export class OwnWatch {
  readonly #onChange: OnDiskChange;
  readonly #watchFolder: typeof watch;
  /** By folder. */
  readonly #watchers = new Map<string, FSWatcher>();
  /** Those that the system does not watch. */
  readonly #polled: PolledFolders;
  #wanted: readonly string[] = [];
  /** Those that were not there, in place of which one above them is watched. */
  readonly #awaited = new Set<string>();
  /** Changes that are not told yet, by path, and whether the path may have come. */
  readonly #news = new Map<string, boolean>();

  /**
   * @param watchFolder how the system is asked
   * @param lookEvery milliseconds between two looks at what it does not watch
   */
  constructor(onChange: OnDiskChange, { watchFolder = watch, lookEvery = LOOK_EVERY } = {}) {
    this.#onChange = onChange;
    this.#watchFolder = watchFolder;
    this.#polled = new PolledFolders((path, mayHaveCome) => this.#note(path, mayHaveCome), lookEvery);
  }

  /** @param folders all that are to be watched from now on, whether they are there or not */
  watch(folders: readonly string[]): void {
    this.#wanted = folders;
    const there = new Set(folders.map(nearestThere));
    for (const folder of [...this.#watchers.keys()]) if (!there.has(folder)) this.#end(folder);
    for (const folder of this.#polled.folders) if (!there.has(folder)) this.#polled.delete(folder);
    for (const folder of there) if (!this.#watchers.has(folder)) this.#begin(folder);
    for (const folder of folders) {
      if (!there.has(folder)) this.#awaited.add(folder);
      // What was made in it before it was watched was told by nobody.
      else if (this.#awaited.delete(folder)) this.#note(folder, true);
    }
  }

  dispose(): void {
    this.watch([]);
    this.#news.clear();
  }

  #begin(folder: string): void {
    try {
      const watcher = this.#watchFolder(folder, { persistent: false }, (event, name) => {
        if (name !== null) this.#note(join(folder, name), event === 'rename');
        // A folder that goes takes its watcher along, and may have come again by now, as with another branch.
        const hasGone = event === 'rename' && name === basename(folder) && !existsSync(join(folder, name));
        if (name === null || hasGone) this.#lookAgain(folder);
      });
      watcher.on('error', () => {
        if (!existsSync(folder)) return this.#lookAgain(folder);
        // Another watcher might end at once as well; the next check tries again in any case.
        this.#end(folder);
        this.#note(folder, true);
        this.#polled.add(folder);
      });
      this.#watchers.set(folder, watcher);
      this.#polled.delete(folder);
    } catch (error) {
      // Else it has gone meanwhile, or may not be read; the next check tries again in any case.
      if (NO_MORE.includes((error as NodeJS.ErrnoException).code ?? '')) this.#polled.add(folder);
    }
  }

  #end(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  /** Begins anew with a folder whose watcher has ended, or tells of too little. */
  #lookAgain(folder: string): void {
    this.#end(folder);
    this.#note(folder, existsSync(folder));
    this.watch(this.#wanted);
  }

  #note(path: string, mayHaveCome: boolean): void {
    const isKnown = this.#news.has(path);
    this.#news.set(path, mayHaveCome || this.#news.get(path) === true);
    if (!isKnown) setTimeout(() => this.#tell(path), TOGETHER).unref();
  }

  #tell(path: string): void {
    const mayHaveCome = this.#news.get(path);
    if (mayHaveCome === undefined || !this.#news.delete(path)) return;
    this.#onChange(path, mayHaveCome);
  }
}

/** A folder, or the nearest one above it that is there. */
function nearestThere(folder: string): string {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  return there;
}
