/** How a script finds its objects: those of a repository by name, those of an exported directory by path. */
export type Layout = 'repository' | 'directory';

export interface FrameTexts {
  layout: Layout;
  /** One line: what is restored. */
  title: string;
  /** Where the repository was when the backup was made: a folder or `s3://bucket/prefix`; empty for a directory. */
  location: string;
  /** `zstd` or `gzip`. */
  program: string;
  /** What the script says at its end. */
  summary: string;
  /** The commands that write the SQL. */
  produce: string;
}

/** The shell around the commands of one backup. POSIX sh; tried with dash and bash. Every text is quoted already. */
export function scriptFrame(texts: FrameTexts): string {
  const { layout, program } = texts;
  const usage = layout === 'repository' ? repositoryUsage : directoryUsage;
  return `#!/bin/sh
# ${texts.title}
# Needs psql, ${program}, sha256sum (or shasum), and for a bucket the AWS command line. It does not need Holdfast.
set -eu

usage() {
  cat <<'HOLDFAST_USAGE'
${usage}
HOLDFAST_USAGE
}

say() { printf '%s\\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }

create_roles=no
one_transaction=yes
target=\${PGURL:-}
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --create-roles) create_roles=yes ;;
    --no-transaction) one_transaction=no ;;
    -*) say "error: there is no option $1"; usage >&2; exit 2 ;;
    *) target=$1 ;;
  esac
  shift
done
if [ -z "$target" ]; then
  say 'error: name the database to restore into, as postgres://user:password@host/database'
  usage >&2
  exit 2
fi

${layout === 'repository' ? findRepository(texts.location) : findDirectory}
for needed in psql ${program}; do
  command -v "$needed" >/dev/null || fail "$needed is not installed"
done
if command -v sha256sum >/dev/null; then sum() { sha256sum <"$1"; }
elif command -v shasum >/dev/null; then sum() { shasum -a 256 <"$1"; }
else fail 'neither sha256sum nor shasum is installed'; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT HUP TERM

# object ${layout === 'repository' ? 'NAME SIZE' : 'PATH SIZE SHA256'}: fetches one object, checks it, and writes its content.
object() {
${layout === 'repository' ? fetchFromRepository : fetchFromDirectory}
  [ "$(($(wc -c <"$file")))" -eq "$2" ] || fail "$1 is not $2 bytes long: the backup is damaged"
  [ "$(sum "$file" | cut -c 1-64)" = "$expected" ] || fail "$1 is not what it should be: the backup is damaged"
  ${program} -dcq <"$file"
}
sql() { cat; }
table() { say "  $1"; cat; }
end_rows() { printf '\\\\.\\n\\n'; }

# Writes the whole SQL. Ends with "commit", so that nothing stays of a restore that breaks off.
produce() {
[ "$one_transaction" = no ] || echo 'begin;'
${texts.produce}
[ "$one_transaction" = no ] || echo 'commit;'
}

began=$(date +%s)
export PGCLIENTENCODING=UTF8
set +e
( set -e; produce; : >"$work/whole" ) | psql -X -q -o /dev/null -v ON_ERROR_STOP=1 -d "$target"
status=$?
set -e
if [ "$status" -ne 0 ] || [ ! -f "$work/whole" ]; then
  if [ "$one_transaction" = yes ]; then
    fail 'The restore has stopped, and the database is as it was before. (Too many locks? Try --no-transaction.)'
  fi
  fail 'The restore has stopped, and the database holds a part of it: drop and create it before you try again.'
fi
say ${texts.summary} "in $(($(date +%s) - began)) seconds."
`;
}

const repositoryUsage = `usage: restore.sh [--create-roles] [--no-transaction] [URL]

Restores this backup into an empty database: postgres://user:password@host/database, or the variable PGURL.

  --create-roles    make the roles that the backup names and the server lacks, without login
  --no-transaction  not all in one transaction; for schemas of many thousand objects

  REPOSITORY  the repository: a folder, or s3://bucket/prefix. Without it: the one this script lies in, or the one
              that it was written for
  ENDPOINT    the URL of an S3 service that is not Amazon's (or AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL)

A bucket is read object by object. Where there are thousands, copy it first, and name the copy as REPOSITORY:
  aws s3 sync s3://bucket/prefix copy --exclude 'runs/*'`;

const directoryUsage = `usage: restore.sh [--create-roles] [--no-transaction] [URL]

Restores the backup in this folder into an empty database: postgres://user:password@host/database, or the variable
PGURL. It reads nothing outside of the folder.

  --create-roles    make the roles that the backup names and the server lacks, without login
  --no-transaction  not all in one transaction; for schemas of many thousand objects`;

function findRepository(location: string): string {
  return `endpoint=\${ENDPOINT:-\${AWS_ENDPOINT_URL_S3:-\${AWS_ENDPOINT_URL:-}}}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ -n "\${REPOSITORY:-}" ]; then repository=\${REPOSITORY#file:}
elif [ -f "$here/../../../holdfast.json" ]; then repository=$here/../../..
else repository=${location}; fi
repository=\${repository%/}
case $repository in
  s3://*) command -v aws >/dev/null || fail 'aws is not installed, and the repository is a bucket' ;;
  *) [ -d "$repository" ] || fail "there is no repository at $repository: set REPOSITORY" ;;
esac
s3() { if [ -n "$endpoint" ]; then aws --endpoint-url "$endpoint" s3 "$@"; else aws s3 "$@"; fi; }
`;
}

const findDirectory = `here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
`;

const fetchFromRepository = `  expected=$1
  path=chunks/\${1%"\${1#??}"}/$1
  case $repository in
    s3://*)
      file=$work/object
      s3 cp --only-show-errors "$repository/$path" "$file" || fail "$repository/$path cannot be read" ;;
    *)
      file=$repository/$path
      [ -f "$file" ] || fail "$file is missing" ;;
  esac`;

const fetchFromDirectory = `  expected=$3
  file=$here/$1
  [ -f "$file" ] || fail "$file is missing"`;
