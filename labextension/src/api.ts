/**
 * The server extension's routes. This is the only file that calls the server.
 */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type {
  IBegun,
  IChecked,
  ICommunity,
  IErrorBody,
  IField,
  IFieldError,
  IFinding,
  IGlance,
  IJob,
  IOrder,
  IPlan,
  IPreview,
  IPublishing,
  IRecord,
  IRemedied,
  IRepository,
  IRequest,
  ISearchPage,
  ISigningIn,
  ISuggestion,
  IStatus,
  IUnderway
} from './types';

const ROOT = 'zenodo-jupyter';
/** The name of an error for which the server extension gave none. */
const NO_ANSWER = 'NoAnswer';

/** Why a request failed, in the server's own words: what happened, and what to try. */
export class ApiError extends Error {
  readonly hint: string;
  readonly errors: IFieldError[];
  readonly findings: IFinding[];

  /**
   * @param body What the server said.
   * @param status The HTTP status; 0 where there was no answer at all.
   */
  constructor(
    readonly body: IErrorBody,
    readonly status: number
  ) {
    super(body.message);
    this.name = body.error;
    this.hint = hintOf(body);
    this.errors = body.errors ?? [];
    this.findings = body.findings ?? [];
  }

  /** Whether no answer of ours came, so that asking again may help: the server is being restarted, or a proxy waits for it. */
  get isOffline(): boolean {
    return this.name === NO_ANSWER && (this.status === 0 || this.status >= 502);
  }
}

/** The routes, as functions. */
export class Api {
  constructor(private _settings: ServerConnection.ISettings = ServerConnection.makeSettings()) {}

  fields(): Promise<{ fields: IField[]; groups: string[] }> {
    return this._ask('GET', 'fields');
  }

  repositories(): Promise<{ default: string; repositories: IRepository[] }> {
    return this._ask('GET', 'repositories');
  }

  /** Have a token tested and kept. It is never read back. */
  keepToken(repository: string, token: string): Promise<{ account: string; kept_in: string }> {
    return this._ask('PUT', ['repositories', repository, 'token'], { token });
  }

  forgetToken(repository: string): Promise<void> {
    return this._ask('DELETE', ['repositories', repository, 'token']);
  }

  /** Begin to sign in on a repository's own pages. */
  beginSignIn(repository: string): Promise<IBegun> {
    return this._ask('POST', ['repositories', repository, 'sign-in'], {});
  }

  signIn(repository: string, id: string): Promise<ISigningIn> {
    return this._ask('GET', ['repositories', repository, 'sign-in', id]);
  }

  cancelSignIn(repository: string, id: string): Promise<void> {
    return this._ask('DELETE', ['repositories', repository, 'sign-in', id]);
  }

  /** Ask a repository whose token is kept. */
  testToken(repository: string): Promise<{ account: string }> {
    return this._ask('POST', ['repositories', repository, 'test'], {});
  }

  collect(order: IOrder, signal?: AbortSignal): Promise<IPlan> {
    return this._ask('POST', 'collect', order, signal);
  }

  /** Check a notebook as it is now, before it is saved. */
  check({ path, data, exclude, to }: IOrder, content: unknown, signal: AbortSignal): Promise<IChecked> {
    return this._ask('POST', 'check', { path, data, exclude, to, content }, signal);
  }

  /** A description as it will stand in the record: HTML, which is not clean. */
  prose(text: string): Promise<{ html: string }> {
    return this._ask('POST', 'prose', { text });
  }

  /** Have a remedy for a finding worked out; it is put in by whoever has the notebook open. */
  remedy(path: string, { id, where }: IFinding, remedy: string): Promise<IRemedied> {
    return this._ask('POST', 'remedy', { path, id, where, remedy });
  }

  status(path: string, to: string | null): Promise<IStatus> {
    return this._ask('GET', 'status' + URLExt.objectToQueryString(to ? { path, to } : { path }));
  }

  /** Where the notebooks of a folder stand, by name; of those that were never published, nothing. */
  standings(folder: string): Promise<{ standings: { [name: string]: IGlance } }> {
    return this._ask('GET', 'standings', undefined, undefined, URLExt.objectToQueryString({ folder }));
  }

  /** What the work is called that a DOI names. */
  title(doi: string): Promise<{ title: string }> {
    return this._ask('GET', 'title' + URLExt.objectToQueryString({ doi }));
  }

  /** Find communities by what is typed so far of slug or title. */
  communities(q: string, from: string | null): Promise<{ communities: ICommunity[] }> {
    return this._ask('GET', 'communities' + URLExt.objectToQueryString(from ? { q, from } : { q }));
  }

  /** What a list of the repository has for what is typed, or for an identifier in any spelling. */
  suggest(vocabulary: string, q: string, from: string | null): Promise<{ suggestions: ISuggestion[] }> {
    return this._ask('GET', 'suggest' + URLExt.objectToQueryString(from ? { vocabulary, q, from } : { vocabulary, q }));
  }

  /** The people of one's last records. */
  people(from: string | null): Promise<{ suggestions: ISuggestion[] }> {
    return this._ask('GET', 'people' + URLExt.objectToQueryString(from ? { from } : {}));
  }

  publish(order: IPublishing): Promise<IJob> {
    return this._ask('POST', 'publish', order);
  }

  /** Run what would be published as somebody else would. */
  rehearse(order: IOrder): Promise<IJob> {
    return this._ask('POST', 'rehearse', order);
  }

  /** The open requests that concern this account. */
  requests(from: string): Promise<{ requests: IRequest[] }> {
    return this._ask('GET', 'requests' + URLExt.objectToQueryString({ from }));
  }

  /** A request, with what was said about it. */
  request(id: string, from: string): Promise<IRequest> {
    return this._ask('GET', ['requests', id], undefined, undefined, URLExt.objectToQueryString({ from }));
  }

  /** Accept, decline, cancel or comment on a request. */
  actOn(id: string, action: string, message: string, from: string): Promise<IRequest> {
    return this._ask('POST', ['requests', id], { action, message, from });
  }

  /** Change what a published record says of itself. */
  edit(change: Pick<IOrder, 'path' | 'to' | 'metadata'> & { yes?: boolean; overwrite?: boolean }): Promise<IJob> {
    return this._ask('POST', 'edit', change);
  }

  get(doi: string, folder: string, from: string | null, files: string[] | null): Promise<IJob> {
    return this._ask('POST', 'get', { doi, folder, from, files });
  }

  /** Run a record's notebooks again: those that are named, all, or the only one. */
  reproduce(doi: string, folder: string, from: string | null, yes: boolean, notebooks: readonly string[]): Promise<IJob> {
    return this._ask('POST', 'reproduce', { doi, folder, from, yes, notebooks });
  }

  resolve(
    text: string,
    from: string | null
  ): Promise<{ record: IRecord; repository: string; concept: boolean; citation?: string }> {
    return this._ask('POST', 'resolve', { text, from });
  }

  /** Look into a file of a record. */
  preview(from: string, record: string, key: string): Promise<IPreview> {
    return this._ask('GET', 'preview' + URLExt.objectToQueryString({ from, record, key }));
  }

  /** Search a repository; `narrowed` has the chosen values by the name of their facet. */
  search(
    { mine, ...wanted }: { q: string; from: string; page: number; size: number; mine: boolean },
    narrowed: { readonly [facet: string]: readonly string[] } = {}
  ): Promise<ISearchPage> {
    const query = new URLSearchParams(Object.entries({ ...wanted, mine: mine ? 1 : 0 }).map(([k, v]) => [k, String(v)]));
    for (const [facet, values] of Object.entries(narrowed)) {
      values.forEach(value => query.append(`facet.${facet}`, value));
    }
    return this._ask('GET', 'search', undefined, undefined, `?${query}`);
  }

  /** What runs, was stopped, or was lost; drafts that were lost are looked for in one repository. */
  underway(to: string): Promise<{ underway: IUnderway[] }> {
    return this._ask('GET', 'underway' + URLExt.objectToQueryString({ to }));
  }

  /** Delete an unpublished draft. */
  discard(draft: string, to: string): Promise<unknown> {
    return this._ask('DELETE', 'underway', undefined, undefined, URLExt.objectToQueryString({ draft, to }));
  }

  jobs(): Promise<{ jobs: IJob[] }> {
    return this._ask('GET', 'jobs');
  }

  /** A job as it is now; where `after` is its present `seq`, the answer comes with the next change, or after 20 seconds. */
  job(id: string, after: number, signal?: AbortSignal): Promise<IJob> {
    return this._ask('GET', ['jobs', id], undefined, signal, `?after=${after}`);
  }

  cancel(id: string): Promise<IJob> {
    return this._ask('DELETE', ['jobs', id]);
  }

  /** Say that badge and Deposit are in the document and on the disk. */
  stamped(path: string, act: string): Promise<void> {
    return this._ask('POST', 'stamped', { path, act });
  }

  /** Where a record can be looked at: the embedded repository's pages are served by Jupyter itself. */
  landingPage(repository: IRepository | undefined, record: { id: string; html_url: string }): string {
    return repository?.url.startsWith('http+local:')
      ? URLExt.join(this._settings.baseUrl, ROOT, 'repository/records', encodeURIComponent(record.id))
      : record.html_url;
  }

  private async _ask<T>(
    method: string,
    route: string | string[],
    body?: unknown,
    signal?: AbortSignal,
    query = ''
  ): Promise<T> {
    const path = typeof route === 'string' ? route : route.map(encodeURIComponent).join('/');
    const url = URLExt.join(this._settings.baseUrl, ROOT, path) + query;
    const init: RequestInit = { method, signal, body: body === undefined ? undefined : JSON.stringify(body) };
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this._settings);
    } catch (error) {
      if (signal?.aborted) {
        throw error;
      }
      throw new ApiError({ error: NO_ANSWER, message: 'The Jupyter server does not answer.', hint: '' }, 0);
    }
    if (!response.ok) {
      throw await errorOf(response);
    }
    return response.status === 204 ? (undefined as T) : await response.json();
  }
}

// What is typed: options, commands of a shell, magics.
const TYPED = /(^|[^-\w])--[a-z]|\bjupyter zenodo\b|\bpip install\b|%zenodo/;

/** Return what to try, without the sentences that tell what to type on a command line: the panel has its own words for it. */
export function hintOf(body: { hint?: string }): string {
  const sentences = (body.hint ?? '').split(/(?<=[.!?])\s+/);
  return sentences.filter(sentence => !TYPED.test(sentence)).join(' ');
}

/** Read why a request failed; proxies and other servers answer without our words. */
async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  let body: Partial<IErrorBody> = {};
  try {
    body = JSON.parse(text);
  } catch {
    body = {};
  }
  const message = body.message || `${response.status} ${response.statusText}`.trim();
  return new ApiError({ hint: '', ...body, error: body.error || NO_ANSWER, message }, response.status);
}
