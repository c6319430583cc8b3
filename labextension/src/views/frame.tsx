/**
 * The frame of the panel: its views, and the page that fits where the notebook stands.
 */
import * as React from 'react';
import type { OpenNotebook } from '../document';
import type { Group, NotebookModel } from '../model';
import { NotebookProvider, PanelProvider, usePanel, type IPanelContext } from './context';
import { Link } from './controls';
import { Done } from './done';
import { Edit } from './edit';
import { Failed } from './failed';
import { Opening } from './opening';
import { ProgressPage } from './progress';
import { Records } from './records';
import { Review } from './review';
import { StateLine } from './state';

/** The views of the panel. */
export type View = 'notebook' | 'records' | 'opening';

const PAGES = { edit: Edit, review: Review, progress: ProgressPage, failed: Failed, done: Done };

interface IFrameProps {
  view: View;
  onView: (view: View) => void;
  current: { model: NotebookModel; notebook: OpenNotebook } | null;
}

export function Frame(props: IFrameProps & { panel: IPanelContext }): JSX.Element {
  return (
    <PanelProvider value={props.panel}>
      <Views {...props} />
    </PanelProvider>
  );
}

function Views(props: IFrameProps): JSX.Element {
  const { trans } = usePanel();
  const { view, onView, current } = props;
  const tabs: [View, string][] = [
    ['notebook', trans.__('This notebook')],
    ['records', trans.__('My records')],
    ['opening', trans.__('Find')]
  ];
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -tabs.length, End: tabs.length }[event.key];
    if (step) {
      const at = tabs.findIndex(([name]) => name === view);
      const next = tabs[Math.max(0, Math.min(tabs.length - 1, at + step))][0];
      onView(next);
      document.getElementById(`zj-tab-${next}`)?.focus();
    }
  };
  // Accel Enter does the primary action from anywhere, except what cannot be undone: there it only moves the focus.
  const onAccelEnter = (event: React.KeyboardEvent<HTMLElement>) => {
    const button = event.currentTarget.querySelector<HTMLButtonElement>('.zj-primary');
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && button) {
      event.preventDefault();
      button.focus();
      if (!('final' in button.dataset)) {
        button.click();
      }
    }
  };
  return (
    <section className="zj-panel" aria-label={trans.__('Publish')} onKeyDown={onAccelEnter}>
      <h2 className="zj-sr">{trans.__('Publish')}</h2>
      <div className="zj-tabs" role="tablist" aria-label={trans.__('Views')} onKeyDown={onKeyDown}>
        {tabs.map(([name, words]) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`zj-tab-${name}`}
            aria-selected={view === name}
            aria-controls="zj-view"
            tabIndex={view === name ? 0 : -1}
            onClick={() => onView(name)}
          >
            {words}
          </button>
        ))}
      </div>
      <div className="zj-view" role="tabpanel" id="zj-view" aria-labelledby={`zj-tab-${view}`}>
        {view === 'opening' ? <Opening /> : view === 'records' ? <Records /> : current ? <Notebook {...current} /> : <Nothing onView={onView} />}
      </div>
    </section>
  );
}

function Notebook(props: { model: NotebookModel; notebook: OpenNotebook }): JSX.Element {
  const { focus } = usePanel();
  const { model } = props;
  const reveal = (group: Group, id?: string) => {
    model.turn('edit');
    model.toggle(group, true);
    focus(...(id ? [id] : []), `zj-group-${group}`);
  };
  const Page = PAGES[model.page];
  return (
    <NotebookProvider value={{ ...props, reveal }}>
      <StateLine />
      <Page />
    </NotebookProvider>
  );
}

function Nothing(props: { onView: (view: View) => void }): JSX.Element {
  const { trans } = usePanel();
  return (
    <div className="zj-body">
      <div className="zj-pad">
        <p className="zj-strong">{trans.__('No notebook is open')}</p>
        <p className="zj-sub zj-gap">
          {trans.__('Open the notebook that you want to publish; this panel follows it.')}{' '}
          <Link onClick={() => props.onView('opening')}>{trans.__('Open one by its DOI')}</Link>
        </p>
      </div>
    </div>
  );
}
