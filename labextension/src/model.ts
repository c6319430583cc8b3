/**
 * Where one open notebook stands, and the way from there to its DOI. No DOM: views listen to `changed`.
 */
import { Signal } from '@lumino/signaling';
import { Act, type IDocument } from './act';
import { ApiError, type Api } from './api';
import { Editing } from './editing';
import { finishedOf, type IFinished } from './finished';
import { faultsOf, type Faults } from './form';
import { isActive } from './following';
import { Order, type IMemory } from './order';
import type { Places } from './places';
import { Rehearsing } from './rehearsing';
import { remedy } from './remedy';
import { merged, Typing } from './typing';
import type { IFieldError, IFinding, IJob, IPlan, IStanding, Json, Outcome } from './types';

/** Pages of the panel. */
export type Page = 'edit' | 'review' | 'progress' | 'failed' | 'done';
/** Pages that a person, or the end of an act, can turn to. */
type Turn = 'edit' | 'review' | 'done' | null;
/** The six marks. */
export type Mark = 'never' | 'draft' | 'published' | 'changed' | 'uploading' | 'stopped' | 'waiting' | 'declined';
/** The four groups. */
export type Group = 'files' | 'about' | 'checks' | 'where';

/** Milliseconds of rest in typing before the server is asked again. */
export const REST = 600;

/** The state of one open notebook. */
export class NotebookModel {
  readonly changed = new Signal<this, void>(this);
  readonly order: Order;
  readonly act: Act;
  readonly editing: Editing;
  readonly rehearsing: Rehearsing;
  readonly typing: Typing;
  standing: IStanding | null = null;
  plan: IPlan | null = null;
  finished: IFinished | null = null;
  /** Why the last look failed. */
  problem: ApiError | null = null;
  /** What is asked before something that cannot be undone. */
  question: string | null = null;
  /** What came of the last button beside a finding. */
  remedied: { ok: true; words: string } | { ok: false; error: ApiError } | null = null;
  /** The groups that are open. */
  readonly open = new Set<Group>();
  /** Whether the server is being asked. */
  isLooking = false;
  /** Where one has turned to; null leaves it to the state. */
  turnedTo: Turn = null;

  constructor(
    readonly document: IDocument,
    readonly places: Places,
    memory: IMemory | null
  ) {
    this._api = places.api;
    this.order = new Order(document.path, memory);
    this.act = new Act(document, this._api);
    this.editing = new Editing(this.order, this._api);
    this.rehearsing = new Rehearsing(this._api);
    this.typing = new Typing(document, this.order, this._api);
    this.order.changed.connect(this._onChoice, this);
    this.act.changed.connect(this._tell, this);
    this.editing.changed.connect(this._tell, this);
    this.rehearsing.changed.connect(this._tell, this);
    places.changed.connect(this._tell, this);
  }

  // -- what is shown -------------------------------------------------------------------------------------------------

  get page(): Page {
    if (this.act.isActive || (this._isEnding && this.act.published)) {
      return 'progress';
    }
    if (this.act.job && this.act.job.state !== 'done') {
      return 'failed';
    }
    const natural = this.finished && this.standing?.state === 'published' && !this.plan?.redescribed ? 'done' : 'edit';
    return this.turnedTo === 'done' && !this.finished ? natural : (this.turnedTo ?? natural);
  }

  get mark(): Mark {
    if (this.page === 'progress' || this.page === 'failed') {
      return this.page === 'progress' ? 'uploading' : 'stopped';
    }
    const state = this.standing?.state ?? 'never';
    if (state === 'stopped' && (this.standing?.anonymous || this.standing?.saved)) {
      return 'draft';
    }
    return state !== 'never' && state !== 'foreign' ? state : this.order.isTouched ? 'draft' : 'never';
  }

  /** What is wrong with the description, by field. */
  get faults(): Faults {
    const values = { ...this.plan?.metadata, ...this.order.chosen.edits };
    return faultsOf(this.places.fields, values, this._refused ?? this.plan?.errors ?? []);
  }

  /** The findings that forbid publishing, without those that the person accepted. */
  get blockers(): IFinding[] {
    return (this.plan?.findings ?? []).filter(f => f.severity === 'block' && !this.order.isAccepted(f));
  }

  /** The group that keeps this from being published, if one does. */
  get obstacle(): Group | null {
    if (this.faults.size) {
      return 'about';
    }
    return this.blockers.length ? 'checks' : this.places.needsToken(this.order.chosen.to) ? 'where' : null;
  }

  /** The value of a field: what the person wrote, else what is proposed. */
  value(name: string): Json | undefined {
    return name in this.order.chosen.edits ? this.order.chosen.edits[name] : this.plan?.metadata[name];
  }

  // -- looking -------------------------------------------------------------------------------------------------------

  /** Take up what was left, when the notebook is opened: choices that were kept, a job that runs, a badge that waits. */
  recall(): Promise<void> {
    this._recalled ??= this._recall().catch(error => {
      this._recalled = undefined;
      this._fail(error);
    });
    return this._recalled;
  }

  /** Save, and ask what publishing would do. */
  async look(): Promise<void> {
    clearTimeout(this._timer);
    this.typing.stop();
    const turn = ++this._turn;
    this.isLooking = true;
    this.changed.emit();
    try {
      await this.recall();
      if (this.act.isActive) {
        return;
      }
      await this.places.load();
      await this.act.save();
      const plan = await this._api.collect(this.order.body());
      const isPublished = plan.standing.state === 'published';
      const finished = isPublished ? await finishedOf(this._api, plan, this.act.published, this.finished) : this.finished;
      if (turn === this._turn) {
        Object.assign(this, { plan, finished, standing: plan.standing, problem: null, _refused: null });
      }
    } catch (error) {
      if (turn === this._turn) {
        this._fail(error);
      }
    } finally {
      if (turn === this._turn) {
        this.isLooking = false;
        this.changed.emit();
      }
    }
  }

  /** Look again when the person rests. */
  lookSoon(): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this.look(), REST);
  }

  /** Something was written into the notebook: have it checked as it is, when the person rests. */
  onTyped(): void {
    if (this.plan && !this.act.isActive && !this.isLooking) {
      this.typing.checkSoon(checked => {
        this.plan = { ...this.plan!, findings: merged(checked, this.plan!.findings) };
        this.changed.emit();
      });
    }
  }

  /** The person saved the notebook: see whether it is still what was published. */
  onSaved(): void {
    if (this.turnedTo === 'done') {
      this.turnedTo = null;
    }
    void this.look();
  }

  /** Do about a finding what a button offers: the server works it out, the open notebook takes it. */
  async remedy(finding: IFinding, name: string): Promise<void> {
    if (this.isLooking) {
      return; // the finding may be gone already
    }
    this.isLooking = true;
    this.remedied = null;
    this.changed.emit();
    try {
      await this.act.save();
      this.remedied = { ok: true, words: await remedy(this.document, this._api, finding, name) };
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      this.remedied = { ok: false, error };
    } finally {
      this.isLooking = false;
    }
    await this.look();
  }

  // -- turning pages --------------------------------------------------------------------------------------------------

  toggle(group: Group, isOpen = !this.open.has(group)): void {
    this.open[isOpen ? 'add' : 'delete'](group);
    this.changed.emit();
  }

  turn(to: Turn): void {
    this.turnedTo = to;
    this.question = null;
    this.changed.emit();
  }

  // -- publishing ----------------------------------------------------------------------------------------------------

  /**
   * Publish, to the badge. A second call while it runs does nothing.
   *
   * @param yes The person was told what cannot be undone, and with which account.
   * @param as What is made of it.
   */
  async publish(yes: boolean, as: Outcome = 'record'): Promise<void> {
    this._yes ||= yes;
    this.question = null;
    const kind = { anonymous: as === 'anonymous', draft: as === 'draft' };
    const order = { ...this.order.body(), accept: [...this.order.accepted], yes: this._yes, ...kind };
    await this._followed(() => this.act.start(order));
  }

  /**
   * Have the published record say what the person wrote; its DOI, version and files stay.
   *
   * @param answer What the person said to a question.
   */
  async edit(answer?: { yes?: boolean; overwrite?: boolean }): Promise<void> {
    try {
      const done = await this.editing.start(answer);
      if (done) {
        this.act.forget(); // what it published looks different now
        this.finished = { ...done, published: null, edited: done.changed };
        this.turnedTo = null;
        this.order.published();
        await this.look();
      }
    } catch (error) {
      this._fail(error);
      this.toggle('about', true);
    }
  }

  /**
   * Save, run what would be published as somebody else would, and look at what that told.
   *
   * @param job One that runs already.
   */
  async rehearse(job?: IJob): Promise<void> {
    try {
      if (!job) {
        await this.act.save();
      }
      await (job ? this.rehearsing.watch(job) : this.rehearsing.start(this.order.body()));
      await this.look();
    } catch (error) {
      this._fail(error);
    }
  }

  /** Leave the page that says what failed; the draft is kept. */
  leave(): void {
    this.act.forget();
    this.turn('edit');
    void this.look();
  }

  /** The notebook has another name now. */
  renamed(): void {
    this.order.rename(this.document.path);
  }

  dispose(): void {
    clearTimeout(this._timer);
    this.act.dispose();
    this.editing.dispose();
    this.rehearsing.dispose();
    this.typing.stop();
    Signal.clearData(this);
  }

  private async _recall(): Promise<void> {
    await this.document.ready;
    const [{ jobs }] = await Promise.all([this._api.jobs(), this.places.load(), this.order.recall()]);
    const mine = jobs.filter(job => job.params.path === this.order.path);
    const last = mine.find(job => job.kind === 'publish');
    const rehearsal = mine.find(job => job.kind === 'rehearse' && isActive(job));
    this.order.aim(this._where(last));
    const { to } = this.order.chosen;
    const { standing, stamp, job, repository } = await this._api.status(this.order.path, to);
    if (!to) {
      const isNew = !stamp && !job && (standing.state === 'never' || standing.state === 'foreign');
      this.order.aim(this.places.home(repository, isNew));
    }
    this.standing = standing;
    this._tell();
    if (job || (last?.error && standing.state === 'stopped') || (last?.result?.anonymous && standing.anonymous)) {
      void this._followed(() => this.act.watch(job ?? last!));
    } else if (stamp) {
      await this.act.stamp(stamp);
    }
    if (rehearsal) {
      void this.rehearse(rehearsal);
    }
  }

  /** Return where this notebook was published, or was about to be: by a running job, by choice, by the last job, by its Deposit. */
  private _where(last: IJob | undefined): string | null {
    const deposit = this.document.deposit;
    const before = isActive(last) ? [last!.params.to] : [this.order.chosen.to, last?.params.to];
    // What a notebook names counts only where it is known here, under that very address.
    const known = this.places.repositories.find(row => row.name === deposit?.repository && row.url === deposit.url);
    const name = [...before, known?.name].find(Boolean) as string | undefined;
    return this.places.repositories.some(row => row.name === name) ? name! : null;
  }

  /** Wait for the end of a publication, and turn to the page that follows. */
  private async _followed(run: () => Promise<IJob | null>): Promise<void> {
    let ended: IJob | null = null;
    this._isEnding = true;
    try {
      ended = await run();
    } catch (error) {
      this._isEnding = false;
      this.turnedTo = 'edit'; // where problems are told
      this._fail(error);
    }
    if (!ended || isActive(ended)) {
      return;
    }
    const error = ended.error;
    if (ended.state === 'done') {
      const { review, anonymous, draft } = this.act.published!;
      this.turnedTo = anonymous || draft ? 'edit' : 'done';
      if (!review && !anonymous && !draft) {
        this.order.published(); // what waits for a community may have to be submitted again
      }
      await this.look();
    } else if (error?.error === 'NeedsConsent') {
      this.act.forget();
      this.turn('review');
      this.question = error.message;
    } else if (error?.errors?.length || error?.findings?.length) {
      this.act.forget();
      this.turn('edit');
      this._refused = error.errors?.length ? error.errors : null;
      this.problem = new ApiError(error, 0);
      this.toggle(error.errors?.length ? 'about' : 'checks', true);
    }
    this._isEnding = false;
    this.changed.emit();
  }

  private _fail(error: unknown): void {
    if (error instanceof ApiError) {
      this.problem = error;
      this._refused = error.errors.length ? error.errors : null;
      this.changed.emit();
    } else if (!(error instanceof DOMException && error.name === 'AbortError')) {
      throw error;
    }
  }

  private _onChoice(): void {
    this.problem = this._refused = null;
    this._tell();
    this.lookSoon();
  }

  private _tell = (): void => this.changed.emit();

  private _api: Api;
  private _recalled: Promise<void> | undefined;
  /** What the repository or the reading refused in the description, where that is newer than the plan. */
  private _refused: IFieldError[] | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the looks: only the answer to the last one is shown. */
  private _turn = 0;
  private _yes = false;
  /** Until the badge is in, and it was looked again, what is known is from before the publication. */
  private _isEnding = false;
}
