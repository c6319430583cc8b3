/**
 * The page while it is being published: how far it is, and how to stop it.
 */
import * as React from 'react';
import { markIcons, tickIcon, waitIcon } from '../icons';
import type { IProgress } from '../types';
import { useNotebook, usePanel } from './context';
import { Button, Icon } from './controls';
import { paceOf, percentOf, shareOf, sizeOf } from './words';

/** The server's steps, as people tell them apart. */
export const STEPS = [
  ['collect', 'check'],
  ['draft', 'metadata', 'reserve', 'stamp'],
  ['upload'],
  ['publish'],
  ['verify'],
  ['badge']
];
/** Milliseconds between two sentences for screen readers. */
const QUIET = 5000;

export function ProgressPage(): JSX.Element {
  const { trans } = usePanel();
  const { model } = useNotebook();
  const progress = model.act.job?.progress ?? null;
  const [isStopping, setStopping] = React.useState(false);
  const stop = () => {
    setStopping(true);
    model.act.cancel().catch(() => setStopping(false));
  };
  return (
    <>
      <div className="zj-body" role="group" aria-labelledby="zj-steps" tabIndex={0}>
        <div className="zj-pad">
          <Bar progress={progress} label={trans.__('Publishing')} />
          <h3 className="zj-head zj-gap2" id="zj-steps">{trans.__('Steps')}</h3>
          <Steps progress={progress} />
        </div>
      </div>
      <div className="zj-foot">
        <p className="zj-foot-say">
          {isStopping
            ? trans.__('Stopping at the next safe point …')
            : trans.__('You can keep working, or close this page: it goes on. Cancelling keeps the draft and what has been sent.')}
        </p>
        <div className="zj-acts">
          <Button className="zj-btn-wide" isGuarded aria-disabled={isStopping || undefined} onClick={stop}>
            {trans.__('Cancel')}
          </Button>
        </div>
      </div>
    </>
  );
}

/** A bar with numbers, and a quiet voice for who does not see it. */
export function Bar(props: { progress: IProgress | null; label: string; isStopped?: boolean }): JSX.Element {
  const { trans } = usePanel();
  const { progress } = props;
  const share = shareOf(progress);
  const isBytes = progress?.unit === 'B' && !!progress.total;
  const numbers = isBytes ? trans.__('%1 of %2', sizeOf(progress!.done ?? 0), sizeOf(progress!.total!)) : (progress?.message ?? '');
  return (
    <div>
      <div className="zj-meterline">
        <span className="zj-strong">{numbers || trans.__('Beginning …')}</span>
        <span>{props.isStopped ? trans.__('stopped') : share !== null && percentOf(share)}</span>
      </div>
      <div
        className={`zj-meter is-big ${props.isStopped ? 'is-stopped' : ''} ${share === null ? 'is-unknown' : ''}`}
        role="progressbar"
        aria-label={props.label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === null ? undefined : Math.floor(share * 100)}
        aria-valuetext={numbers}
      >
        <i style={{ width: `${100 * (share ?? 0)}%` }} />
      </div>
      {isBytes && <p className="zj-sub zj-small">{progress!.message}</p>}
      {isBytes && !props.isStopped && <p className="zj-sub zj-small">{paceOf(progress!, trans)}</p>}
      <Voice text={share === null ? (progress?.message ?? '') : percentOf(Math.floor(share * 10) / 10)} />
    </div>
  );
}

/** Says a text to screen readers, never more than once in five seconds. */
function Voice(props: { text: string }): JSX.Element {
  const [said, say] = React.useState(props.text);
  const last = React.useRef(0);
  React.useEffect(() => {
    const timer = setTimeout(
      () => {
        last.current = Date.now();
        say(props.text);
      },
      Math.max(0, last.current + QUIET - Date.now())
    );
    return () => clearTimeout(timer);
  }, [props.text]);
  return (
    <span className="zj-sr" aria-live="polite">
      {said}
    </span>
  );
}

function Steps(props: { progress: IProgress | null }): JSX.Element {
  const { trans } = usePanel();
  const names = [
    trans.__('Collect and check the files'),
    trans.__('Reserve the DOI, write it into the copy'),
    trans.__('Send the files'),
    trans.__('Publish'),
    trans.__('Read back and compare every file'),
    trans.__('Badge into this notebook')
  ];
  const now = Math.max(0, STEPS.findIndex(steps => steps.includes(props.progress?.step ?? '')));
  return (
    <ol className="zj-steps">
      {names.map((name, index) => {
        const [state, icon] =
          index < now
            ? ['is-done', tickIcon]
            : index === now
              ? ['is-now', markIcons.uploading]
              : ['is-next', waitIcon];
        return (
          <li key={name} className={state as string} aria-current={index === now ? 'step' : undefined}>
            <Icon icon={icon as typeof tickIcon} />
            <span>{name}</span>
          </li>
        );
      })}
    </ol>
  );
}
