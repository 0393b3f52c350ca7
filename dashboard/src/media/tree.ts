/** A list of files as a tree of folders. */

export interface ListedFile {
  path: string;
  size: number;
  time?: number;
}

export interface TreeNode {
  name: string;
  path: string;
  /** Of a folder: that of all files in it. */
  size: number;
  file: ListedFile | null;
  children: TreeNode[];
}

/** A row of a tree that is drawn as a list. */
export interface TreeRow {
  node: TreeNode;
  depth: number;
  isOpen: boolean;
}

/** Builds the tree: folders first, names in the order people expect, numbers by their value. */
export function buildTree(files: readonly ListedFile[]): TreeNode {
  const root: TreeNode = { name: "", path: "", size: 0, file: null, children: [] };
  const folders = new Map<string, TreeNode>([["", root]]);
  for (const file of files) {
    const parts = file.path.split("/");
    let parent = root;
    parent.size += file.size;
    for (let depth = 0; depth < parts.length - 1; depth += 1) {
      const path = parts.slice(0, depth + 1).join("/");
      let folder = folders.get(path);
      if (!folder) {
        folder = { name: parts[depth] ?? "", path, size: 0, file: null, children: [] };
        folders.set(path, folder);
        parent.children.push(folder);
      }
      folder.size += file.size;
      parent = folder;
    }
    parent.children.push({ name: parts[parts.length - 1] ?? "", path: file.path, size: file.size, file, children: [] });
  }
  sortTree(root);
  return root;
}

const NAMES = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function sortTree(node: TreeNode): void {
  node.children.sort((a, b) => Number(a.file !== null) - Number(b.file !== null) || NAMES.compare(a.name, b.name));
  for (const child of node.children) if (!child.file) sortTree(child);
}

/** The rows that are seen: those in open folders, or, with a search, every file whose path contains it. */
export function treeRows(root: TreeNode, open: ReadonlySet<string>, search: string): TreeRow[] {
  const rows: TreeRow[] = [];
  const wanted = search.toLowerCase();
  const has = (node: TreeNode): boolean => (node.file ? node.path.toLowerCase().includes(wanted) : node.children.some(has));
  const visit = (node: TreeNode, depth: number): void => {
    for (const child of node.children) {
      if (wanted && !has(child)) continue;
      const isOpen = !child.file && (wanted !== "" || open.has(child.path));
      rows.push({ node: child, depth, isOpen });
      if (isOpen) visit(child, depth + 1);
    }
  };
  visit(root, 0);
  return rows;
}
