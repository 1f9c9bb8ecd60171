/** Languages that Feishu colours, by its names (its page of the rich-text component), each with other names for it. */
const LANGUAGES = `
abap ada apache apex assembly:asm,nasm bash:zsh c:h c_sharp:c#,cs,csharp cmake cobol
coffee_script:coffee,coffeescript cpp:c++,cc,cxx,hpp css d dart delphi:pascal diff:patch
django:jinja,jinja2 docker_file:docker,dockerfile erlang:erl fortran gherkin:cucumber,feature
go:golang graphql:gql groovy:gradle haskell:hs html:htm,svelte,vue htmlbars:handlebars,hbs http java
javascript:cjs,js,jsx,mjs,node json:json5,jsonc,jsonl julia:jl kotlin:kt,kts latex:tex
lisp:clojure,elisp lua makefile:make,mk markdown:md,mdx matlab nginx objective_c:objc,objective-c
opengl_shading_language:glsl perl:pl php powershell:ps1,pwsh prolog properties:conf,dotenv,env,ini
protobuf:proto python:py,py3,python3 r ruby:rb rust:rs sas scala scheme scss:less,sass
shell:console,fish,sh,shell-session sql:mysql,pgsql,postgresql,sqlite solidity:sol swift thrift toml
typescript:cts,mts,ts,tsx vbscript visual_basic:vb xml:svg,xsl yaml:yml`;

const NAMES: ReadonlyMap<string, string> = new Map(
  LANGUAGES.trim().split(/\s+/).flatMap((entry) => {
    const [name = "", others] = entry.split(":");
    return [name, ...others?.split(",") ?? []].map((alias): [string, string] => [alias, name]);
  }),
);

/** Feishu's name of a language that a fence names, in any case; nothing if it knows none. */
export function codeLanguage(name: string): string | undefined {
  return NAMES.get(name.toLowerCase());
}
