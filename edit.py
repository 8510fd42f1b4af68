"""edit.py apply FILE | commit FILE MSG ; FILE is python with EDITS=[(path, old, new)] and OWN=[paths]"""
import sys,subprocess,os,tempfile
os.chdir('/work/main')
def run(*a,env=None,inp=None):
    r=subprocess.run(a,env=env,input=inp,capture_output=True)
    if r.returncode: sys.exit(f"{a}: {r.stderr.decode()}")
    return r.stdout
def replaced(text,path,old,new):
    if text.count(old)!=1: sys.exit(f"{path}: {text.count(old)} times: {old!r}")
    return text.replace(old,new)
cmd,f=sys.argv[1:3]
ns={}
exec(open(f).read(),ns)
E=ns.get('EDITS',[]); OWN=ns.get('OWN',[])
if cmd=='apply':
    files={}
    for p,o,n in E:
        files[p]=replaced(files.get(p) or open(p).read(),p,o,n)
    for p,t in files.items(): open(p,'w').write(t)
else:
    msg=sys.argv[3]
    files={}
    for p,o,n in E:
        t=files.get(p) or run('git','show','HEAD:'+p).decode()
        files[p]=replaced(t,p,o,n)
    idx='/tmp/mine/index'
    if os.path.exists(idx): os.remove(idx)
    env={**os.environ,'GIT_INDEX_FILE':idx}
    run('git','read-tree','HEAD',env=env)
    infos=[]
    for p,t in files.items():
        h=run('git','hash-object','-w','--stdin',inp=t.encode()).decode().strip()
        infos.append((p,h))
    for p in OWN:
        h=run('git','hash-object','-w',p).decode().strip()
        infos.append((p,h))
    for p,h in infos: run('git','update-index','--add','--cacheinfo',f'100644,{h},{p}',env=env)
    print(run('git','diff','--cached','--stat','HEAD',env=env).decode())
    run('git','commit','-qm',msg,env=env)
    for p,h in infos: run('git','update-index','--add','--cacheinfo',f'100644,{h},{p}')
    print(run('git','log','--oneline','-1').decode())
