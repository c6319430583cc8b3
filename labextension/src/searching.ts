/**
 * Search repositories, for anybody's records or for one's own. No DOM: views listen to `changed`.
 */
import { Signal } from '@lumino/signaling';
import { ApiError, type Api } from './api';
import type { Places } from './places';
import type { IFacet, IHit, ISearchPage } from './types';

/** How many records a page has. */
export const PAGE = 20;

/** A DOI in any spelling, a badge, an address or an id, rather than words to search for. */
export function meansOneRecord(text: string): boolean {
  return /\b10\.\d{4,9}\/\S|^\s*https?:\/\/\S+\s*$|^\s*\d+\s*$/.test(text);
}

/** A search, and what it found. */
export class Searching {
  readonly changed = new Signal<this, void>(this);
  words = '';
  /** Name of the repository; empty for the default one, or for all where one has an account, of one's own records. */
  from = '';
  hits: readonly IHit[] = [];
  total = 0;
  facets: readonly IFacet[] = [];
  /** By name of a facet, the values that were chosen. */
  narrowed: { readonly [facet: string]: readonly string[] } = {};
  /** What went wrong, by name of the repository. */
  problems: ReadonlyMap<string, ApiError> = new Map();
  isLooking = false;
  /** Whether there is an answer, be it an empty one. */
  isAnswered = false;

  constructor(
    private _places: Places,
    /** Whether it is one's own records and drafts that are searched. */
    readonly mine: boolean
  ) {
    this._api = _places.api;
  }

  /** Whether there are more than are shown. */
  get hasMore(): boolean {
    return this._more.length > 0;
  }

  /** Search, from the first page. */
  async look(words = this.words): Promise<void> {
    this.words = words.trim();
    await this._ask(1);
  }

  /** Show the next page. */
  async more(): Promise<void> {
    await this._ask(this._page + 1);
  }

  /** Search elsewhere. */
  async lookIn(repository: string): Promise<void> {
    this.from = repository;
    this.narrowed = {};
    await this.look();
  }

  /** Choose a value of a facet, or take it back. */
  async narrow(facet: string, value: string, isIn: boolean): Promise<void> {
    const others = (this.narrowed[facet] ?? []).filter(other => other !== value);
    this.narrowed = { ...this.narrowed, [facet]: isIn ? [...others, value] : others };
    await this.look();
  }

  /** Delete a draft with its files and its reserved DOI. */
  async discard(hit: IHit): Promise<void> {
    try {
      await this._api.discard(hit.id, hit.repository);
    } catch (error) {
      this._fail(hit.repository, error);
      return;
    }
    this.drop(hit.repository, hit.id);
  }

  /** Show a draft no longer that is gone; a search may be some seconds behind, and is not asked. */
  drop(repository: string, id: string): void {
    const hits = this.hits.filter(hit => hit.repository !== repository || hit.id !== id);
    this._set({ hits, total: this.total - (this.hits.length - hits.length) });
  }

  private async _ask(page: number): Promise<void> {
    const turn = ++this._turn;
    this._set({ isLooking: true, problems: new Map() });
    await this._places.load().catch(error => this._fail('', error));
    const asked = page === 1 ? this._where : this._more;
    const { words, mine, narrowed } = this;
    const found: ISearchPage[] = [];
    const problems = new Map<string, ApiError>();
    await Promise.all(
      asked.map(async from => {
        try {
          found.push(await this._api.search({ q: words, from, page, size: PAGE, mine }, narrowed));
        } catch (error) {
          if (!(error instanceof ApiError)) {
            throw error;
          }
          problems.set(from, error);
        }
      })
    );
    if (turn !== this._turn) {
      return;
    }
    this._page = page;
    this._more = found.filter(one => one.total > page * PAGE).map(one => one.repository);
    const hits = found.flatMap(one => one.records.map(record => ({ ...record, repository: one.repository })));
    if (mine) {
      hits.sort((a, b) => b.updated.localeCompare(a.updated));
    }
    this._set({ hits: page === 1 ? hits : [...this.hits, ...hits], isLooking: false, isAnswered: true });
    if (page === 1) {
      const total = found.reduce((sum, one) => sum + one.total, 0);
      this._set({ total, facets: merged(found.map(one => one.facets)) });
    }
    this._set({ problems: new Map([...this.problems, ...problems]) });
  }

  private get _where(): string[] {
    if (this.from || !this.mine) {
      return [this.from || this._places.default];
    }
    return this._places.repositories.map(row => row.name).filter(name => !this._places.needsToken(name));
  }

  private _fail(repository: string, error: unknown): void {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    this._set({ problems: new Map([...this.problems, [repository, error]]) });
  }

  private _set(
    changes: Partial<Pick<Searching, 'hits' | 'total' | 'facets' | 'problems' | 'isLooking' | 'isAnswered'>>
  ): void {
    Object.assign(this, changes);
    this.changed.emit();
  }

  private _api: Api;
  private _page = 1;
  /** Repositories that have a next page. */
  private _more: string[] = [];
  /** Counts the searches: only the answer to the last one is shown. */
  private _turn = 0;
}

/** Add up what several repositories counted. */
export function merged(several: readonly (readonly IFacet[])[]): IFacet[] {
  const all = new Map<string, IFacet>();
  for (const { name, label, values } of several.flat()) {
    const sums = new Map(all.get(name)?.values.map(value => [value.value, value]));
    for (const value of values) {
      sums.set(value.value, { ...value, count: value.count + (sums.get(value.value)?.count ?? 0) });
    }
    all.set(name, { name, label, values: [...sums.values()] });
  }
  return [...all.values()];
}
