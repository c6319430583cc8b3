import type { IDocument } from '../act';
import type { IMemory } from '../order';
import type { IChecked, IJob, IPlan, IStamp, IStanding } from '../types';
import { TABLE } from './table';

export const STAMP: IStamp = {
  act: 'local/records/7',
  badge: '[![DOI 10.5072/zenodo.7](x)](y)',
  deposit: { repository: 'local', url: 'http+local://embedded', record_id: '7', doi: '10.5072/zenodo.7', concept_doi: '', version: 'v1', checksum: '' }
};
export const NEVER: IStanding = { state: 'never', words: '', previous_id: '', next_index: 1, doi: '', changed_cells: 0, changed_files: [], derived_from: '' };
export const PUBLISHED: IStanding = { ...NEVER, state: 'published', previous_id: '7', next_index: 2, doi: '10.5072/zenodo.7' };

export function job(changes: Partial<IJob> = {}): IJob {
  return { id: 'j', kind: 'publish', params: { path: 'a.ipynb' }, state: 'running', seq: 1, progress: null, log: [], result: null, error: null, started: 0, ended: 0, ...changes };
}

export const DONE = job({
  state: 'done',
  seq: 3,
  result: { doi: '10.5072/zenodo.7', repository: 'local', citation: 'Lovelace 2026', record: { id: '7', doi: '10.5072/zenodo.7' }, stamp: STAMP } as any
});

/** A server that does what it is told. */
export class Server {
  standing = NEVER;
  plan: Partial<IPlan> = {};
  stamp: IStamp | null = null;
  /** Where the journal knows the notebook. */
  home: string | null = null;
  job: IJob | null = null;
  jobs: IJob[] = [];
  /** What polls answer, one after the other. */
  polls: (IJob | Error)[] = [];
  /** What the checks find in what is typed. */
  checked: IChecked | Error = { findings: [], untyped: ['ENV'] };
  asked: [string, any][] = [];

  private _note<T>(name: string, body: any, answer: T): Promise<T> {
    this.asked.push([name, body]);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }

  count(name: string): number {
    return this.asked.filter(([other]) => other === name).length;
  }

  last(name: string): any {
    return this.asked.filter(([other]) => other === name).pop()?.[1];
  }

  api: any = {
    fields: () => this._note('fields', null, { fields: TABLE, groups: ['Basics'] }),
    repositories: () =>
      this._note('repositories', null, {
        default: 'local',
        repositories: [
          { name: 'local', title: 'This computer', url: 'http+local://embedded', practice: true, has_token: false },
          { name: 'zenodo', title: 'Zenodo', url: 'https://zenodo.org', practice: false, has_token: false }
        ]
      }),
    jobs: () => this._note('jobs', null, { jobs: this.jobs }),
    status: (path: string, to: string | null) =>
      this._note('status', { path, to }, { standing: this.standing, stamp: this.stamp, job: this.job, repository: this.home ?? to ?? 'local' }),
    collect: (body: any) =>
      this._note('collect', body, {
        repository: { name: body.to ?? 'local', title: '', url: '' }, files: [], made: [], left_out: [], metadata: { title: 'Rain' }, sources: { title: 'from the first heading' }, conflicts: [],
        notes: [], errors: [], findings: [], standing: this.standing, ...this.plan
      }),
    check: (order: any, content: any) => this._note('check', { ...order, content }, this.checked as any),
    rehearse: (body: any) => this._note('rehearse', body, job({ kind: 'rehearse' })),
    publish: (body: any) => this._note('publish', body, job()),
    job: () => this._note('job', null, this.polls.shift() as any),
    cancel: (id: string) => this._note('cancel', id, job({ seq: 2 })),
    stamped: (path: string, act: string) => this._note('stamped', { path, act }, undefined),
    resolve: () => this._note('resolve', null, { record: { id: '7', doi: '10.5072/zenodo.7' }, repository: 'local' })
  };
}

export class Paper implements IDocument {
  path = 'a.ipynb';
  isDirty = true;
  isReadOnly = false;
  isDisposed = false;
  ready = Promise.resolve();
  deposit = null;
  content: any = { cells: [] };
  saves = 0;
  /** What is not saved here is on the disk already, from another window. */
  isBehind = false;
  stamps: IStamp[] = [];
  refusal: Error | null = null;

  async save(): Promise<void> {
    if (this.refusal) {
      throw this.refusal;
    }
    this.saves++;
    this.isDirty = false;
  }

  async myTurn(): Promise<void> {}

  async catchUp(): Promise<void> {
    if (this.isBehind) {
      this.isBehind = this.isDirty = false;
      this.stamps.push(STAMP);
    }
  }

  hasStamp(stamp: IStamp): boolean {
    return this.stamps.includes(stamp);
  }

  putStamp(stamp: IStamp): void {
    if (!this.hasStamp(stamp)) {
      this.stamps.push(stamp);
      this.isDirty = true;
    }
  }
}

export class Memory implements IMemory {
  kept = new Map<string, any>();
  fetch = async (id: string) => this.kept.get(id);
  save = async (id: string, value: any) => this.kept.set(id, value);
  remove = async (id: string) => this.kept.delete(id);
}
