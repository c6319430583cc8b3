/**
 * Run a record's notebook again: ask, follow, and what came of it. No DOM: views listen to `changed`.
 */
import { Signal } from '@lumino/signaling';
import { ApiError, type Api } from './api';
import { follow, isActive } from './following';
import type { Getting } from './getting';
import type { IJob, IReproduced } from './types';

/** The re-run of the record that was found. */
export class Reproducing {
  readonly changed = new Signal<this, void>(this);
  job: IJob | null = null;
  problem: ApiError | null = null;

  constructor(
    private _api: Pick<Api, 'reproduce' | 'job' | 'cancel'>,
    private _getting: Pick<Getting, 'found' | 'folder' | 'changed'>
  ) {
    _getting.changed.connect(this._onChange, this);
  }

  get isActive(): boolean {
    return isActive(this.job);
  }

  /** What would be run, where a person has to say yes first. */
  get question(): string | null {
    return this.job?.state === 'failed' && this.job.error?.error === 'NeedsConsent' ? this.job.error.message : null;
  }

  /** What came of it. */
  get done(): IReproduced | null {
    return this.job?.state === 'done' ? (this.job.result as unknown as IReproduced) : null;
  }

  /** Get the files and run the notebook; without a yes, the server answers with the question. */
  async start(isAgreed = false): Promise<void> {
    const { found, folder } = this._getting;
    if (!found || this.isActive) {
      return;
    }
    this._record = found.record.id;
    this._set({ problem: null });
    try {
      const job = await this._api.reproduce(found.record.doi ?? found.record.id, folder, found.repository, isAgreed);
      this._set({ job });
      this._set({ job: await follow(this._api, job, news => news && this._set({ job: news }), this._watching.signal) });
    } catch (error) {
      if (error instanceof ApiError) {
        this._set({ problem: error });
      } else if (!this._watching.signal.aborted) {
        throw error;
      }
    }
  }

  /** Leave it; the files stay where they are. */
  leave(): void {
    this._set({ job: null, problem: null });
  }

  async cancel(): Promise<void> {
    if (this.job) {
      this._set({ job: await this._api.cancel(this.job.id) });
    }
  }

  dispose(): void {
    this._watching.abort();
    Signal.clearData(this);
  }

  /** Another record was looked for: what came of the last one is not about it. */
  private _onChange(): void {
    if (this.job && !this.isActive && this._getting.found?.record.id !== this._record) {
      this.leave();
    }
  }

  private _set(changes: Partial<Pick<Reproducing, 'job' | 'problem'>>): void {
    Object.assign(this, changes);
    this.changed.emit();
  }

  private _record = '';
  private _watching = new AbortController();
}
