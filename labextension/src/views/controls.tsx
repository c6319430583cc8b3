/**
 * Small pieces that the views are made of.
 *
 * Inputs and buttons are the browser's own in JupyterLab's style (`jp-mod-styled`), since hints and errors must be tied to a
 * field by `aria-describedby`, which does not reach into the web components of the toolkit.
 */
import { caretDownIcon, caretRightIcon, checkIcon, copyIcon, type LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { blockIcon, tickIcon, warnIcon } from '../icons';
import { usePanel } from './context';
import { wrongOf, type Told } from './words';

/** A drawing beside words, which say the same. */
export function Icon(props: { icon: LabIcon; className?: string }): JSX.Element {
  return <props.icon.react tag="span" aria-hidden="true" className={`zj-icon ${props.className ?? ''}`} />;
}

/** Milliseconds in which the second click of a double click on the page before may still come. */
const DOUBLE = 400;

interface IButtonProps extends React.ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'main' | 'quiet' | 'icon';
  icon?: LabIcon;
  /** Takes no click in its first moments: it stands where another button stood. */
  isGuarded?: boolean;
}

/** A button; `main` is the one primary action of a page. */
export function Button({ kind, icon, children, className, isGuarded, onClick, ...rest }: IButtonProps): JSX.Element {
  const [isYoung, setYoung] = React.useState(isGuarded || kind === 'main');
  React.useEffect(() => {
    const timer = setTimeout(() => setYoung(false), DOUBLE);
    return () => clearTimeout(timer);
  }, []);
  return (
    <button
      type="button"
      className={`zj-btn jp-mod-styled ${kind ? `zj-btn-${kind}` : ''} ${isYoung ? 'is-young' : ''} ${className ?? ''}`}
      title={kind === 'icon' ? rest['aria-label'] : undefined}
      {...rest}
      aria-disabled={isYoung || rest['aria-disabled']}
      onClick={isYoung ? undefined : onClick}
    >
      {icon && <Icon icon={icon} />}
      {children}
    </button>
  );
}

/** A link that does something here. */
export function Link(props: React.ButtonHTMLAttributes<HTMLButtonElement>): JSX.Element {
  return <button type="button" {...props} className={`zj-link ${props.className ?? ''}`} />;
}

/** A link that leaves JupyterLab. */
export function Away(props: { href: string; children: React.ReactNode; className?: string; id?: string }): JSX.Element {
  return <a {...props} target="_blank" rel="noopener noreferrer" />;
}

const VOICES = { bad: blockIcon, warn: warnIcon, ok: tickIcon, info: null };

/** A note: one shape, four voices, each with a mark of its own. */
export function Note(props: {
  voice: keyof typeof VOICES;
  title?: React.ReactNode;
  role?: string;
  id?: string;
  children?: React.ReactNode;
}): JSX.Element {
  const icon = VOICES[props.voice];
  return (
    <div className={`zj-note is-${props.voice}`} role={props.role} id={props.id} tabIndex={props.id ? -1 : undefined}>
      {props.title && (
        <p className="zj-note-head">
          {icon && <Icon icon={icon} />}
          <span>{props.title}</span>
        </p>
      )}
      {props.children}
    </div>
  );
}

/** What went wrong, and what to try. */
export function Problem(props: { error: Told }): JSX.Element {
  const { message, hint } = wrongOf(props.error, usePanel().trans);
  return (
    <Note voice="bad" title={message} role="alert">
      {hint && <p>{hint}</p>}
    </Note>
  );
}

/** A part that is closed until one wants it. */
export function Fold(props: {
  title: React.ReactNode;
  aside?: React.ReactNode;
  isOpen?: boolean;
  children: React.ReactNode;
}): JSX.Element {
  const [chosen, choose] = React.useState(false);
  const isOpen = chosen || !!props.isOpen;
  return (
    <div className="zj-foldbox">
      <h4>
        <button type="button" className="zj-fold" aria-expanded={isOpen} onClick={() => choose(!isOpen)}>
          <Icon icon={isOpen ? caretDownIcon : caretRightIcon} />
          <span className="zj-fold-title">{props.title}</span>
          {props.aside && <span className="zj-sub zj-small">{props.aside}</span>}
        </button>
      </h4>
      {isOpen && <div className="zj-fold-body">{props.children}</div>}
    </div>
  );
}

/** How much of a long list is shown at once: a tick among a thousand rows would take a third of a second. */
const SHOWN = 100;

/** A list that shows its beginning, and more of it at will. */
export function Listed<T>(props: {
  items: readonly T[];
  className?: string;
  children: (item: T) => React.ReactNode;
}): JSX.Element {
  const { trans } = usePanel();
  const [most, setMost] = React.useState(SHOWN);
  const { length } = props.items;
  const next = Math.min(length - most, SHOWN);
  return (
    <>
      <ul className={props.className}>{props.items.slice(0, most).map(props.children)}</ul>
      {next > 0 && (
        <p className={props.className}>
          <Link onClick={() => setMost(most + SHOWN)}>{trans._n('Show %1 more', 'Show %1 more', next)}</Link>{' '}
          <span className="zj-sub zj-small">{trans.__('%1 of %2', most, length)}</span>
        </p>
      )}
    </>
  );
}

/** Facts, each with its name. */
export function Facts(props: { rows: [string, React.ReactNode][] }): JSX.Element {
  return (
    <dl className="zj-facts">
      {props.rows.map(([name, value]) => (
        <React.Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}

/** A DOI, drawn as its badge. */
export function Badge(props: { doi: string; href?: string; isPractice: boolean }): JSX.Element {
  const { trans } = usePanel();
  const [prefix, ...suffix] = props.doi.split('/');
  const inner = (
    <>
      <b>{props.isPractice ? trans.__('PRACTICE DOI') : 'DOI'}</b>
      <span>
        {prefix}/<wbr />
        {suffix.join('/')}
      </span>
    </>
  );
  const className = `zj-doi ${props.isPractice ? 'is-practice' : ''}`;
  return props.href ? (
    <Away href={props.href} className={className}>
      {inner}
    </Away>
  ) : (
    <span className={className}>{inner}</span>
  );
}

/** Copies a text, and says so. */
export function CopyButton(props: { text: string; kind?: 'main'; children: React.ReactNode; className?: string }): JSX.Element {
  const { trans } = usePanel();
  const [isCopied, setCopied] = React.useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(props.text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <Button kind={props.kind} className={props.className} icon={isCopied ? checkIcon : copyIcon} onClick={() => void copy()}>
      <span aria-live="polite">{isCopied ? trans.__('Copied') : props.children}</span>
    </Button>
  );
}
