import { beforeEach, describe, expect, it } from 'vitest';
import { isPractice, Places } from '../places';

describe('Places', () => {
  let places: Places;

  beforeEach(async () => {
    places = new Places({
      fields: async () => ({ fields: [], groups: [] }),
      repositories: async () => ({ default: 'local', repositories: [{ name: 'local' }, { name: 'zenodo' }] })
    } as any);
    await places.load();
  });

  it('leaves a notebook where the server says that it is', () => {
    expect([places.home('local', true), places.home('zenodo', false)]).toEqual([null, 'zenodo']);
  });

  it('sends a new notebook where the person prefers, and no other', () => {
    places.prefer('zenodo');
    expect(places.default).toBe('zenodo');
    expect([places.home('local', true), places.home('local', false)]).toEqual(['zenodo', 'local']);
  });

  it('passes over a preference for a repository that is not known here', () => {
    places.prefer('elsewhere');
    expect([places.default, places.home('local', true)]).toEqual(['local', null]);
  });
});

describe('isPractice', () => {
  it('takes a DOI for a real one where DOIs are registered, but for those of before they were', () => {
    const row: any = { name: 'local', registered_dois: true };
    expect(isPractice(row, '10.82433/7')).toBe(false);
    expect(isPractice(row, '10.5072/zenodo.7')).toBe(true);
    expect(isPractice({ ...row, registered_dois: false }, '10.82433/7')).toBe(true);
    expect(isPractice(undefined, '10.82433/7')).toBe(true);
  });
});

it('asks once who was in one’s last records, and again when somebody else has signed in', async () => {
  const asked: (string | null)[] = [];
  const people = async (from: string | null) => (asked.push(from), { suggestions: [{ label: 'Ada', value: {} }] });
  const places = new Places({ people, keepToken: async () => ({ account: 'Ada', kept_in: 'a file' }) } as any);
  places.askPeople('zenodo');
  places.askPeople('zenodo');
  await Promise.resolve();
  expect([asked, places.people.get('zenodo')!.length]).toEqual([['zenodo'], 1]);
  await places.keepToken('zenodo', 'x');
  places.askPeople('zenodo');
  expect(asked).toHaveLength(2);
});
