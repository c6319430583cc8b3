/**
 * Signing in to a repository on its own pages, in a window beside JupyterLab, and watching whether it is done.
 */
import { ApiError, type Api } from './api';
import type { IBegun, ISigningIn } from './types';

/** Milliseconds between two looks. */
const INTERVAL = 1000;

/** What is under way, one for each repository at most. */
export class SignIns {
  /**
   * @param _api The server.
   * @param _changed Told when something begins or ends.
   */
  constructor(
    private _api: Api,
    private _changed: () => void,
    private _interval = INTERVAL
  ) {}

  /** The one that is under way. */
  get(repository: string): IBegun | undefined {
    return this._begun.get(repository);
  }

  /**
   * Begin, and wait until it is over.
   *
   * @param open Opens an address in the window; it is called once.
   * @returns Who one is; null where it was cancelled.
   * @throws ApiError When it failed.
   */
  async run(repository: string, open: (address: string) => void): Promise<ISigningIn | null> {
    const begun = await this._api.beginSignIn(repository);
    this._begun.set(repository, begun);
    this._changed();
    open(begun.address);
    try {
      for (;;) {
        await new Promise(resolve => setTimeout(resolve, this._interval));
        if (this.get(repository) !== begun) {
          return null;
        }
        const seen = await this._look(repository, begun.id);
        if (seen?.error) {
          throw new ApiError(seen.error, 0);
        }
        if (seen?.state === 'done') {
          return seen;
        }
      }
    } finally {
      this._forget(repository, begun);
    }
  }

  /** Give up: whoever comes back from it is not taken in. */
  async cancel(repository: string): Promise<void> {
    const begun = this.get(repository);
    if (begun) {
      this._forget(repository, begun);
      await this._api.cancelSignIn(repository, begun.id);
    }
  }

  /** See how it stands; nothing while the server is away for a moment. */
  private async _look(repository: string, id: string): Promise<ISigningIn | null> {
    try {
      return await this._api.signIn(repository, id);
    } catch (error) {
      if ((error as ApiError).isOffline) {
        return null;
      }
      throw error;
    }
  }

  private _forget(repository: string, begun: IBegun): void {
    if (this.get(repository) === begun) {
      this._begun.delete(repository);
      this._changed();
    }
  }

  private _begun = new Map<string, IBegun>();
}
