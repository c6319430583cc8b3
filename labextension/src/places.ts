/**
 * What is the same for all notebooks: the field table, the repositories, and who one is there.
 */
import { Signal } from '@lumino/signaling';
import { ApiError, type Api } from './api';
import { SignIns } from './signin';
import type { IField, IRecord, IRepository, ISuggestion } from './types';

/** The field table and the repositories, asked for once. */
export class Places {
  readonly changed = new Signal<this, void>(this);
  fields: IField[] = [];
  groups: string[] = [];
  repositories: IRepository[] = [];
  /** What the server means where none is named. */
  serverDefault = '';
  /** Account names by repository, as far as they were asked for. */
  readonly accounts = new Map<string, string>();
  /** Where a token was put, by repository, if it was given just now. */
  readonly keptIn = new Map<string, string>();

  /** The people of one's last records by repository, as far as they were asked for; empty for the default one. */
  readonly people = new Map<string, readonly ISuggestion[]>();

  /** The sign-ins that are under way. */
  readonly signIns: SignIns;

  constructor(readonly api: Api) {
    this.signIns = new SignIns(api, () => this.changed.emit());
  }

  /** Ask the server, if that was not done yet. */
  load(): Promise<void> {
    this._loading ??= this._load().catch(error => {
      this._loading = undefined;
      throw error;
    });
    return this._loading;
  }

  /** Name of the repository that is meant where none is named: what the person prefers, else what the server says. */
  get default(): string {
    return this.isPreferred ? this._preferred : this.serverDefault;
  }

  /** Whether the person prefers another repository to the server's default. */
  get isPreferred(): boolean {
    return this._preferred !== this.serverDefault && this.repositories.some(row => row.name === this._preferred);
  }

  /**
   * Return where a notebook is to be published; null leaves it to the server.
   *
   * @param repository Where the server says that it is.
   * @param isNew Whether it is on none yet.
   */
  home(repository: string, isNew: boolean): string | null {
    const where = isNew && repository === this.serverDefault ? this.default : repository;
    return where === this.serverDefault && !this.isPreferred ? null : where;
  }

  /** Take up which repository the person prefers; empty for none. */
  prefer(name: string): void {
    if (name !== this._preferred) {
      this._preferred = name;
      this.changed.emit();
    }
  }

  repository(name: string | null | undefined): IRepository | undefined {
    return this.repositories.find(row => row.name === (name || this.default));
  }

  /** Whether a repository wants a token; the embedded one is the user's own. */
  needsToken(name: string | null | undefined): boolean {
    const row = this.repository(name);
    return !!row && !row.has_token && !isEmbedded(row);
  }

  /** Have a token tested and kept. */
  async keepToken(name: string, token: string): Promise<void> {
    const { account, kept_in } = await this.api.keepToken(name, token);
    this.accounts.set(name, account);
    this.keptIn.set(name, kept_in);
    this._hasToken(name, true);
  }

  /** Sign in on the repository's own pages, which `open` shows. */
  async signIn(name: string, open: (address: string) => void): Promise<void> {
    const seen = await this.signIns.run(name, open);
    if (seen) {
      this.accounts.set(name, seen.account ?? '');
      this.keptIn.set(name, seen.kept_in ?? '');
      await this.reload();
    }
  }

  /** Forget a token, or sign out. */
  async forgetToken(name: string): Promise<void> {
    await this.api.forgetToken(name);
    this.accounts.delete(name);
    this.keptIn.delete(name);
    this._hasToken(name, false);
  }

  /** See anew where there are tokens: a sign-in may have ended. */
  async reload(): Promise<void> {
    this.repositories = (await this.api.repositories()).repositories;
    this.changed.emit();
  }

  /** Ask whose token is kept; nothing where there is none. */
  async askAccount(name: string): Promise<void> {
    const row = this.repository(name);
    if (row?.has_token && !isEmbedded(row) && !this.accounts.has(name)) {
      try {
        this.accounts.set(name, (await this.api.testToken(name)).account);
        this.changed.emit();
      } catch (error) {
        if (error instanceof ApiError && error.name === 'AccessDenied') {
          await this.reload();
        }
        throw error;
      }
    }
  }

  /** Ask who was in one's last records on a repository, once; without an answer nobody is offered. */
  askPeople(name: string | null): void {
    const key = name ?? '';
    if (!this.people.has(key)) {
      this.people.set(key, []);
      const take = (people: readonly ISuggestion[]) => {
        this.people.set(key, people);
        this.changed.emit();
      };
      this.api.people(name).then(answer => take(answer.suggestions), () => undefined);
    }
  }

  /** The title of the work that a DOI names, asked for once; null while it is not known. */
  titleOf(doi: string): string | null {
    if (!this._titles.has(doi)) {
      this._titles.set(doi, null);
      const take = (title: string) => {
        this._titles.set(doi, title);
        this.changed.emit();
      };
      this.api.title(doi).then(answer => take(answer.title), () => take(''));
    }
    return this._titles.get(doi)!;
  }

  private async _load(): Promise<void> {
    const [table, places] = await Promise.all([this.api.fields(), this.api.repositories()]);
    this.fields = table.fields;
    this.groups = table.groups;
    this.repositories = places.repositories;
    this.serverDefault = places.default;
    this.changed.emit();
  }

  private _hasToken(name: string, has: boolean): void {
    this.people.clear(); // others may be told now, or may not any more
    this.repositories = this.repositories.map(row => (row.name === name ? { ...row, has_token: has, is_signed_in: false } : row));
    this.changed.emit();
  }

  private _loading: Promise<void> | undefined;
  private _preferred = '';
  /** By DOI; empty where nobody tells. */
  private _titles = new Map<string, string | null>();
}

/** Whether a repository is the one on this computer, which needs no account. */
export function isEmbedded(row: IRepository): boolean {
  return row.url.startsWith('http+local:');
}

/** Whether doi.org does not know a DOI of a repository: none of its DOIs, or only this one, of before they were registered. */
export function isPractice(row: IRepository | undefined, doi: string | null | undefined): boolean {
  return !row?.registered_dois || !!doi?.startsWith('10.5072/');
}

/** Return for how many days from now the files of a record can be exchanged on its repository's site, under the same DOI. */
export function daysToRepair(row: IRepository, record: Pick<IRecord, 'created'>): number {
  const days = (Date.now() - new Date(record.created).getTime()) / 86_400_000;
  return Math.max(0, Math.ceil((row.repair_days ?? 0) - days)) || 0;
}

/** Return the address at which Binder starts a record's notebook; empty where it cannot. */
export function binderOf(row: IRepository | undefined, record: Pick<IRecord, 'doi' | 'files'>): string {
  const notebook = record.files.find(file => file.key.endsWith('.ipynb'));
  return row?.binder && notebook && record.doi && !isPractice(row, record.doi)
    ? `${row.binder}${record.doi}/?urlpath=${encodeURIComponent(`lab/tree/${notebook.key}`)}`
    : '';
}
