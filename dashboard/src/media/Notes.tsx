import type { ReactNode } from "react";

import styles from "./Notes.module.css";
import { type Block, type List, parseNotes, type Piece } from "./notes";

/** Notes of a run as they read: a small part of Markdown, never HTML. */
export function Notes({ text }: { text: string }) {
  return <div className={styles.notes}>{parseNotes(text).map((block, index) => draw(block, index))}</div>;
}

function draw(block: Block, key: number): ReactNode {
  switch (block.kind) {
    case "heading":
      // The page has its own first and second level.
      return block.level === 1 ? <h3 key={key}>{pieces(block.pieces)}</h3> : <h4 key={key}>{pieces(block.pieces)}</h4>;
    case "paragraph":
      return <p key={key}>{pieces(block.pieces)}</p>;
    case "quote":
      return <blockquote key={key}>{pieces(block.pieces)}</blockquote>;
    case "code":
      return <pre key={key}>{block.text}</pre>;
    case "rule":
      return <hr key={key} />;
    case "table":
      return (
        <table key={key}>
          <thead>
            <tr>{block.head.map((cell, index) => <th key={index} scope="col">{pieces(cell)}</th>)}</tr>
          </thead>
          <tbody>
            {block.rows.map((row, index) => <tr key={index}>{row.map((cell, at) => <td key={at}>{pieces(cell)}</td>)}</tr>)}
          </tbody>
        </table>
      );
    case "list":
      return drawList(block, key);
  }
}

function drawList(list: List, key: number): ReactNode {
  const items = list.items.map((item, index) => (
    <li key={index}>
      {pieces(item.pieces)}
      {item.inner.map(drawList)}
    </li>
  ));
  return list.ordered ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>;
}

function pieces(list: readonly Piece[]): ReactNode {
  return list.map((piece, index) => {
    switch (piece.kind) {
      case "text":
        return piece.text;
      case "bold":
        return <strong key={index}>{piece.text}</strong>;
      case "emphasis":
        return <em key={index}>{piece.text}</em>;
      case "code":
        return <code key={index}>{piece.text}</code>;
      case "link":
        return (
          <a key={index} href={piece.url} target="_blank" rel="noopener noreferrer">
            {piece.text}
          </a>
        );
    }
  });
}
