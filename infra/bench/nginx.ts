import { writeFile } from 'node:fs/promises'
import { findProgram } from '@forecourt/engines/programs'
import { freePort } from '@forecourt/engines/ports'
import type { Program } from './program.ts'
import { NotHere } from './row.ts'
import type { Stage } from './stage.ts'

/** An nginx of one worker before a service, without a log; Debian keeps it in /usr/sbin. */
export async function startNginx(
  stage: Stage,
  upstream: string,
): Promise<Program & { url: string }> {
  const nginx = await findProgram('nginx', { PATH: `${process.env['PATH']}:/usr/sbin` })
  if (!nginx) throw new NotHere('nginx is not on PATH')
  const port = await freePort(undefined, new Set())
  const file = `${stage.folder}/nginx-${port}.conf`
  await writeFile(file, configOf(stage.folder, port, new URL(upstream).host))
  const program = stage.programs.other(nginx, ['-c', file, '-p', stage.folder])
  return { ...program, url: `http://127.0.0.1:${port}` }
}

function configOf(folder: string, port: number, upstream: string): string {
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx-${port}.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  upstream service { server ${upstream}; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://service;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`
}
