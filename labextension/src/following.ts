/**
 * Following a job by long polls, through restarts of the server and cuts of the line.
 */
import { Signal } from '@lumino/signaling';
import { ApiError, type Api } from './api';
import type { IJob } from './types';

/** Milliseconds before a poll that got no answer is tried again; the last one stays. */
export const WAITS = [500, 1000, 2000, 5000, 10000];

/** Whether a job is under way or about to be. */
export function isActive(job: IJob | null | undefined): boolean {
  return job?.state === 'queued' || job?.state === 'running';
}

/**
 * Follow a job to its end.
 *
 * @param told Is called with each change, and with null while the server does not answer.
 * @param signal Ends the watching, not the job.
 * @returns The job as it ended.
 * @throws ApiError When the server no longer knows the job.
 */
export async function follow(
  api: Pick<Api, 'job'>,
  job: IJob,
  told: (job: IJob | null) => void,
  signal: AbortSignal
): Promise<IJob> {
  let missed = 0;
  while (isActive(job)) {
    try {
      job = await api.job(job.id, job.seq, signal);
      missed = 0;
      told(job);
    } catch (error) {
      if (signal.aborted || !(error instanceof ApiError) || !error.isOffline) {
        throw error;
      }
      told(null);
      await pause(WAITS[Math.min(missed++, WAITS.length - 1)], signal);
    }
  }
  return job;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** An act that the server does as a job: begun once, followed to its end, stopped. No DOM: views listen to `changed`. */
export class Followed {
  readonly changed = new Signal<this, void>(this);
  job: IJob | null = null;
  problem: ApiError | null = null;

  constructor(private _jobs: Pick<Api, 'job' | 'cancel'>) {}

  get isActive(): boolean {
    return isActive(this.job);
  }

  async cancel(): Promise<void> {
    if (this.job) {
      this.setJob(await this._jobs.cancel(this.job.id));
    }
  }

  /** Stop watching; the job goes on. */
  dispose(): void {
    this._watching.abort();
    Signal.clearData(this);
  }

  /** Whether it was begun, though the server may not have answered yet. */
  protected get isBegun(): boolean {
    return this._isBeginning || isActive(this.job);
  }

  /** Begin a job and follow it to its end; whoever calls looks at `isBegun` first. */
  protected async run(begin: () => Promise<IJob>): Promise<void> {
    this._isBeginning = true;
    try {
      this.setJob(await begin());
      this.setJob(await follow(this._jobs, this.job!, news => news && this.setJob(news), this._watching.signal));
    } finally {
      this._isBeginning = false;
      this.changed.emit();
    }
  }

  /** Keep an error of the server for the views; one that is none of its errors, unless all is over, is a mistake of ours. */
  protected fail(error: unknown): void {
    if (error instanceof ApiError) {
      this.problem = error;
      this.changed.emit();
    } else if (!this._watching.signal.aborted) {
      throw error;
    }
  }

  protected setJob(job: IJob | null): void {
    this.job = job;
    this.changed.emit();
  }

  private _isBeginning = false;
  private _watching = new AbortController();
}
