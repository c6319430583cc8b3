"""How the report looks: light and dark, on paper and on a phone; nothing is loaded."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--paper:#fff;--tint:#f4f6f8;--line:#d5dae0;--link:#0b5cad;
--good:#1a7f37;--mild:#8a6400;--bad:#c0221c;--new:#5b3fc4;--del:#ffd9d6;--ins:#cdf3d4}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a3adb8;--paper:#15181c;--tint:#1f242a;--line:#3a424c;
--link:#76b7ff;--good:#57c46e;--mild:#e0b34a;--bad:#ff8078;--new:#b9a4ff;--del:#5c2320;--ins:#1d4a2a}}
*{box-sizing:border-box}
body{font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif;color:var(--ink);background:var(--paper);margin:0}
main{max-width:64rem;margin:0 auto;padding:2rem 1.25rem 4rem}
a{color:var(--link)}h1{font-size:1.7rem;line-height:1.25;margin:0 0 .35rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.6rem 0 .6rem;padding-top:.9rem;border-top:1px solid var(--line)}h3{font-size:1rem;
margin:0 0 .3rem}
p{margin:.4rem 0}small,.soft,figcaption,.more{color:var(--soft);font-size:.86rem;font-weight:400}
.kind{text-transform:uppercase;letter-spacing:.08em;font-size:.78rem;color:var(--soft);margin:0 0 .5rem}
.verdict{display:grid;grid-template-columns:auto 1fr;gap:1.1rem;align-items:center;margin:1.4rem 0 1rem;
padding:1.1rem 1.25rem;
background:var(--tint);border:1px solid var(--line);border-left:.4rem solid var(--tone);border-radius:.5rem}
.verdict p{margin:0;font-size:1.12rem;overflow-wrap:anywhere}.rung{text-align:center;min-width:5.5rem}
.rung b{display:block;font-size:2.3rem;line-height:1;color:var(--tone)}.rung span{font-size:.82rem;color:var(--soft)}
.good{--tone:var(--good)}.mild{--tone:var(--mild)}.bad{--tone:var(--bad)}
.ladder{display:flex;flex-wrap:wrap;gap:.4rem;list-style:none;margin:0 0 1.2rem;padding:0;font-size:.86rem}
.ladder li{border:1px solid var(--line);border-radius:1rem;padding:.1rem .7rem;color:var(--soft)}
.ladder .holds{color:var(--ink);border-color:var(--good)}.ladder .holds::before{content:"✓ ";color:var(--good)}
.ladder .not::before{content:"– "}.ladder [aria-current]{font-weight:700;border-width:2px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.7rem;margin:1rem 0}
.tiles div{border:1px solid var(--line);border-radius:.5rem;padding:.55rem .8rem}.tiles b{display:block;
font-size:1.3rem}
.tiles span{color:var(--soft);font-size:.86rem}
.strip{display:flex;flex-wrap:wrap;gap:3px;margin:.7rem 0;padding:0;list-style:none}
.strip a,.strip span{display:grid;place-items:center;width:1.55rem;height:1.55rem;border-radius:.25rem;font-size:.85rem;
text-decoration:none;border:1px solid var(--line);color:var(--soft)}
.mark{display:inline-grid;place-items:center;width:1.4rem;height:1.4rem;border-radius:.25rem;
border:1px solid currentColor}
.strip .same,.mark.same{color:var(--good);border-color:currentColor}.strip .close,.mark.close{color:var(--mild);
border-color:currentColor}
.strip .unsteady,.mark.unsteady{color:var(--mild);border:1px dashed}
.strip .differs,.strip .failed,.strip .missing{color:var(--paper);background:var(--bad);border-color:var(--bad);
font-weight:700}
.mark.differs,.mark.failed,.mark.missing{color:var(--bad)}.strip .extra,.mark.extra{color:var(--new);
border-color:currentColor}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.86rem;color:var(--soft);margin:0;padding:0;
list-style:none}
table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{text-align:left;vertical-align:top;
padding:.35rem .6rem;
border-bottom:1px solid var(--line);overflow-wrap:anywhere}th{font-weight:600;color:var(--soft)}
.wide{overflow-x:auto}.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
pre,.lines td,.numbers td,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.84rem}
pre{background:var(--tint);border-radius:.4rem;padding:.8rem;overflow-x:auto;margin:.5rem 0}
.lines{table-layout:fixed;border:1px solid var(--line);margin:.5rem 0}.lines td{white-space:pre-wrap;
padding:.1rem .6rem;border:0}
.lines td+td{border-left:1px solid var(--line)}.lines .same td{color:var(--soft)}
.numbers{width:auto;border:1px solid var(--line);margin:.5rem 0}.numbers td{border:1px solid var(--line);
overflow-wrap:normal}
del{background:var(--del);text-decoration:line-through;padding:0 .15em}ins{background:var(--ins);text-decoration:none;
padding:0 .15em}
.output{border:1px solid var(--line);border-radius:.5rem;padding:1rem;margin:.9rem 0;break-inside:avoid-page}
.output:target{outline:3px solid var(--link)}.stop{border-left:.4rem solid var(--bad);background:var(--tint);
padding:.8rem 1.1rem;
border-radius:.5rem;margin:1rem 0}details>summary{cursor:pointer;color:var(--link);margin:.4rem 0}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem;margin:.6rem 0}figure{margin:0;min-width:0}
.frame{position:relative;background:#fff;border:1px solid var(--line)}.frame img{display:block;width:100%}
.frame p{color:#59636e;padding:1rem}
.worst{position:absolute;outline:2px solid #c0221c;outline-offset:2px;border-radius:2px}
.views label{display:inline-block;border:1px solid var(--line);padding:.15rem .7rem;border-radius:1rem;
margin:0 .35rem .3rem 0;
font-size:.86rem;cursor:pointer}.views input{position:absolute;opacity:0}
.views input:checked+label{border-color:var(--link);
color:var(--link);font-weight:600}.views input:focus-visible+label{outline:3px solid var(--link);outline-offset:1px}
.over:checked~.pair,.minus:checked~.pair{grid-template-columns:minmax(0,40rem)}
.over:checked~.pair figure,.minus:checked~.pair figure{grid-area:1/1}
.over:checked~.pair figure+figure{opacity:.5}.minus:checked~.pair{isolation:isolate;background:#fff}
.minus:checked~.pair figure+figure{mix-blend-mode:difference}
.over:checked~.pair figcaption,.minus:checked~.pair figcaption,
.minus:checked~.pair .worst{visibility:hidden}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.86rem}
@media (max-width:40rem){main{padding:1.2rem .9rem 3rem}h1{font-size:1.35rem}.verdict{grid-template-columns:1fr;
gap:.5rem}
.rung{text-align:left}.rung b{display:inline;font-size:1.7rem;margin-right:.5rem}.pair{grid-template-columns:1fr}}
@media print{:root{color-scheme:light;--ink:#000;--paper:#fff;--tint:#fff;--line:#bbb;--soft:#444}main{max-width:none;
padding:0}
details::details-content{content-visibility:visible;display:block}.views label{display:none}a{color:inherit}
body{font-size:11pt;print-color-adjust:exact}}
"""
