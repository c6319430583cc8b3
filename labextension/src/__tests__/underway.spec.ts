import { describe, expect, it } from 'vitest';
import { ApiError } from '../api';
import { Places } from '../places';
import type { IJob, IUnderway } from '../types';
import { Underway } from '../underway';

const ITEM: IUnderway = { state: 'stopped', words: '', repository: 'local', notebook: 'a.ipynb', draft_id: '7', doi: '', title: '', html_url: '' };
const JOB = { id: 'j', kind: 'publish', params: { path: 'b.ipynb' }, state: 'running', seq: 1, progress: { done: 1, total: 4 } } as unknown as IJob;

/** A server where one notebook is being published, another was stopped, and a draft was lost on each repository. */
class Server {
  jobs: IJob[] = [];
  polls: IJob[] = [];
  refusal: ApiError | null = null;
  discarded: string[][] = [];
  everywhere: IUnderway[] = [ITEM, { ...ITEM, state: 'running', notebook: 'b.ipynb', draft_id: '8' }];

  api: any = {
    fields: async () => ({ fields: [], groups: [] }),
    repositories: async () => ({
      default: 'local',
      repositories: ['local', 'zenodo'].map(name => ({ name, url: `http+local://${name}`, has_token: true }))
    }),
    jobs: async () => ({ jobs: this.jobs }),
    job: async () => this.polls.shift() ?? new Promise(() => undefined),
    underway: async (to: string) => {
      if (to === 'zenodo' && this.refusal) {
        throw this.refusal;
      }
      return { underway: [...this.everywhere, { ...ITEM, state: 'lost', repository: to, notebook: null, draft_id: '9' }] };
    },
    discard: async (...asked: string[]) => void this.discarded.push(asked)
  };

  /** Drafts that the list of records shows no longer. */
  dropped: string[][] = [];

  get model(): Underway {
    return new Underway(new Places(this.api), { drop: (...draft) => void this.dropped.push(draft) });
  }
}

const told = (model: Underway) => model.items.map(item => [item.state, item.repository, item.draft_id]);

describe('what is under way', () => {
  it('is told once, though each repository is asked for its lost drafts', async () => {
    const model = new Server().model;
    await model.look();
    expect(told(model)).toEqual([['stopped', 'local', '7'], ['running', 'local', '8'], ['lost', 'local', '9'], ['lost', 'zenodo', '9']]);
    expect([model.has('zenodo', '9'), model.has('zenodo', '7')]).toEqual([true, false]);
  });

  it('has the progress of what runs here, and looks again when that has ended', async () => {
    const server = new Server();
    server.jobs = [JOB, { ...JOB, id: 'old', state: 'done' }];
    server.polls = [{ ...JOB, seq: 2, progress: { done: 3, total: 4 } } as IJob];
    const model = server.model;
    await model.look();
    expect(told(model)).not.toContainEqual(['running', 'local', '8']);
    await new Promise(done => setTimeout(done));
    expect(model.jobs.map(job => [job.id, job.progress!.done])).toEqual([['j', 3]]);

    const later = server.model;
    server.api.job = async () => {
      server.jobs = [];
      server.everywhere = [ITEM, { ...ITEM, notebook: 'b.ipynb', draft_id: '8' }];
      return { ...JOB, state: 'cancelled' };
    };
    await later.look();
    await expect.poll(() => told(later)).toContainEqual(['stopped', 'local', '8']);
    expect(later.jobs).toEqual([]);
  });

  it('is told where another repository does not answer', async () => {
    const server = new Server();
    server.refusal = new ApiError({ error: 'CouldNotAsk', message: 'No answer.', hint: '' }, 502);
    const model = server.model;
    await model.look();
    expect(told(model)).toContainEqual(['stopped', 'local', '7']);
    expect(model.problems.get('zenodo')?.message).toBe('No answer.');
  });

  it('is gone when it was discarded, and stays where that failed', async () => {
    const server = new Server();
    const model = server.model;
    await model.look();
    await model.discard(model.items[0]);
    expect(server.discarded).toEqual([['7', 'local']]);
    expect(server.dropped).toEqual([['local', '7']]);
    expect(model.has('local', '7')).toBe(false);
    server.api.discard = async () => {
      throw new ApiError({ error: 'Busy', message: 'Somebody is at it.', hint: '' }, 423);
    };
    await model.discard(model.items[0]);
    expect([model.has('local', '8'), server.dropped.length]).toEqual([true, 1]);
    expect(model.problems.get('local')?.message).toBe('Somebody is at it.');
  });
});
