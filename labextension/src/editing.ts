/**
 * Change what a published record says of itself, in place. No DOM: views listen to `changed`.
 */
import { ApiError, type Api } from './api';
import { Followed } from './following';
import type { Order } from './order';
import type { IEdited } from './types';

/** The errors that a person can answer, and what the answer is called. */
const ANSWERS: { [error: string]: 'yes' | 'overwrite' } = { NeedsConsent: 'yes', ChangedMeanwhile: 'overwrite' };

/** The change of one notebook's record. */
export class Editing extends Followed {
  constructor(
    private _order: Pick<Order, 'body'>,
    private _api: Pick<Api, 'edit' | 'job' | 'cancel'>
  ) {
    super(_api);
  }

  get isActive(): boolean {
    return this.isBegun;
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
    this.job = null;
    await this.run(() => this._api.edit({ path, to, metadata, ...this._answers }));
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
    this.setJob(null);
  }

  private _answers: { yes?: boolean; overwrite?: boolean } = {};
}
