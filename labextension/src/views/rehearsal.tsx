/**
 * The rehearsal: how far it is, and the level that it told. It forbids nothing.
 */
import { runIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { markIcons } from '../icons';
import type { IRehearsal } from '../types';
import { useNotebook, usePanel } from './context';
import { Button, Icon, Note, Problem } from './controls';
import { Bar } from './progress';

/** From this level on, all outputs came out the same; from the second on, it ran to its end. */
const [SAME, RAN] = ['R4', 'R2'];

function voiceOf({ level }: IRehearsal): 'ok' | 'warn' | 'bad' {
  return level >= SAME ? 'ok' : level >= RAN ? 'warn' : 'bad';
}

/** What it told, or how far it is, or what it is for. */
export function Rehearsal(): JSX.Element {
  const { trans } = usePanel();
  const { model } = useNotebook();
  const { rehearsing, plan } = model;
  const told = plan?.rehearsal;
  if (rehearsing.isActive) {
    return (
      <div className="zj-gap" id="zj-rehearsal" tabIndex={-1}>
        <Bar progress={rehearsing.job?.progress ?? null} label={trans.__('Rehearsing')} />
        <div className="zj-row zj-gap">
          <Button className="zj-btn-s" isGuarded onClick={() => void rehearsing.cancel()}>
            {trans.__('Stop rehearsing')}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div className="zj-gap" id="zj-rehearsal" tabIndex={-1}>
      {rehearsing.problem && <Problem error={rehearsing.problem} />}
      {told ? (
        <Note voice={voiceOf(told)} title={trans.__('Rehearsed: %1', told.level)} role="status">
          <p>{told.verdict}</p>
          {told.advice && <p>{told.advice}</p>}
        </Note>
      ) : (
        <p className="zj-sub">
          {trans.__('A rehearsal runs what would be published in an empty folder with its own packages, and tells what came out the same. It forbids nothing.')}
        </p>
      )}
    </div>
  );
}

/** Begins one. */
export function RehearseButton(props: { className?: string }): JSX.Element {
  const { trans, focus } = usePanel();
  const { model } = useNotebook();
  const isBusy = model.rehearsing.isActive || !model.plan;
  return (
    <Button
      icon={runIcon}
      className={props.className}
      aria-disabled={isBusy || undefined}
      onClick={() => {
        if (!isBusy) {
          void model.rehearse();
          focus('zj-rehearsal');
        }
      }}
    >
      {model.plan?.rehearsal ? trans.__('Rehearse again') : trans.__('Rehearse')}
    </Button>
  );
}

/** The level that it told, for beside the publish button; nothing where there is none. */
export function RehearsedLevel(): JSX.Element | null {
  const { trans } = usePanel();
  const { model } = useNotebook();
  const told = model.plan?.rehearsal;
  if (model.rehearsing.isActive) {
    return (
      <span className="zj-level">
        <Icon icon={markIcons.uploading} /> {trans.__('Rehearsing')}
      </span>
    );
  }
  return told ? (
    <span className={`zj-level is-${voiceOf(told)}`} title={told.verdict}>
      {trans.__('Rehearsed: %1', told.level)}
    </span>
  ) : null;
}
