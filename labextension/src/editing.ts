/**
 * Change what a published record says of itself, in place. No DOM: views listen to `changed`.
 */
import { Signal } from '@lumino/signaling';
import { ApiError, type Api } from './api';
import { follow, isActive } from './following';
import type { Order } from './order';
import type { IEdited, IJob } from './types';

/** The errors that a person can answer, and what the answer is called. */
const ANSWERS: { [error: string]: 'yes' | 'overwrite' } = { NeedsConsent: 'yes', ChangedMeanwhile: 'overwrite' };

/** The change of one notebook's record. */
export class Editing {
  readonly changed = new Signal<this, void>(this);
  job: IJob | null = null;

  constructor(
    private _order: Pick<Order, 'body'>,
    private _api: Pick<Api, 'edit' | 'job'>
  ) {}

  get isActive(): boolean {
    return this._isStarting || isActive(this.job);
  }

  /** What a person is asked before it goes on. */
  get question(): { message: string; answer: 'yes' | 'overwrite' } | null {
    const error = this.isActive ? null : this.job?.error;
    const answer = error && ANSWERS[error.error];
    return answer ? { message: error.message, answer } : null;
  }

  /**
   * Have the record say what the person wrote.
   *
   * @param answer What the person said to the question.
   * @returns What came of it; null where there is a question, or where it is under way already.
   * @throws ApiError When it failed; nothing was changed then.
   */
  async start(answer: { yes?: boolean; overwrite?: boolean } = {}): Promise<IEdited | null> {
    if (this.isActive) {
      return null;
    }
    const { path, to, metadata } = this._order.body();
    this._answers = { ...this._answers, ...answer };
    this._isStarting = true;
    this._set(null);
    try {
      this._set(await this._api.edit({ path, to, metadata, ...this._answers }));
      this._set(await follow(this._api, this.job!, news => news && this._set(news), this._watching.signal));
    } finally {
      this._isStarting = false;
      this.changed.emit();
    }
    if (this.question) {
      return null;
    }
    const { error, result } = this.job!;
    this.leave();
    if (error) {
      throw new ApiError(error, 0);
    }
    return result as unknown as IEdited | null;
  }

  /** Leave the record as it is. */
  leave(): void {
    this._answers = {};
    this._set(null);
  }

  /** Stop watching. */
  dispose(): void {
    this._watching.abort();
    Signal.clearData(this);
  }

  private _set(job: IJob | null): void {
    this.job = job;
    this.changed.emit();
  }

  private _answers: { yes?: boolean; overwrite?: boolean } = {};
  private _isStarting = false;
  private _watching = new AbortController();
}
