/**
 * Where choices are kept: in JupyterLab's state, and in the window until JupyterLab has written that down.
 */
import type { IMemory } from './order';

/**
 * A memory from which nothing is lost by a reload.
 *
 * JupyterLab sends its state to the server when nothing changed for three quarters of a second; what was typed within them
 * would be gone.
 */
export class Kept implements IMemory {
  /**
   * @param _state JupyterLab's; null where it has none.
   * @param _window Lives as long as the window.
   */
  constructor(
    private _state: IMemory | null,
    private _window: Storage = sessionStorage
  ) {}

  async fetch(id: string): Promise<unknown> {
    const here = this._window.getItem(id);
    return here === null ? this._state?.fetch(id) : JSON.parse(here);
  }

  async save(id: string, value: unknown): Promise<void> {
    try {
      this._window.setItem(id, JSON.stringify(value));
    } catch {
      this._window.removeItem(id); // it is full, and must not have what is older
    }
    await this._state?.save(id, value);
  }

  async remove(id: string): Promise<void> {
    this._window.removeItem(id);
    await this._state?.remove(id);
  }
}
