/**
 * Lists of the form: authors, licences, keywords.
 */
import { addIcon, caretDownIcon, caretRightIcon, caretUpIcon, deleteIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { faultsBelow, isPeople, keptOf, keyOf, newRow, textOf, titleOf } from '../form';
import { blockIcon } from '../icons';
import type { IField, Json } from '../types';
import { usePanel } from './context';
import { Button, Icon } from './controls';
import { Fields, idOf, type IFieldProps } from './field';
import { Input } from './input';
import { People } from './people';
import { Suggest } from './suggest';

/** Rows that can be added, changed, moved and removed. */
export function Rows(props: IFieldProps & { described: string }): JSX.Element {
  const { trans, focus } = usePanel();
  const { field, path, onChange } = props;
  const items = Array.isArray(props.value) ? props.value : [];
  const move = (from: number, by: number) => {
    const to = from + by;
    if (to >= 0 && to < items.length) {
      const moved = [...items];
      moved.splice(to, 0, ...moved.splice(from, 1));
      onChange(moved);
      focus(idOf([...path, to]));
    }
  };
  const add = (item: Json) => {
    onChange([...items, item]);
    focus(idOf([...path, items.length]));
  };
  const remove = (index: number) => {
    onChange(items.filter((_, at) => at !== index));
    focus(`${idOf(path)}-add`);
  };
  return (
    <>
      <ul className="zj-rows" aria-describedby={props.described || undefined}>
        {items.map((item, index) => (
          <Row
            key={index}
            {...props}
            path={[...path, index]}
            value={item}
            onChange={value => onChange(items.map((other, at) => (at === index ? value : other)))}
            onMove={items.length > 1 ? by => move(index, by) : undefined}
            onRemove={() => remove(index)}
          />
        ))}
      </ul>
      <Button className="zj-btn-s" icon={addIcon} id={`${idOf(path)}-add`} onClick={() => add(newRow(field))}>
        {trans.__('Add to %1', field.label.toLowerCase())}
      </Button>
      {isPeople(field) && <People id={idOf(path)} field={field} items={items} onAdd={add} />}
    </>
  );
}

function Row(props: IFieldProps & { onMove?: (by: number) => void; onRemove: () => void }): JSX.Element {
  const { trans } = usePanel();
  const { field, path, value, onMove, onRemove } = props;
  const isPlain = typeof value !== 'object' || value === null;
  const title = titleOf(field, value) || trans.__('New');
  const wrong = faultsBelow(props.faults, path);
  const buttons = (
    <span className="zj-row-acts">
      {onMove && (
        <>
          <Button kind="icon" icon={caretUpIcon} aria-label={trans.__('Move %1 up', title)} onClick={() => onMove(-1)} />
          <Button kind="icon" icon={caretDownIcon} aria-label={trans.__('Move %1 down', title)} onClick={() => onMove(1)} />
        </>
      )}
      <Button kind="icon" icon={deleteIcon} aria-label={trans.__('Remove %1', title)} onClick={onRemove} />
    </span>
  );
  const onKeyDown = (event: React.KeyboardEvent) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (by && event.altKey && onMove) {
      event.preventDefault();
      onMove(by);
    }
  };
  return (
    <li className={isPlain ? 'zj-plain' : 'zj-person'} onKeyDown={onKeyDown}>
      {isPlain ? (
        <>
          <span className="zj-plain-in">
            <Input
              field={plainOf(field)}
              id={idOf(path)}
              label={field.label}
              value={value}
              described={wrong.length ? `${idOf(path)}-err` : ''}
              isWrong={wrong.length > 0}
              keep={told => keptOf(field, told)}
              onChange={props.onChange}
            />
          </span>
          {buttons}
          {wrong.length > 0 && (
            <p className="zj-err" id={`${idOf(path)}-err`}>
              <Icon icon={blockIcon} />
              <span>{wrong.flatMap(([, messages]) => messages).join(' ')}</span>
            </p>
          )}
        </>
      ) : (
        <Card {...props} title={title} wrong={wrong.length} buttons={buttons} />
      )}
    </li>
  );
}

/** A row of several fields, closed to its name until one opens it or something in it is wrong. */
function Card(props: IFieldProps & { title: string; wrong: number; buttons: JSX.Element }): JSX.Element {
  const { field, path, value } = props;
  const [chosen, choose] = React.useState(() => !titleOf(field, value));
  const isOpen = chosen || props.wrong > 0;
  const own = props.faults.get(keyOf(path));
  const aside = ['orcid', 'affiliations'].map(name => textOf((value as { [name: string]: Json })[name])).filter(Boolean);
  return (
    <>
      <div className="zj-person-head">
        <button
          type="button"
          className="zj-person-name"
          id={idOf(path)}
          aria-expanded={isOpen}
          onClick={() => choose(!isOpen)}
        >
          <Icon icon={isOpen ? caretDownIcon : caretRightIcon} />
          <span>
            <span className="zj-strong">{props.title}</span>
            {!isOpen && aside.map(text => <span key={text} className="zj-why">{text}</span>)}
          </span>
        </button>
        {props.buttons}
      </div>
      {own && <p className="zj-err">{own.join(' ')}</p>}
      {isOpen && <Fields {...props} />}
    </>
  );
}

/** Words one behind the other, with commas between them. */
export function Words(props: IFieldProps & { id: string; described: string; isWrong: boolean }): JSX.Element {
  const { trans } = usePanel();
  const { field } = props;
  const items = Array.isArray(props.value) ? props.value : [];
  const shown = items.map(item => titleOf(field, item)).join(', ');
  const [text, setText] = React.useState(shown);
  const cut = (line: string) => line.split(/\s*[,;\n]\s*/).map(word => word.trim()).filter(Boolean);
  // What is being typed stays as it is; only another value from outside takes its place.
  const current = cut(text).join(', ') === shown ? text : shown;
  // What was chosen from the repository's list stays that, as long as its word is there.
  const itemsOf = (line: string): Json[] => cut(line).map(word => items.find(item => titleOf(field, item) === word) ?? word);
  const write = (line: string, chosen: Json[] = []) => {
    setText(line);
    props.onChange([...itemsOf(line), ...chosen]);
  };
  const last = /[^,;\n]*$/.exec(current)![0];
  return (
    <Suggest
      id={props.id}
      vocabulary={field.vocabulary ?? ''}
      className={`zj-in jp-mod-styled ${props.isWrong ? 'is-invalid' : ''}`}
      aria-describedby={props.described || undefined}
      aria-invalid={props.isWrong || undefined}
      placeholder={trans.__('with commas between them')}
      value={current}
      wanted={last}
      onText={line => write(line)}
      onChoose={({ value }) => write(current.slice(0, current.length - last.length), [keptOf(field, value)])}
    />
  );
}

/** Return the field that a plain row is written in: of a group, the one that is its key, or a text. */
function plainOf(field: IField): IField {
  const key = field.fields?.find(sub => sub.name === field.key);
  const plain = key?.choices ? key : { ...field, type: field.type === 'group' ? ('text' as const) : field.type };
  return { ...plain, vocabulary: field.vocabulary, required: false };
}
