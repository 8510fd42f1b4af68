import { readFileSync } from 'node:fs'
import { findingsNow } from '../contracts/findings.ts'
import { readReleases, unfrozen } from '../contracts/release.ts'

const releases = readReleases()
const versions = releases.map(({ version }) => version).join(', ')
const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8')
const findings = [
  ...findingsNow(),
  ...unfrozen(changelog, releases).map(
    (version) => `${version} was released, but not what it promises: \`pnpm freeze ${version}\``,
  ),
]
console.log(findings.length > 0 ? findings.join('\n') : `What ${versions} promised is kept.`)
process.exitCode = findings.length > 0 ? 1 : 0
