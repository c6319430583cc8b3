/**
 * Run a record's notebooks again: which, the question, and what came of it. No DOM: views listen to `changed`.
 */
import type { Api } from './api';
import { Followed } from './following';
import type { Getting } from './getting';
import type { IReproduced } from './types';

/** Instead of names: every notebook of the record, in order. */
const ALL = 'all';

/** The re-run of the record that was found. */
export class Reproducing extends Followed {
  /** Whether the person is to say which notebooks are run. */
  isChoosing = false;
  /** The notebooks that are not run. */
  readonly unticked = new Set<string>();

  constructor(
    private _api: Pick<Api, 'reproduce' | 'job' | 'cancel'>,
    private _getting: Pick<Getting, 'found' | 'folder' | 'changed'>
  ) {
    super(_api);
    _getting.changed.connect(this._onChange, this);
  }

  /** What would be run, where a person has to say yes first. */
  get question(): string | null {
    return this.job?.state === 'failed' && this.job.error?.error === 'NeedsConsent' ? this.job.error.message : null;
  }

  /** What came of each notebook. */
  get done(): readonly IReproduced[] {
    const result = this.job?.state === 'done' ? (this.job.result as unknown as IReproduced) : null;
    return result ? (result.notebooks ?? [result]) : [];
  }

  /** The notebooks to choose from, in the order in which they are run; empty where there is no choice. */
  get notebooks(): readonly string[] {
    const loose = (this._getting.found?.record.files ?? []).map(file => file.key).filter(key => key.endsWith('.ipynb'));
    const names = this._inArchive.length ? this._inArchive : inOrder(loose);
    return names.length > 1 ? names : [];
  }

  tick(notebook: string, isIn: boolean): void {
    this.unticked[isIn ? 'delete' : 'add'](notebook);
    this.changed.emit();
  }

  /** Begin: ask which notebooks, where there are several. */
  async begin(): Promise<void> {
    this.isChoosing = this.notebooks.length > 0;
    this.changed.emit();
    if (!this.isChoosing) {
      await this.start();
    }
  }

  /** Get the files and run the chosen notebooks; without a yes, the server answers with the question. */
  async start(isAgreed = false): Promise<void> {
    const { found, folder } = this._getting;
    if (!found || this.isBegun) {
      return;
    }
    this._record = found.record.id;
    this.problem = null;
    this.isChoosing = false;
    this.changed.emit();
    const { notebooks, unticked } = this;
    const wanted = unticked.size ? notebooks.filter(name => !unticked.has(name)) : notebooks.length ? [ALL] : [];
    const doi = found.record.doi ?? found.record.id;
    try {
      await this.run(() => this._api.reproduce(doi, folder, found.repository, isAgreed, wanted));
    } catch (error) {
      this.fail(error);
    }
    const inside = this.job?.error?.notebooks;
    if (inside?.length) {
      this._inArchive = inside;
      this.setJob(null);
      await this.begin();
    }
  }

  /** Leave it; the files stay where they are. */
  leave(): void {
    this.problem = null;
    this.isChoosing = false;
    this.setJob(null);
  }

  /** Another record was looked for: what came of the last one is not about it. */
  private _onChange(): void {
    const { found } = this._getting;
    if (found?.record.id !== this._found) {
      this._found = found?.record.id;
      this._inArchive = [];
      this.isChoosing = false;
      this.unticked.clear();
    }
    if (this.job && !this.isActive && found?.record.id !== this._record) {
      this.leave();
    }
  }

  /** Of the record that is run. */
  private _record = '';
  /** Of the record that is looked at. */
  private _found: string | undefined;
  /** Names that only the unpacked archive told. */
  private _inArchive: readonly string[] = [];
}

/** Return names in the order in which they are run: numbers count as such, so that 2 comes before 10. */
export function inOrder(names: readonly string[]): string[] {
  return [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true, sensitivity: 'base' }));
}
