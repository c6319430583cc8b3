/**
 * Where the notebooks of a folder stand, asked for once per folder. No DOM: whoever draws listens to `changed`.
 */
import { Signal } from '@lumino/signaling';
import { ApiError, type Api } from './api';
import type { Mark } from './model';
import type { IGlance } from './types';

/** A file of a listing, as far as it matters here. */
export interface IListed {
  readonly name: string;
  readonly last_modified: string;
}

/** Milliseconds between a change in a folder and the question what it means. */
export const REST = 300;

/** Whether a file is a notebook. */
export function isNotebook(file: { name: string }): boolean {
  return file.name.endsWith('.ipynb');
}

/** The standings in one folder: that of a listing of files. */
export class Standings {
  readonly changed = new Signal<this, void>(this);

  constructor(private _api: Pick<Api, 'standings'>) {}

  /** Where a file of the folder stands; null where it was never published, as far as is known. */
  of(name: string): IGlance | null {
    return this._found[name] ?? null;
  }

  /** The listing shows these files: ask, if that is news and a notebook is among them. */
  show(folder: string, files: readonly IListed[]): void {
    if (folder !== this._folder) {
      this._found = {};
      this.changed.emit();
    }
    this._folder = folder;
    const told = files.some(isNotebook) ? files.map(file => `${file.name}\n${file.last_modified}`).join('\n') : '';
    if (`${folder}\n${told}` !== this._asked) {
      this._asked = `${folder}\n${told}`;
      clearTimeout(this._timer);
      this._timer = told ? setTimeout(() => void this._ask(folder), REST) : undefined;
    }
  }

  dispose(): void {
    clearTimeout(this._timer);
    Signal.clearData(this);
  }

  private async _ask(folder: string): Promise<void> {
    try {
      const { standings } = await this._api.standings(folder);
      if (folder === this._folder) {
        this._found = standings;
        this.changed.emit();
      }
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      this._asked = ''; // a listing without marks is none the worse; the next look asks again
    }
  }

  private _folder = '';
  private _found: { readonly [name: string]: IGlance } = {};
  /** What was shown when it was asked last. */
  private _asked = '';
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

/** The mark of a standing; null for a notebook that has none. */
export function markOf({ standing, running }: IGlance): Mark | null {
  if (running) {
    return 'uploading';
  }
  if (standing.state === 'stopped' && (standing.anonymous || standing.saved)) {
    return 'draft';
  }
  return standing.state === 'never' || standing.state === 'foreign' ? null : standing.state;
}
