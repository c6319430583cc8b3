/**
 * A rehearsal: what would be published is run as somebody else would. It forbids nothing. No DOM: views listen to `changed`.
 */
import { ApiError, type Api } from './api';
import { Followed } from './following';
import type { IJob, IOrder } from './types';

/** The rehearsal of one notebook's publication. */
export class Rehearsing extends Followed {
  constructor(private _api: Pick<Api, 'rehearse' | 'job' | 'cancel'>) {
    super(_api);
  }

  get isActive(): boolean {
    return this.isBegun;
  }

  /** Run it, to its end; what came of it is in the next look. A second call while it runs does nothing. */
  async start(order: IOrder): Promise<void> {
    await this._follow(() => this._api.rehearse(order));
  }

  /** Follow one that runs already. */
  async watch(job: IJob): Promise<void> {
    await this._follow(async () => job);
  }

  private async _follow(begin: () => Promise<IJob>): Promise<void> {
    if (this.isBegun) {
      return;
    }
    this.problem = null;
    try {
      await this.run(begin);
      if (this.job?.error && this.job.state === 'failed') {
        this.fail(new ApiError(this.job.error, 0));
      }
    } catch (error) {
      this.fail(error);
    }
  }
}
