import { Table, type TableProps, type TableTdProps, type TableThProps, type TableTrProps } from "@mantine/core";
import classes from "./StackedTable.module.css";

export interface Column {
  name: string;
  /** Read out, not shown: its cells say what they are. */
  silent?: boolean;
  /** Numbers, aligned at their end. */
  end?: boolean;
  /** In px; else as wide as its cells. */
  width?: number;
}

interface Props extends Omit<TableProps, "data"> {
  columns: readonly Column[];
}

/**
 * A table that is never to be scrolled sideways: where its columns do not fit, each row is a card, with the
 * name of its column above each cell. Roles are said, because a browser takes them from what is drawn otherwise.
 */
export function StackedTable({ columns, children, className, ...rest }: Props) {
  return (
    <div className={classes.frame}>
      <Table {...rest} role="table" className={`${classes.table} ${className ?? ""}`}>
        <Table.Thead role="rowgroup" className={classes.head}>
          <Table.Tr role="row">
            {columns.map(({ name, silent, end, width }) => (
              <Table.Th key={name} role="columnheader" w={width} className={end ? classes.end : undefined}>
                {silent ? <span className={classes.silent}>{name}</span> : name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup" className={classes.body}>
          {children}
        </Table.Tbody>
      </Table>
    </div>
  );
}

export function StackedRow({ className, ...rest }: TableTrProps) {
  return <Table.Tr {...rest} role="row" className={`${classes.row} ${className ?? ""}`} />;
}

interface CellProps extends TableTdProps {
  /** Name of its column, above it on a card; none for the one that a card begins with, and for its action. */
  of?: string;
  /** Somebody's words or an address: a line of its own on a card, and broken anywhere. */
  wide?: boolean;
  end?: boolean;
}

export function Cell({ of, wide, end, className, ...rest }: CellProps) {
  const mod = { label: of, wide };
  return <Table.Td {...rest} role="cell" mod={mod} className={`${classes.cell} ${end ? classes.end : ""} ${className ?? ""}`} />;
}

/** The cell that names its row. */
export function HeadCell({ className, ...rest }: TableThProps) {
  return <Table.Th {...rest} scope="row" role="rowheader" mod={{ wide: true }} className={`${classes.cell} ${className ?? ""}`} />;
}

/** The button of a row: at the end of a line, in the corner of a card. */
export function ActionCell({ className, ...rest }: TableTdProps) {
  return <Table.Td {...rest} role="cell" className={`${classes.cell} ${classes.action} ${className ?? ""}`} />;
}
