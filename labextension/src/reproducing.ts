/**
 * Run a record's notebook again: ask, follow, and what came of it. No DOM: views listen to `changed`.
 */
import type { Api } from './api';
import { Followed } from './following';
import type { Getting } from './getting';
import type { IReproduced } from './types';

/** The re-run of the record that was found. */
export class Reproducing extends Followed {
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

  /** What came of it. */
  get done(): IReproduced | null {
    return this.job?.state === 'done' ? (this.job.result as unknown as IReproduced) : null;
  }

  /** Get the files and run the notebook; without a yes, the server answers with the question. */
  async start(isAgreed = false): Promise<void> {
    const { found, folder } = this._getting;
    if (!found || this.isBegun) {
      return;
    }
    this._record = found.record.id;
    this.problem = null;
    this.changed.emit();
    try {
      await this.run(() => this._api.reproduce(found.record.doi ?? found.record.id, folder, found.repository, isAgreed));
    } catch (error) {
      this.fail(error);
    }
  }

  /** Leave it; the files stay where they are. */
  leave(): void {
    this.problem = null;
    this.setJob(null);
  }

  /** Another record was looked for: what came of the last one is not about it. */
  private _onChange(): void {
    if (this.job && !this.isActive && this._getting.found?.record.id !== this._record) {
      this.leave();
    }
  }

  private _record = '';
}
