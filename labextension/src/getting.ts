/**
 * Open by DOI: look at a record, get its files into a folder, open its notebook. No DOM: views listen to `changed`.
 */
import { PathExt } from '@jupyterlab/coreutils';
import { ApiError, type Api } from './api';
import { Followed } from './following';
import type { IGot, IRecord } from './types';

/** The search for one record, and what came of it. */
export class Getting extends Followed {
  /** What was pasted: a DOI in any spelling, an address, a badge. */
  text = '';
  /** Name of the repository to look in; empty for all. */
  from = '';
  found: { record: IRecord; repository: string; concept: boolean } | null = null;
  /** Contents path of the folder that the files go into. */
  folder = '';
  /** Files that are left where they are. */
  readonly unticked = new Set<string>();
  isLooking = false;

  /**
   * @param _cwd Returns the contents path of the folder that one is in.
   */
  constructor(
    private _api: Pick<Api, 'resolve' | 'get' | 'job' | 'cancel'>,
    private _cwd: () => string
  ) {
    super(_api);
  }

  /** What was brought, once it is. */
  get got(): IGot | null {
    return this.job?.state === 'done' ? (this.job.result as unknown as IGot) : null;
  }

  /** The files that would be brought. */
  get files(): { key: string; size: number }[] {
    return (this.found?.record.files ?? []).filter(file => !this.unticked.has(file.key));
  }

  /** Find the record that the text means. */
  async look(text = this.text, from = ''): Promise<void> {
    this.text = text.trim();
    this.from = from;
    if (!this.text) {
      return;
    }
    const turn = ++this._turn;
    this._set({ found: null, job: null, problem: null, isLooking: true });
    this.unticked.clear();
    try {
      const found = await this._api.resolve(this.text, this.from || null);
      if (turn === this._turn) {
        this._set({ found, folder: PathExt.join(this._cwd(), folderName(found.record)) });
      }
    } catch (error) {
      if (turn === this._turn) {
        this.fail(error);
      }
    }
    if (turn === this._turn) {
      this._set({ isLooking: false });
    }
  }

  /** Go back to where one looked for it. */
  leave(): void {
    this._turn++;
    this.text = '';
    this.unticked.clear();
    this._set({ found: null, job: null, problem: null, isLooking: false });
  }

  tick(key: string, isIn: boolean): void {
    this.unticked[isIn ? 'delete' : 'add'](key);
    this.changed.emit();
  }

  /** Say which repository is meant, where several have the record. */
  lookIn(repository: string): void {
    void this.look(this.text, repository);
  }

  into(folder: string): void {
    this._set({ folder });
  }

  /** Get the ticked files. A second call while it runs does nothing. */
  async get(): Promise<void> {
    if (!this.found || this.isBegun) {
      return;
    }
    const { record, repository } = this.found;
    const files = this.unticked.size ? this.files.map(file => file.key) : null;
    this._set({ problem: null });
    try {
      await this.run(() => this._api.get(record.doi ?? record.id, this.folder, repository, files));
    } catch (error) {
      this.fail(error);
    }
  }

  private _set(changes: Partial<Pick<Getting, 'found' | 'folder' | 'job' | 'problem' | 'isLooking'>>): void {
    Object.assign(this, changes);
    this.changed.emit();
  }

  /** Counts the looks: only the answer to the last one is shown. */
  private _turn = 0;
}

/**
 * Get all files of a record into a folder, without showing anything.
 *
 * @throws ApiError When there is no such record, or its files did not come.
 */
export async function getInto(
  api: Pick<Api, 'resolve' | 'get' | 'job' | 'cancel'>,
  doi: string,
  from: string,
  folder: string
): Promise<IGot> {
  const getting = new Getting(api, () => '');
  await getting.look(doi, from);
  getting.into(folder);
  await getting.get();
  if (!getting.got) {
    throw getting.problem ?? new ApiError(getting.job!.error!, 0);
  }
  return getting.got;
}

/** Return a folder name made of the first words of a record's title. */
export function folderName(record: { title: string; id: string }): string {
  const words = record.title
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return words?.slice(0, 5).join('-') || `record-${record.id}`;
}
