import { describe, expect, it } from 'vitest';
import { ApiError } from '../api';
import { getInto } from '../getting';

const RECORD = { id: '7', doi: '10.5072/zenodo.7', title: 'Rain', files: [{ key: 'a.csv', size: 1 }] };

function server(ends: object): { api: any; asked: any[] } {
  const asked: any[] = [];
  return {
    asked,
    api: {
      resolve: async (text: string, from: string | null) => {
        asked.push([text, from]);
        if (text === 'nothing') {
          throw new ApiError({ error: 'InvalidDOI', message: 'That is no DOI.', hint: '' }, 400);
        }
        return { record: RECORD, repository: 'local', concept: false };
      },
      get: async (...what: any[]) => (asked.push(what), { id: 'j', state: 'running', seq: 1 }),
      job: async () => ({ id: 'j', seq: 2, ...ends })
    }
  };
}

describe('getInto', () => {
  it('gets all files of a record without anything shown, and says where they are', async () => {
    const { api, asked } = server({ state: 'done', result: { folder: 'rain', files: ['a.csv'], notebook: null } });
    expect(await getInto(api, '10.5072/zenodo.7', 'local', 'rain')).toMatchObject({ folder: 'rain', files: ['a.csv'] });
    expect(asked).toEqual([['10.5072/zenodo.7', 'local'], ['10.5072/zenodo.7', 'rain', 'local', null]]);
  });

  it('fails in the server’s words', async () => {
    const { api } = server({ state: 'failed', result: null, error: { error: 'DiskFull', message: 'The disk is full.', hint: '' } });
    await expect(getInto(api, '10.5072/zenodo.7', '', 'rain')).rejects.toThrow('The disk is full.');
    await expect(getInto(api, 'nothing', '', 'rain')).rejects.toThrow('That is no DOI.');
  });
});
