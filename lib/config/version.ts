/** The version of Holdfast as manifests carry it; a test holds it against package.json. */
export const holdfastVersion = '0.1.0';
