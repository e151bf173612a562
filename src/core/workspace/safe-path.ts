import { CesError } from '../errors.js';

/** Refuses (`path_outside_root`) what is no relative path of plain names, or names git's own data. */
export function assertInside(path: string): void {
  const names = path.split('/');
  if (path === '' || path.includes('\0') || names.some((name) => name === '' || name === '.' || name === '..')) {
    throw new CesError(
      'path_outside_root',
      `${JSON.stringify(path)} is not a path below the root`,
      'Give a path relative to the root, with "/" and without ".."',
    );
  }
}
