import type { Rule } from '../invocation.js';
import { hasOption, splitOptions, valuesOf } from '../options.js';
import { type Arg, literalArg } from '../word.js';

const HERE = literalArg('.');

const tar: Rule = (call) => {
  const first = call.args[0];
  // The old style has no dash, and its options take their values from what follows.
  const args = first && /^[A-Za-z]+$/.test(first.text) ? [...oldStyle(first.text, call.args.slice(1))] : call.args;
  const line = splitOptions(
    args,
    'f,file,C,directory,I,use-compress-program,T,files-from,X,exclude-from,exclude,transform',
  );
  if (hasOption(line, 'I,use-compress-program,to-command,checkpoint-action,F,info-script,new-volume-script'))
    call.doubt('tar runs another program');
  if (hasOption(line, 'P,absolute-names')) call.doubt('tar may write anywhere with absolute names');
  const archives = valuesOf(line, 'f,file').filter((file) => file.text !== '-' || !file.exact);
  if (hasOption(line, 'x,extract,get') && !hasOption(line, 'O,to-stdout'))
    call.write(valuesOf(line, 'C,directory').at(-1) ?? HERE, { deep: 'some' });
  if (hasOption(line, 'c,r,u,A,create,append,update,catenate,delete')) for (const file of archives) call.write(file);
  if (hasOption(line, 'remove-files')) for (const operand of line.operands) call.write(operand, { deep: 'all' });
};

function* oldStyle(letters: string, rest: readonly Arg[]) {
  let at = 0;
  for (const letter of letters) {
    yield literalArg(`-${letter}`);
    const value = 'fCITX'.includes(letter) ? rest[at++] : undefined;
    if (value) yield value;
  }
  yield* rest.slice(at);
}

const unzip: Rule = (call) => {
  const line = splitOptions(call.args, 'd,x,P');
  if (hasOption(line, 'l,p,t,Z,v,c')) return;
  call.write(valuesOf(line, 'd')[0] ?? HERE, { deep: 'some' });
};

const zip: Rule = (call) => {
  const line = splitOptions(call.args, 'x,i,b,n,P');
  if (hasOption(line, 'T,TT')) call.doubt('zip runs a test program');
  const archive = line.operands[0];
  if (archive) call.write(archive);
  if (hasOption(line, 'm')) for (const operand of line.operands.slice(1)) call.write(operand, { deep: 'all' });
};

const compress: Rule = (call) => {
  const line = splitOptions(call.args, 'S,suffix,o');
  if (hasOption(line, 'c,stdout,to-stdout,t,test,l,list')) return;
  for (const operand of line.operands)
    call.write(operand, { deep: hasOption(line, 'r,recursive') ? 'all' : undefined });
  for (const file of valuesOf(line, 'o')) call.write(file);
};

const curl: Rule = (call) => {
  const valued =
    'o,output,output-dir,D,dump-header,c,cookie-jar,K,config,trace,trace-ascii,stderr,etag-save,hsts,alt-svc,X,request,H,header,d,data,data-raw,data-binary,F,form,u,user,A,user-agent,e,b,T,m,w,max-time,url,retry,connect-timeout,json';
  const line = splitOptions(call.args, valued);
  if (hasOption(line, 'K,config')) call.doubt('curl takes its options from a file');
  const folder = valuesOf(line, 'output-dir')[0];
  const files = valuesOf(line, 'o,output,D,dump-header,c,cookie-jar,trace,trace-ascii,stderr,etag-save,hsts,alt-svc');
  const remote = hasOption(line, 'O,remote-name,remote-name-all') ? line.operands.map(fileOfUrl) : [];
  if (hasOption(line, 'J,remote-header-name')) call.doubt('the server names the file');
  for (const file of [...files, ...remote].filter((each) => each.text !== '-' || !each.exact))
    call.write(folder ? { ...file, text: `${folder.text}/${file.text}`, exact: file.exact && folder.exact } : file);
};

const wget: Rule = (call) => {
  const line = splitOptions(
    call.args,
    'O,output-document,o,output-file,a,append-output,P,directory-prefix,U,header,t,T,e',
  );
  if (hasOption(line, 'r,m,recursive,mirror,p,i,input-file,e,execute,config,use-askpass,content-disposition'))
    call.doubt('wget names its files by what it is sent');
  if (hasOption(line, 'spider,V,version,h,help')) return;
  for (const log of valuesOf(line, 'o,output-file,a,append-output')) call.write(log);
  const named = valuesOf(line, 'O,output-document');
  const folder = valuesOf(line, 'P,directory-prefix')[0];
  const files = named.length > 0 ? named : line.operands.map(fileOfUrl);
  for (const file of files.filter((each) => each.text !== '-' || !each.exact))
    call.write(folder && named.length === 0 ? { ...file, text: `${folder.text}/${file.text}` } : file);
};

function fileOfUrl(url: Arg): Arg {
  if (!url.exact) return url;
  const path = url.text.replace(/[?#].*$/, '').replace(/^\w+:\/\/[^/]*/, '');
  return literalArg(path.split('/').at(-1) || 'index.html');
}

/** Programs that unpack, pack or fetch files, by name. */
export const ARCHIVE_RULES: Readonly<Record<string, Rule>> = {
  tar,
  bsdtar: tar,
  unzip,
  zip,
  gzip: compress,
  gunzip: compress,
  bzip2: compress,
  bunzip2: compress,
  xz: compress,
  unxz: compress,
  zstd: compress,
  curl,
  wget,
};
