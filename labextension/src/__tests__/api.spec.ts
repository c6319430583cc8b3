import { ServerConnection } from '@jupyterlab/services';
import { describe, expect, it } from 'vitest';
import { Api, ApiError, hintOf } from '../api';

/** An Api whose server answers with this, and the requests that it got. */
function answering(status: number, body: string): { api: Api; asked: Request[] } {
  const asked: Request[] = [];
  const fetch = async (request: Request) => {
    asked.push(request);
    return new Response(status === 204 ? null : body, { status, statusText: 'Bad Gateway' });
  };
  const baseUrl = 'http://localhost:8888/user/ada/';
  return { api: new Api(ServerConnection.makeSettings({ baseUrl, fetch: fetch as any })), asked };
}

async function failing(status: number, body: string): Promise<ApiError> {
  const { api } = answering(status, body);
  return api.fields().then(
    () => Promise.reject(new Error('it did not fail')),
    error => error
  );
}

describe('hintOf', () => {
  it('leaves out what is typed on a command line, and nothing else', () => {
    const hint = 'Publish again - nothing was sent. Say yes with --yes. Use another account, or a new record (--new).';
    expect(hintOf({ hint })).toBe('Publish again - nothing was sent.');
    expect(hintOf({ hint: 'Make one, and: jupyter zenodo token set lab' })).toBe('');
    expect(hintOf({})).toBe('');
  });
});

describe('Api', () => {
  it('asks below the base URL, with the names of repositories escaped', async () => {
    const { api, asked } = answering(200, '{"account": "Ada", "kept_in": "the keychain"}');
    expect(await api.keepToken('our/lab', 's3cret')).toEqual({ account: 'Ada', kept_in: 'the keychain' });
    expect(asked[0].url).toContain('http://localhost:8888/user/ada/zenodo-jupyter/repositories/our%2Flab/token');
    expect(asked[0].method).toBe('PUT');
    expect(asked[0].url).not.toContain('s3cret');
  });

  it('takes an answer without content', async () => {
    const { api } = answering(204, '');
    expect(await api.stamped('a.ipynb', 'act')).toBeUndefined();
  });

  it('passes on what the server says went wrong', async () => {
    const body = {
      error: 'RefusedMetadata',
      message: 'Zenodo does not accept the description.',
      hint: 'Correct these fields.',
      errors: [{ field: 'metadata.title', messages: ['Missing.'] }]
    };
    const error = await failing(400, JSON.stringify(body));
    expect(error).toMatchObject({ name: 'RefusedMetadata', message: body.message, hint: body.hint, status: 400 });
    expect(error.errors).toEqual(body.errors);
    expect(error.isOffline).toBe(false);
  });

  it('does not take a repository that fails for a server that does', async () => {
    const error = await failing(502, '{"error": "RepositoryBroken", "message": "Zenodo failed.", "hint": ""}');
    expect(error.isOffline).toBe(false);
  });

  it('tells a proxy that waits for the server from the server', async () => {
    const error = await failing(502, '<html>Bad gateway</html>');
    expect(error.isOffline).toBe(true);
    expect(error.message).toBe('502 Bad Gateway');
  });

  it('says so where nobody answers', async () => {
    const fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    const api = new Api(ServerConnection.makeSettings({ fetch: fetch as any }));
    const error = await api.jobs().catch(e => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error.isOffline).toBe(true);
  });

  it('links the pages of the embedded repository below the base URL, those of others where they are', () => {
    const { api } = answering(200, '');
    const record = { id: '7', html_url: 'https://zenodo.org/records/7' };
    const embedded: any = { url: 'http+local://embedded' };
    expect(api.landingPage(embedded, record)).toBe(
      'http://localhost:8888/user/ada/zenodo-jupyter/repository/records/7'
    );
    expect(api.landingPage({ url: 'https://zenodo.org' } as any, record)).toBe(record.html_url);
  });
});
