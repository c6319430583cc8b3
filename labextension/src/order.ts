/**
 * What a person chose for the publication of one notebook. It is kept as it is made, so that a reload loses nothing.
 */
import { Signal } from '@lumino/signaling';
import { isEmpty, pruned } from './form';
import type { IFileEntry, IFinding, IOrder, Json, JsonObject } from './types';

/** Where choices are kept; JupyterLab's IStateDB is one. */
export interface IMemory {
  fetch(id: string): Promise<unknown>;
  save(id: string, value: any): Promise<unknown>;
  remove(id: string): Promise<unknown>;
}

/** What is chosen, as it is kept. */
interface IChosen {
  /** Name of the repository; null for the default. */
  to: string | null;
  /** Fields that the person wrote, by name; null where a proposed value was taken back. */
  edits: JsonObject;
  /** Files that were unticked. */
  excluded: IFileEntry[];
  /** Contents paths of files and folders that were added. */
  data: string[];
  /** Make a new record even where there could be a next version. */
  asNew: boolean;
  /** DOI of the record that this is to be the next version of, where the server does not know. */
  versionOf: string | null;
}

const NOTHING: IChosen = { to: null, edits: {}, excluded: [], data: [], asNew: false, versionOf: null };

/** The choices for one notebook. */
export class Order {
  /** Emitted when something was chosen. */
  readonly changed = new Signal<this, void>(this);
  chosen: Readonly<IChosen> = NOTHING;
  /** Blocking findings that the person decided to publish in spite of; asked again after a reload. */
  accepted: readonly string[] = [];

  constructor(
    private _path: string,
    private _memory: IMemory | null
  ) {}

  get path(): string {
    return this._path;
  }

  /** Whether anything was written or chosen that a first look would not give. */
  get isTouched(): boolean {
    const { edits, excluded, data } = this.chosen;
    return Object.keys(edits).length > 0 || excluded.length > 0 || data.length > 0;
  }

  /** Write a field; null takes back what is proposed. */
  write(name: string, value: Json): void {
    this._choose({ edits: { ...this.chosen.edits, [name]: value } });
  }

  /** Give a field back to what is proposed. */
  forget(name: string): void {
    const { [name]: _, ...edits } = this.chosen.edits;
    this._choose({ edits });
  }

  /** Tick or untick files. */
  tick(files: readonly IFileEntry[], isIn: boolean): void {
    const keys = new Set(files.map(file => file.key));
    const others = this.chosen.excluded.filter(file => !keys.has(file.key));
    this._choose({ excluded: isIn ? others : [...others, ...files.filter(file => file.role !== 'notebook')] });
  }

  /** Take files or folders along, by their contents paths. */
  add(paths: readonly string[]): void {
    this._choose({ data: [...new Set([...this.chosen.data, ...paths])] });
  }

  publishTo(repository: string): void {
    this._choose({ to: repository, asNew: false, versionOf: null });
  }

  /** Choose between a new record and the next version. */
  follows(which: { asNew: boolean; versionOf: string | null }): void {
    this._choose(which);
  }

  /** Publish in spite of a finding. */
  accept(finding: IFinding): void {
    this.accepted = [...this.accepted, nameOf(finding)];
    this.changed.emit();
  }

  isAccepted(finding: IFinding): boolean {
    return this.accepted.includes(nameOf(finding));
  }

  /** Take up what was kept. */
  async recall(): Promise<void> {
    const kept = (await this._memory?.fetch(this._id)) as Partial<IChosen> | undefined;
    this.chosen = { ...this.chosen, ...kept };
  }

  /** Say where to, as it was the last time, without choosing. */
  aim(repository: string | null): void {
    this.chosen = { ...this.chosen, to: repository };
  }

  /** Forget what has been published; where to and the added files stay. */
  published(): void {
    this.accepted = [];
    const { to, data } = this.chosen;
    this._choose({ ...NOTHING, to, data });
  }

  /** Keep the choices under the notebook's new name. */
  rename(path: string): void {
    void this._memory?.remove(this._id);
    this._path = path;
    this._choose({});
  }

  /** Return it as the server wants it. */
  body(): IOrder {
    const { to, edits, excluded, data, asNew, versionOf } = this.chosen;
    const said = Object.entries(edits).map(([name, value]) => [name, isEmpty(value) ? null : pruned(value)]);
    return {
      path: this._path,
      data,
      exclude: excluded.map(file => file.key),
      to,
      metadata: said.length ? Object.fromEntries(said) : null,
      new: asNew,
      version_of: versionOf
    };
  }

  private get _id(): string {
    return `zenodo-jupyter:${this._path}`;
  }

  private _choose(changes: Partial<IChosen>): void {
    this.chosen = { ...this.chosen, ...changes };
    void this._memory?.save(this._id, this.chosen);
    this.changed.emit();
  }
}

/** Return the name under which the server knows that a finding is accepted. */
function nameOf(finding: IFinding): string {
  return finding.where ? `${finding.id}@${finding.where}` : finding.id;
}
