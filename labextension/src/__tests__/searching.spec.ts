import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../api';
import { Places } from '../places';
import { meansOneRecord, merged, PAGE, Searching } from '../searching';

const FACET = (count: number) => ({ name: 'file_type', label: 'File type', values: [{ value: 'csv', label: 'CSV', count }] });

describe('meansOneRecord', () => {
  it.each(['10.5281/zenodo.7', 'https://doi.org/10.5281/zenodo.7', '[![DOI](x)](https://doi.org/10.5281/zenodo.7)', ' 1234 ', 'https://zenodo.org/records/7'])(
    'knows %s',
    text => expect(meansOneRecord(text)).toBe(true)
  );
  it.each(['rain in Seattle', 'solar 2019', ''])('searches for %s', text => expect(meansOneRecord(text)).toBe(false));
});

describe('merged', () => {
  it('adds up what several repositories counted', () => {
    expect(merged([[FACET(2)], [FACET(3)], []])).toEqual([FACET(5)]);
  });
});

describe('Searching', () => {
  let asked: any[];
  let answers: { [from: string]: any };
  let places: Places;

  const record = (id: string, updated: string) => ({ id, updated, state: 'draft', files: [] });

  beforeEach(() => {
    asked = [];
    answers = {
      local: { total: 2, repository: 'local', facets: [FACET(1)], records: [record('1', '2026-01-01'), record('2', '2026-03-01')] },
      zenodo: { total: PAGE + 1, repository: 'zenodo', facets: [], records: [record('3', '2026-02-01')] }
    };
    places = new Places({
      fields: async () => ({ fields: [], groups: [] }),
      repositories: async () => ({
        default: 'local',
        repositories: [
          { name: 'local', url: 'http+local://x' },
          { name: 'zenodo', url: 'https://zenodo.org', has_token: true },
          { name: 'far', url: 'https://far.org', has_token: false }
        ]
      }),
      search: async (wanted: any, narrowed: any) => {
        asked.push({ ...wanted, narrowed });
        const answer = answers[wanted.from];
        if (answer instanceof Error) {
          throw answer;
        }
        return answer;
      },
      discard: async (draft: string, to: string) => void asked.push(['discard', draft, to])
    } as any);
  });

  it('finds my records wherever there is an account, those changed last first', async () => {
    const mine = new Searching(places, true);
    await mine.look(' rain ');
    expect(asked.map(one => [one.from, one.q, one.mine])).toEqual([['local', 'rain', true], ['zenodo', 'rain', true]]);
    expect(mine.hits.map(hit => [hit.repository, hit.id])).toEqual([['local', '2'], ['zenodo', '3'], ['local', '1']]);
    expect([mine.total, mine.hasMore]).toEqual([PAGE + 3, true]);
    await mine.more();
    expect(asked.slice(2).map(one => [one.from, one.page])).toEqual([['zenodo', 2]]);
    expect([mine.hits.length, mine.hasMore]).toEqual([4, false]);
  });

  it('shows what was found where another repository does not answer, and says so', async () => {
    answers.zenodo = new ApiError({ error: 'CouldNotAsk', message: 'No answer.', hint: '' }, 502);
    const mine = new Searching(places, true);
    await mine.look();
    expect([mine.hits.length, mine.problems.get('zenodo')?.message]).toEqual([2, 'No answer.']);
  });

  it('searches the default repository, or another, narrowed by what was chosen there', async () => {
    const searching = new Searching(places, false);
    await searching.look('rain');
    await searching.narrow('file_type', 'csv', true);
    expect(asked[1]).toMatchObject({ from: 'local', page: 1, mine: false, narrowed: { file_type: ['csv'] } });
    await searching.narrow('file_type', 'csv', false);
    expect(asked[2].narrowed).toEqual({ file_type: [] });
    await searching.lookIn('zenodo');
    expect(asked[3]).toMatchObject({ from: 'zenodo', q: 'rain', narrowed: {} });
  });

  it('shows only the answer to the last question', async () => {
    const searching = new Searching(places, false);
    const slow = new Promise(resolve => setTimeout(() => resolve(answers.local), 20));
    answers = { local: slow, zenodo: answers.zenodo };
    await Promise.all([searching.look('slow'), searching.lookIn('zenodo')]);
    expect(searching.hits.map(hit => hit.id)).toEqual(['3']);
  });

  it('takes a discarded draft out of the list', async () => {
    const mine = new Searching(places, true);
    await mine.look();
    await mine.discard(mine.hits[0]);
    expect(asked.at(-1)).toEqual(['discard', '2', 'local']);
    expect([mine.hits.map(hit => hit.id), mine.total]).toEqual([['3', '1'], PAGE + 2]);
  });
});
