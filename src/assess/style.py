"""The one style sheet of the pages for people. It is written into each page: nothing is fetched from elsewhere."""

from typing import Final

STYLE: Final = """
:root{color-scheme:light;--ink:#1b1f24;--grey:#5a626b;--line:#d5dae0;--wash:#f4f6f8;--accent:#005f99;--warn:#8a4b00}
*{box-sizing:border-box}
html{font:100%/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:var(--ink);background:#fff;
  scroll-padding:1rem}
body{margin:0;overflow-wrap:break-word}
header,main,footer{max-width:66rem;margin:0 auto;padding:0 1rem}
header{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem 1.25rem;border-bottom:1px solid var(--line);
  padding-top:.5rem;padding-bottom:.5rem}
header p{margin:0;margin-right:auto;color:var(--grey);font-size:.95rem}
header strong{color:var(--accent)}
nav ol,nav ul,.cards,.plain{list-style:none;margin:0;padding:0}
nav ol,nav ul{display:flex;flex-wrap:wrap;gap:0 1rem}
nav a,nav span,header button{display:inline-block;padding:.4rem 0}
main{padding-top:.75rem;padding-bottom:3rem}
main>nav{font-size:.95rem}
main>nav ol{gap:0 .6rem}
main>nav li:not(:last-child)::after{content:"›";color:var(--grey);margin-left:.6rem}
footer{border-top:1px solid var(--line);padding-top:1rem;padding-bottom:2rem;color:var(--grey);font-size:.875rem}
a{color:var(--accent);text-underline-offset:.15em}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:2px}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:#fff;padding:.5rem;z-index:2}
h1{font-size:clamp(1.5rem,1.1rem + 1.6vw,2.1rem);line-height:1.22;margin:.35rem 0 .75rem;text-wrap:balance}
h2{font-size:1.3rem;line-height:1.3;margin:2.75rem 0 .5rem;padding-top:.75rem;border-top:2px solid var(--accent)}
h3{font-size:1.05rem;line-height:1.35;margin:1.25rem 0 .25rem}
p{margin:.35rem 0 .75rem;max-width:46rem}
.kicker{color:var(--accent);font-weight:600;margin:1rem 0 0}
.lead{font-size:1.1rem;color:var(--grey)}
.badge{display:inline-block;border:1px solid currentColor;border-radius:1rem;padding:0 .6rem;font-size:.875rem;
  color:var(--warn);font-weight:600;margin:.15rem .4rem .15rem 0}
.note{background:var(--wash);border-left:4px solid var(--accent);padding:.6rem .9rem;max-width:46rem}
.small,.why{font-size:.875rem;color:var(--grey)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr));gap:.75rem;
  margin:.75rem 0 1rem}
.cards>li{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .9rem .7rem;border-top:4px solid var(--grey)}
.cards>.all{grid-column:1/-1;border-top-color:var(--ink)}
.cards>.acq{border-top-color:#0072b2}
.cards>.off{border-top-color:#d55e00}
.cards>.exp{border-top-color:#009e73}
.cards>.trv{border-top-color:#7a6a8e}
.cards h2,.cards h3{margin:0;padding:0;border:0}
.cards p{margin:.1rem 0}
.figure{font-size:1.9rem;font-weight:700;line-height:1.3}
.figure a,td a,.number{font-variant-numeric:tabular-nums}
.figure small{font-size:1rem;font-weight:400;color:var(--grey)}
figure{margin:.75rem 0 1rem}
figure svg{display:block;width:100%;height:auto;max-width:60rem}
.wide{display:none!important}
@media (min-width:56rem){.wide{display:block!important}.narrow{display:none!important}}
@media (max-width:55.99rem){figure svg{max-width:30rem}}
.scroll{overflow-x:auto;max-width:100%;scroll-padding-left:9rem;margin:.5rem 0 1rem;
  background:linear-gradient(to right,#fff 30%,#fff0),linear-gradient(to left,#fff 30%,#fff0) 100% 0,
  linear-gradient(to right,#0002,#0000),linear-gradient(to left,#0002,#0000) 100% 0;background-repeat:no-repeat;
  background-size:2rem 100%,2rem 100%,.6rem 100%,.6rem 100%;background-attachment:local,local,scroll,scroll}
table{border-collapse:collapse;font-size:.95rem}
caption{text-align:left;color:var(--grey);font-size:.875rem;padding:.15rem 0 .4rem}
th,td{padding:.35rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:600}
thead th{vertical-align:bottom;color:var(--grey);font-size:.875rem;line-height:1.25}
.scroll td{white-space:nowrap}
.scroll td .text{white-space:normal;min-width:13rem}
.scroll td .why{display:inline-block;white-space:normal;min-width:7rem}
td a,th a,li>a{display:inline-block;min-height:1.6rem;min-width:1.6rem}
.end{text-align:right;white-space:nowrap}
thead .end{white-space:normal}
.scroll tbody th{min-width:9.5rem}
.scroll caption{position:sticky;left:0;max-width:calc(100vw - 2rem)}
@media (max-width:30rem){
  .sum{font-size:.875rem}
  .sum th,.sum td{padding:.35rem .2rem}
  .scroll .sum tbody th{min-width:6.5rem}
}
.keep{white-space:nowrap}
.heat th,.heat td{border:0;padding:.1rem}
.heat tbody th{font-weight:400;white-space:normal;min-width:8.5rem;max-width:14rem;padding:.3rem .6rem .3rem 0}
.heat tbody th.whole{font-weight:700}
.heat thead th{font-weight:400;padding:.15rem .25rem}
.heat thead tr+tr th{height:9.5rem;text-align:center;padding:.3rem 0}
.heat thead th span{writing-mode:vertical-rl;text-orientation:sideways;
  transform:rotate(180deg);max-height:9rem;text-align:left;line-height:1.15}
.heat thead .group{font-weight:700}
thead .group,tbody .group{border-bottom:3px solid var(--grey)}
tbody .group{padding-top:.9rem}
.group.acq{border-bottom-color:#0072b2}
.group.off{border-bottom-color:#d55e00}
.group.exp{border-bottom-color:#009e73}
.group.trv{border-bottom-color:#7a6a8e}
.heat td{min-width:2.6rem;height:2.4rem;text-align:center;vertical-align:middle;border:2px solid #fff;white-space:normal}
.heat td a{display:block;line-height:1.9rem;min-height:1.9rem;color:inherit;text-decoration-color:#0006}
.d1{padding-left:1.1rem!important}
.d2{padding-left:2.1rem!important}
.d3{padding-left:3.1rem!important}
.l1{background:#eff3ff;color:#000}
.l2{background:#bdd7e7;color:#000}
.l3{background:#6baed6;color:#000}
.l4{background:#3182bd;color:#000}
.l5{background:#08519c;color:#fff}
.l5 a:focus-visible{outline-color:#fff;outline-offset:-3px}
.hid{background:repeating-linear-gradient(45deg,#c3c9d0 0 1px,#f4f6f8 1px 6px);font-size:.75rem;line-height:1.15}
.hid span{background:#fff;color:#454c54;padding:0 .2rem;border-radius:2px;box-decoration-break:clone}
.out,.none{color:var(--grey);font-size:.75rem;line-height:1.15}
.out{box-shadow:inset 0 0 0 1px #e8ebee}
.key{display:flex;flex-wrap:wrap;gap:.25rem 1rem;font-size:.875rem;color:var(--grey);list-style:none;padding:0;
  margin:.25rem 0 .75rem}
.key b{display:inline-block;min-width:1.5rem;text-align:center;font-weight:400;margin-right:.35rem;border-radius:2px}
ol.talk{padding-left:1.4rem;max-width:46rem}
ol.talk li{margin:.5rem 0}
details{margin:.5rem 0}
summary{cursor:pointer;padding:.3rem 0;color:var(--accent)}
dl{margin:.25rem 0;max-width:46rem}
dt{font-weight:600;margin-top:.5rem}
dd{margin:0}
label{display:block;font-weight:600}
input{font:inherit;width:100%;max-width:34rem;padding:.55rem .7rem;border:2px solid var(--grey);border-radius:.35rem}
button{font:inherit;cursor:pointer}
.main-button{margin-top:.9rem;padding:.55rem 1.2rem;border:0;border-radius:.35rem;background:var(--accent);
  color:#fff;font-weight:600}
header button{border:0;background:none;color:var(--accent);text-decoration:underline;text-underline-offset:.15em}
.error{border-left:4px solid #b3261e;padding:.5rem .9rem;background:#fdf3f2;max-width:46rem}
code{font-size:.9em;overflow-wrap:anywhere}
.tree,.tree ul{list-style:none;margin:0;padding:0}
.tree ul{padding-left:1rem;border-left:2px solid var(--line)}
.tree li{margin:.35rem 0}
@media print{
  header form,.skip{display:none}
  .scroll{overflow:visible}
  h2{break-after:avoid}
  figure,tr{break-inside:avoid}
}
"""
