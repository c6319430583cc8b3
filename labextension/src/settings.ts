/**
 * What a person set in JupyterLab's settings editor; `schema/plugin.json` says what each is, and what it is at first.
 */
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';

/** The settings, as they are when nothing was set, or nothing can be. */
const FIRST = {
  /** Name of the repository to publish to where a notebook is on none yet; empty for the server's default. */
  repository: '',
  toolbarButton: true,
  statusItem: true,
  fileBrowserMarks: true,
  /** Whether the open panel looks at a notebook again whenever that is saved. */
  checkOnSave: true
};

/** The settings as they are now. */
export class Settings {
  readonly changed = new Signal<this, void>(this);
  now: Readonly<typeof FIRST> = FIRST;

  /** Follow the settings of a plugin. */
  async follow(registry: ISettingRegistry, plugin: string): Promise<void> {
    const settings = await registry.load(plugin);
    const take = () => {
      const set = Object.keys(FIRST).map(name => [name, settings.get(name).composite]);
      this.now = { ...FIRST, ...Object.fromEntries(set.filter(([, value]) => value !== undefined)) };
      this.changed.emit();
    };
    settings.changed.connect(take);
    take();
  }
}
