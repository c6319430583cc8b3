/**
 * What is under way anywhere: jobs that run, publications that were stopped, drafts that were lost. No DOM: views listen to
 * `changed`.
 */
import { Signal } from '@lumino/signaling';
import { ApiError, type Api } from './api';
import { follow, isActive } from './following';
import type { Places } from './places';
import type { Searching } from './searching';
import type { IJob, IUnderway } from './types';

/** What is not at its end. */
export class Underway {
  readonly changed = new Signal<this, void>(this);
  /** What runs on this server, as far as it is now. */
  jobs: readonly IJob[] = [];
  /** What was stopped or lost, and what another process is at. */
  items: readonly IUnderway[] = [];
  /** What went wrong, by name of the repository. */
  problems: ReadonlyMap<string, ApiError> = new Map();

  /**
   * @param _mine Lists drafts too.
   */
  constructor(
    private _places: Places,
    private _mine: Pick<Searching, 'drop'>
  ) {
    this._api = _places.api;
  }

  /** Whether a draft is told of here already. */
  has(repository: string, draft: string): boolean {
    return this.items.some(item => item.repository === repository && item.draft_id === draft);
  }

  /** Ask, and follow what runs to its end. */
  async look(): Promise<void> {
    const turn = ++this._turn;
    const found = new Map<string, IUnderway>();
    const problems = new Map<string, ApiError>();
    try {
      await this._places.load();
      const { jobs } = await this._api.jobs();
      if (turn !== this._turn) {
        return;
      }
      this.jobs = jobs.filter(isActive);
      this.jobs.forEach(job => void this._follow(job));
    } catch (error) {
      this._note(problems, '', error);
    }
    const names = this._places.repositories.map(row => row.name).filter(name => !this._places.needsToken(name));
    await Promise.all(
      names.map(async name => {
        try {
          // Each answer has all publications, and the lost drafts of one repository.
          (await this._api.underway(name)).underway.forEach(item => found.set(keyOf(item), item));
        } catch (error) {
          this._note(problems, name, error);
        }
      })
    );
    if (turn === this._turn) {
      this.items = [...found.values()].filter(item => !this._isJob(item));
      this.problems = problems;
      this.changed.emit();
    }
  }

  /** Delete a draft with its files and its reserved DOI. */
  async discard(item: IUnderway): Promise<void> {
    try {
      await this._api.discard(item.draft_id, item.repository);
      this.items = this.items.filter(other => other !== item);
      this._mine.drop(item.repository, item.draft_id);
    } catch (error) {
      const problems = new Map(this.problems);
      this._note(problems, item.repository, error);
      this.problems = problems;
    }
    this.changed.emit();
  }

  async cancel(job: IJob): Promise<void> {
    this._take(await this._api.cancel(job.id));
  }

  /** Stop watching; what runs goes on. */
  dispose(): void {
    this._watching.abort();
    Signal.clearData(this);
  }

  private async _follow(job: IJob): Promise<void> {
    if (this._followed.has(job.id)) {
      return;
    }
    this._followed.add(job.id);
    try {
      this._take(await follow(this._api, job, news => news && this._take(news), this._watching.signal));
      await this.look(); // what was stopped is there now
    } catch (error) {
      if (!this._watching.signal.aborted && !(error instanceof ApiError)) {
        throw error;
      }
    } finally {
      this._followed.delete(job.id);
    }
  }

  private _take(job: IJob): void {
    this.jobs = this.jobs.map(other => (other.id === job.id ? job : other)).filter(isActive);
    this.changed.emit();
  }

  /** Whether a publication runs as a job of this server, whose progress says more. */
  private _isJob(item: IUnderway): boolean {
    return item.state === 'running' && this.jobs.some(job => job.kind === 'publish' && job.params.path === item.notebook);
  }

  private _note(problems: Map<string, ApiError>, repository: string, error: unknown): void {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    problems.set(repository, error);
  }

  private _api: Api;
  /** Ids of the jobs that are followed. */
  private _followed = new Set<string>();
  /** Counts the looks: only the answer to the last one is shown. */
  private _turn = 0;
  private _watching = new AbortController();
}

/** By this an entry is the same in several answers. */
export function keyOf(item: IUnderway): string {
  return `${item.repository} ${item.draft_id || item.notebook}`;
}
