import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api';
import { ListingMarks } from '../listing';
import { REST, Standings } from '../standings';

const STANDING = { next_index: 3, doi: '10.5281/zenodo.7', changed_cells: 2, changed_files: [], words: '' };
const ANSWER: any = {
  'a.ipynb': { standing: { ...STANDING, state: 'changed' }, title: 'Zenodo', running: false },
  'b.ipynb': { standing: { ...STANDING, state: 'foreign' }, title: 'Zenodo', running: false }
};

/** A listing as JupyterLab draws it: rows that are used again for other files. */
class Listing {
  readonly node = document.createElement('div');
  files: { name: string; last_modified: string }[] = [];
  readonly model: any = { items: () => this.files.values() };
  readonly disposed = new Signal<this, void>(this);

  constructor() {
    this.model.refreshed = new Signal<any, void>(this.model);
    this.node.innerHTML = '<ul class="jp-DirListing-content"></ul>';
    document.body.append(this.node);
  }

  show(...names: string[]): void {
    this.files = names.map(name => ({ name, last_modified: '2026' }));
    const list = this.node.firstElementChild!;
    while (list.children.length < names.length) {
      list.insertAdjacentHTML('beforeend', '<li class="jp-DirListing-item"><span class="jp-DirListing-itemText"></span></li>');
    }
    names.forEach((name, index) => (list.children[index].querySelector('.jp-DirListing-itemText')!.innerHTML = `<span>${name}</span>`));
    this.model.refreshed.emit();
  }

  get marks(): (string | undefined)[] {
    return [...this.node.querySelectorAll('li')].map(row => row.querySelector<HTMLElement>('.zj-listed')?.title);
  }
}

describe('ListingMarks', () => {
  let listing: Listing;
  let marks: ListingMarks;
  let folder: string;
  let asked: string[];
  let answer: any;

  beforeEach(() => {
    vi.useFakeTimers();
    [asked, folder, answer] = [[], 'work', ANSWER];
    listing = new Listing();
    const api = {
      standings: async (where: string) => {
        asked.push(where);
        if (answer instanceof Error) {
          throw answer;
        }
        return { standings: where === 'work' ? answer : {} };
      }
    };
    marks = new ListingMarks(listing as any, new Standings(api), nullTranslator.load(''), () => folder);
  });

  afterEach(() => {
    marks.dispose();
    listing.node.remove();
    vi.useRealTimers();
  });

  const drawn = () => vi.advanceTimersByTimeAsync(REST + 100);

  it('says of each published notebook where it stands, and asks once per folder', async () => {
    listing.show('a.ipynb', 'b.ipynb', 'c.csv');
    listing.model.refreshed.emit();
    await drawn();
    listing.model.refreshed.emit(); // JupyterLab looks at the folder every ten seconds
    await drawn();
    expect(asked).toEqual(['work']);
    expect(listing.marks).toEqual(['Published, version 2 · 2 cells changed since\n10.5281/zenodo.7\nZenodo', undefined, undefined]);
    expect(listing.node.querySelector('.zj-listed')!.getAttribute('role')).toBe('img');
  });

  it('moves with the names, and goes with the folder', async () => {
    listing.show('a.ipynb');
    await drawn();
    listing.show('0.ipynb', 'a.ipynb');
    await drawn();
    expect(listing.marks.map(mark => !!mark)).toEqual([false, true]);
    folder = 'elsewhere';
    listing.show('a.ipynb', 'x.ipynb');
    await drawn();
    expect(listing.marks).toEqual([undefined, undefined]);
    expect(asked).toEqual(['work', 'work', 'elsewhere']);
  });

  it('asks nobody about a folder without notebooks', async () => {
    listing.show('c.csv');
    await drawn();
    expect(asked).toEqual([]);
  });

  it('does without marks while the server does not answer, and asks again', async () => {
    answer = new ApiError({ error: 'NoAnswer', message: '', hint: '' }, 0);
    listing.show('a.ipynb');
    await drawn();
    expect(listing.marks).toEqual([undefined]);
    answer = ANSWER;
    listing.model.refreshed.emit();
    await drawn();
    expect(listing.marks.map(mark => !!mark)).toEqual([true]);
    marks.dispose();
    expect(listing.marks).toEqual([undefined]);
  });
});
