/**
 * Following a job by long polls, through restarts of the server and cuts of the line.
 */
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
