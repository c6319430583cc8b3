/**
 * Requests to communities that are open: what one submitted, and what waits for one's own decision. No DOM: views listen to
 * `changed`.
 */
import { Signal } from '@lumino/signaling';
import { ApiError } from './api';
import type { Places } from './places';
import type { IRequest } from './types';

/** A request, and where it is. */
export interface IAsked extends IRequest {
  /** Name of the repository. */
  repository: string;
}

/** What can be done with a request. */
export type Action = 'accept' | 'decline' | 'cancel' | 'comment';

/** The open requests of all repositories where one has an account. */
export class Requests {
  readonly changed = new Signal<this, void>(this);
  /** Those that wait for oneself first, and the newest first among these and the others. */
  items: readonly IAsked[] = [];
  /** What went wrong, by name of the repository. */
  problems: ReadonlyMap<string, ApiError> = new Map();
  /** What was decided just now, in the server's word for it: `accepted`, `declined`, `cancelled`. */
  decided: IAsked | null = null;
  isLooking = false;

  constructor(private _places: Places) {}

  /** Ask all repositories. */
  async look(): Promise<void> {
    this._set({ isLooking: true });
    const found: IAsked[] = [];
    const problems = new Map<string, ApiError>();
    const ask = async (name: string) => {
      const { requests } = await this._places.api.requests(name);
      found.push(...requests.map(request => ({ ...request, repository: name })));
    };
    await this._places.load().catch(error => note(problems, '', error));
    const names = this._places.repositories.map(row => row.name).filter(name => !this._places.needsToken(name));
    await Promise.all(names.map(name => ask(name).catch(error => note(problems, name, error))));
    found.sort((a, b) => Number(waits(b)) - Number(waits(a)) || b.created.localeCompare(a.created));
    this._set({ items: found, problems, isLooking: false });
  }

  /** Read what was said about a request. */
  async read(item: IAsked): Promise<void> {
    await this._ask(item, () => this._places.api.request(item.id, item.repository));
  }

  /** Decide about a request, take it back, or say something. */
  async act(item: IAsked, action: Action, message: string): Promise<void> {
    await this._ask(item, () => this._places.api.actOn(item.id, action, message, item.repository));
  }

  private async _ask(item: IAsked, ask: () => Promise<IRequest>): Promise<void> {
    const problems = new Map(this.problems);
    problems.delete(item.repository);
    try {
      const now = { ...item, ...(await ask()) };
      const isOpen = now.status === 'submitted';
      const items = isOpen
        ? this.items.map(other => (other.id === item.id ? now : other))
        : this.items.filter(other => other.id !== item.id);
      this._set({ items, problems, decided: isOpen ? null : now });
    } catch (error) {
      note(problems, item.repository, error);
      this._set({ problems });
    }
  }

  private _set(changes: Partial<Pick<Requests, 'items' | 'problems' | 'decided' | 'isLooking'>>): void {
    Object.assign(this, changes);
    this.changed.emit();
  }
}

/** Whether a request waits for one's own decision. */
export function waits(request: IRequest): boolean {
  return request.actions.includes('accept') || request.actions.includes('decline');
}

function note(problems: Map<string, ApiError>, repository: string, error: unknown): void {
  if (!(error instanceof ApiError)) {
    throw error;
  }
  problems.set(repository, error);
}
