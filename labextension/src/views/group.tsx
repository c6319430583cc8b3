/**
 * One of the four groups: a sentence when closed.
 */
import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { blockIcon, tickIcon, warnIcon } from '../icons';
import type { Group } from '../model';
import { useNotebook } from './context';
import { Icon } from './controls';
import { useDrop } from './dropping';

/** How a group is: its mark and its words. */
export interface ITally {
  voice: 'ok' | 'warn' | 'bad';
  words: string;
}

const MARKS = { ok: tickIcon, warn: warnIcon, bad: blockIcon };

export function GroupBox(props: {
  group: Group;
  name: string;
  summary: React.ReactNode;
  tally?: ITally | null;
  /** Takes files that are dragged here. */
  onDrop?: (paths: string[]) => void;
  children: React.ReactNode;
}): JSX.Element {
  const { model } = useNotebook();
  const isOpen = model.open.has(props.group);
  const id = `zj-group-${props.group}`;
  const box = React.useRef<HTMLElement>(null);
  useDrop(box, props.onDrop);
  return (
    <section className="zj-group" aria-labelledby={id} ref={box}>
      <h3>
        <button
          type="button"
          id={id}
          className="zj-group-head"
          aria-expanded={isOpen}
          onClick={() => model.toggle(props.group)}
        >
          <Icon icon={isOpen ? caretDownIcon : caretRightIcon} />
          <span>
            <span className="zj-name">{props.name}</span>
            <span className="zj-sum">{props.summary}</span>
          </span>
          {props.tally && (
            <span className={`zj-tally is-${props.tally.voice}`}>
              <Icon icon={MARKS[props.tally.voice]} />
              {props.tally.words}
            </span>
          )}
        </button>
      </h3>
      {isOpen && <div className="zj-group-body">{props.children}</div>}
    </section>
  );
}
