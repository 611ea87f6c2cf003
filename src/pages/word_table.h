// Made by scripts/words.mjs from the lists in src/pages/words. Do not edit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace appizer {

/// Hashes begin with this.
constexpr std::uint32_t kSalt = 1;
constexpr std::size_t kWords = 1593;

/// Four columns of `kWords` digits each: the three of a word's hash, as the difference to the one before, and its class.
// clang-format off
inline constexpr char kTable[] =
    "$*$$#-)>%$(#E)(%.$($%'>%.($&,#(#E/$(*))#N,*0$4#@(%<)%$*e###+%*##2%&%2&%A#4)A$+)#%/&0"
    "$#',,,&%$*'0++2#.$,$)+*)#<:#'C<$)#$89A'/,(,0..+/3%#&#2&+-5'##())+&('3%#(E%*&-$*%#&'4"
    "+>E+5$&%,D'/%.$/#5)),-,B''%5A;-\?/+&#=,$$*;:$'=,3;&5'=7#+/X#1+.)#8&'+F'0.G*+$)*$%$%)("
    "2/<,)<6&$)A#0/3#$(/$/,...A,--($&21#441('.:&;#''-#*'0&E.##7-24*'(#&1/6###**1#$%'05&$2"
    "*1+%C(=>;#,#+%3$.,/&)*(%R$J$&0/7@7G$1$*+.*##)$',0%)&7''7#$$%*0%.:/C&(J*&3.310<-')*'E"
    ")$&#&$+3#$2#.*4+0&=B$'A$'9@8-\?B)/%0#4-(/#:$*4%3%#,#2(#23N*(,%&/&@A/(.9&+='/$)*52(%*'"
    "5#';<%'X$##%*$(.(4/H#7%>)3%$C#'#66#0$(+.,,(++1<5$$)/,&#2*,'*1#M>G*/&#($,%$'#&&+-3)&'"
    "B6<$$9(*/*'$:&AF2)&+1/*)$T%7$$&+/(5&'*(4%($03#',%#2@$*,>,%::&438#>9%)%/&;&%*>#/'%'&&"
    "%',LJ#0#+.#F%$&(&#H)%2/K0-@'30)21+0#%.A#'%%@)1%;&.,90%1,'M%/&2&165',J-4(+9%3++#'7)*-"
    "0:-15'F+0D)$P0-)&&(3'%$c7&\?:)&1#&&#'2@3$202%*#'C$/<&8&*'+-(%6%1*&(5)'59770'%*&9\?/)7+"
    "%,;#;3,&'#+/10&%,&/..0+##,#)&$(.(#+4.&*1'$$-''K,-A/%9$-$#$6#%*'#)(3'13$.-'-@@&:&0'b'"
    "&#+%.*(/V3%.+%));(#'#//%7.:3.(),L*#&';0.%'#$.#$-/./%T%3*1F7&F%&,#G18,&')#*%;(%(*-6'*"
    "%/1'$*0&3&%,5:-:#)H'/($(+$7%6'%-2.#**%%/-+%,\?&I3'%(,5)%-#)(+/&%D%$2,1.#%&#&=B).&8W&2"
    "*2#-1#+$'/4K&#%53V-.)7#1(/630+64&%(#$-.'$2(#4#&I-(%#0))'.(C+67-$$$#-)D#'4&.:5%2,*27)"
    "%G1*$,#&+39'%E/&%C(342)&&#%%>%=208%*6#(#7)0%##97.3(('*'//,105/$#)\?&1/$-\?*%%%4.+)1*.2"
    "$.$-=#&##)+/#%&JT6#)c+4&&-+)()$(&&.**7%)(.#(-$,#%)-B&*%1#>&<,%4=(2%-%$#%3#2%(*$-'--$"
    "%+1%'>C+:4$+##)3##%9'($##*2(,#$G,'7#)&56&+/%&***#+$/*L4)):4%+%025%5/1(#-/)#%'%1+**'\?"
    "9&&$2'(.$3%=&$O.'(%'D#E;%'#+'%2$6/QF=&-/4)#*.#7d30'/'-%3*21#%&%(;&0,$:9'4&$*=##0#1##"
    "$)*'R72%,,%&'(-K&G%'2#2$'5&$$-'&@#-+(-(22,+.%('&(#++&;-+6,&(=%&&+.1+%-4)04))+&'0H5=R"
    "%:*FgcLo^SYw+Vo&3`x0uPw#;ppGHQNS$(q$J_2CHe`A@okb)Zu@*CXWi\?6JE4f{7sI_kh3^@VbYj`)TeN4)"
    "Cz[/$#MLrhKsj5])I2>i@0f@y4skqQ2jjDWztAw=2DrSWd'M<w0IEr:,7%=td06:j7ccc5f<M-a9Q2#4t/*P"
    "H$c1zRv5s\?TnWLvT[7OTWG-L2jjWKXM<B`hG)/qEIMCVp.J[&1h1jp(6dO/EY&JND*UD{S^5=N91uJ`7vlR+"
    "6d35H/mo6H4`qUNG,tlvEi@8_W_4r6BW<P0zXv3|a50^*/xlNgK7\?/`QqvlOHEwDc,GZ)a1QDY8s`U;+p/le"
    "uQa$:dFw<{I#6)|`3mNA|k1*rD5hYO*';w|CJ.g9/YpIxz#b>O0a$*'\?a4\?nN.tl)spMIO-a5A0_^/XYQIOV"
    "<4L_JyUjOvDJn5:.\?&4Oa[(p$vzC2;csL.*GBwK{YEZVg*;ZOy6q+<i|g;B9L*9ieY:QbI^6%xaRq$a+-ew/"
    "DDZEPbK:J9}&R@y,5X)m=dlFds%mLA4|:5bz{V,c[i#}&1QkDA'^.9FN>,RHuF'syz-l(Qh4Tk't_.9OZv{u"
    "(sRzMo>$@}au0ocK1W\?20N|H]AZQsh.j@Cs;hkz=D*Y;Ya'xo{=2;e`{}@+LH9dxb_w-T#MCZN_pf|$Vhech"
    "E=,ic^0\?Ca;C^b0)V{o&{:ySt-6KA,%\?7&M#(\?O{x(>\?hX=-O};vo90K|J5|eiw3hMDoMdRj%uA'v8'<MOcG"
    "GhDcQBU*$E;,giob`)G;>-|#sR(MU,MCcx<gwQ]iM_}fgD{(julXj2=K72-4s#<N'yT{oA\?'J&TX6|rCYEjy"
    "]c8B8zT40IWzFTpZH)Ack#K`h3Vl1KG4VY8eG<K_36%C/K_,_BaF:UijIxRvVa1/AtNm)(dkz-(f*)<Rx=+-"
    "`qTSo<RBj&<MC%mC>*%iFM$t=U0H1tTtDI-g,;T9f0v/+i>M'oxiA8s/E+z1[LyC:Tt1Axt6_EuuAot6F,#P"
    "v^8I*zCX':_9IrImF[kdg)Y9V5-6Nl0Qu57;;FS-|T$T*8Ku4+7RMZR>/h.{<wC.DhW4qr8k`tMw3VENgTX3"
    "-=R-&\?v9{SQQMRU8u3>EM7.}83lHPStS:*11|/_VyOaFV|zt{sBIXylC5N'90(Rv*&Ni6,2->^AK{VnhpAb8"
    "O#'}tPb53WTs#B/p%$AM$=07dkPL_8NeNF+g_ZIX$-6Gbg36CBYCHz3)(AHXl1d{ywwxakx\?:tJx1J#jw1]7"
    "(fWPUVM=Qv&Sz+%Yy^X@;4G=tl8PI$E^O/%3^n6aRouTAEmIHOf(ToT3Y/#e{s-L'IOat]m%#ZRkfQ4W::A@"
    "Qjxu#O@/@3TiV]w>p0|$:KSx2LFbK@p<cE7s:D[G7b}tZLaj1)*Apqe4|_N6y}+:yy=q]Q)@(^n8ZnpnkDh%"
    "M$`]/J(.iz/gODl}rb'U`G.1qO#>0k}^C%=-h24.vj_k(g&A<o6S$40]Xn]&c*<JOoT&T:>rDWTy'1;;n9C@"
    "Cjv@^c=OT3cE=c@sF7vcUxp0V<-l9ynHv#N*e18R6f4@yopVD[akYslBa+>P`p8LQ;x>4dXPy|KpNFO$t%&/"
    "8:vOtfmHu<[KYt-IW+5*AlHwCNa6+'k3bsOc-ErD+)$Y2]cj;y(HVkuQ+&*yMqX;:czR,coLEseBTc]x%,[O"
    "a_\?<ca|wFn&l)12pL8;|]juHTOjlX,}s*ERk;}UH1d|wy)oVI_UAfT<Db6xAA{c{:j:Uu=20djJ2'|wqb72,"
    "fBbIL#37vU3)JxUr&UF(0/'EAdeo4zUIF8yPvzm(qr9<Zvz&.)Scx8U)Befp)+7WnL\?_qH#BfWv.+tr{+m(("
    "6uV`n$RO#).nEYwri'CbMsu_,aJ0O,9MsGF=K5|2{AzUF9QoeEUJCsbPOMRD1v'9sC_]zBuhPYKtd-&Iai,&"
    "R>lK[G)VJu<<-D#}QW{W)/x>dO\?ikhjeXv8RC*G9|IDWT43^|+;S)]YZfBQPt}R_-x9ee|`jBe[98&b\?YoI2"
    "rSNPPspDC,VpGkR#&hb<Xl'a%oevLgV*Lag$M@dTONX%^Q^ht;MGJft;<U+aY@B:OL.o0nWlZtqn*@F^)jou"
    "[`kpHFJf@T%g1DBIq]3C#9uc,)8m+lH`qaIcy&i8+Kb1cBRxgn76hh2@MY0i=c^lZHt=E-Yo-zUCX{yr8oIZ"
    "Hb4{(Fq7u.1YBds2+3.9zzi<K[y*6Y*S/J7}BCa8/O6[Sby>,J=0OyEZ9GfKVzNs,(<mwz7Jn(6wAYujz6]B"
    "fv4e8KXE-3X2$X9YQetyJdYUO{x|H&2e6/MMvL83\?A/lcd|>U$VY}}SK]\?no%(gfTER3%[8P8/`ZE:*+_/y@"
    "CQi^B;O9%S1E'*\?#(Z)dzS7T@@rWX),qNp&ys^[Ty_HAI00COU]ec8S)bel#O<EzkY'6GeqEi9c/M]h}'u:m"
    "X0dL9a)YepZ*U\?/d2h}:pA5a4#LfWMK=D46RrQdH`A_)9G,E+21uGn<yPT:_'0JJ%]y/]HS`34._YN-Y5.(="
    "t:hqg+,r;`GCtNB%c\?5d17tsg%WTyD<p#sN4zl@}7l+c/i8sRUO,K,r$/2V.pfl-R%u'|T0sv<0V|6'*2-S["
    "x+8|>P|Rww/cl9|8>r=U5E^}^]vo1'Xfd&GAc6s1R$CE;;1p>bgh-j77)xemwmd6Q*.8-o|>WCUQqbIpNoIZ"
    "y/Vvmt+SK3x4Z9&0^4cCdnN;P.8f-m/NLw)&BEN5LD<7fJ2%8&[K^rAlg#_ocH#vA\?B\?L`'_F)ZgJ&NWFtq6"
    "Ve{g_>mMNmZ2{yVI,tztK/;ffX$)lUR7dg^ivVJNeKwLvoA\?w^IL=,8JEMf4b&Q2Jy3$@JKh_[S9IqK{c6mV"
    "G)kaol+MEs-*2'w+pXtPWrO4@3/5*gMW(W0Ag2N=LWL70WaPz[|rTw${Tekk{ignzw_:>nAq=5TdPs|6@+A\?"
    "/P7['+Xn0F|tzMAq8/gN[yL6_@Mky<;S#gcy+mf$zLuih.&b+VXKtMY)Xj\?V5//[lFAiAMGJ=7;>Qx_I9|u\?"
    "8[y,+{+SL<bIX^xXuBzu6]KVeaQE&iuq-M_K6{\?WNVPnq^l%fM7ibp.Wm*;,Loj.7Skzs6U)eNHOR+<;x`*5"
    "z,\?mFtYu^b*5AFl2g}%SzsD4.[eU6'`z_q0IJn)`GaeOd.+1+pJOn\?(WnI<g=0>1PuVwy-(A{xG.-55.30%$"
    "$+0$0*$4.366605.(1&5%--552&<%&%56613-5-03(630:$355-563.%4(3$01563=.T303-:60$U55'056U"
    "F$2(4.5(3515U:00-%-:3'1-=+0-504'&5&5'23UT2=36.(5%5U52.9023--0503-5-/1+5%0-0N.=U$(5+&"
    "U$)=&.%.5($+553($-$5&%3430$%5$583E-(6<('P55:50.&-$5U+3H4-060&U(56%S3.%(--3G5&49-.1::"
    "5=5-6+4:&%0(-5$'55533-554U4T+U15.&0%$0-1(1$5=055)&0:+5-5.-'+-3-6+((U66'E056535UF405%"
    "+5&:-/5&1.$*5'51050:3&4-1+05-055-E3+3+$5(515$32K=&5=553.&33UE(5:3-$(-.455G+.16($6$55"
    "&5=-(U+S0M3-.5'&&&54304%5$<%355'3'53.2%354&5$-'%55%:(6555=-33-3*=U.$0+.35&-56(:550+3"
    "55%005--($045:(M%1'5055(1-5$%.6'5+$31%330&55E503U5==:-53-1&4-61503(+536$5-$%(250.5&$"
    "5&-0%&/5--+.5$5'53535(F+%-+6(<..:40&$3$'T-5H553--1=6-55:=-05303-G51:0-&%6-<&T50&&F3-"
    "5.6%10%46$35$-500G505;01351=5:-0$U10'5=5$&5::1$.61-03::+3+$5M':55$4552+56U-+&$=0%:53"
    "$+306.6563$.531=):315.5'-+05&F0$+555553&(45%.4$4$5%+-$542$6'*3%5335&50.553003().'--1"
    "(%2-4(53+.5(3&555U3HU3$+553%&2351(U9U'35.3%&-0=33&5=+-53550-&03.5;5-U35-=-1+T005+5(8"
    "EU3$15143%4*55H'44U6-5-$5%.3055+-*55-53':3&.5-5%455&040$::145%(5&U55$5+'30:1+5-00:55"
    "&'*&44355$-$3Q$1:'4-=505=50.5&'.(U$0416:35+=0-:0M:=%43453$50*$3H4-5&--0-%0514%5$U440"
    "-4$65;5&5F5&'%3+4/5:04$$E6=-(($%/55555Q%05.055/.01+532555Q$553-3-$F50&0($:50+5551(1("
    "35.$5$656(56'55562)4.6.5-/=F+0-P5+.2.0$.H$3+050-451-=$$144.5$453141-5313-1&T&0T+56=-"
    "65:-50511$-5'S3U0-.5*11:-0352%5340-(4$3S5%055&.+Q5-$$+$=5.%$0560+&(+(5U+5&H.5:.531U="
    "=5H5+=.$+%55$'-5'1-E--&*'+35E5(-6:5.(-555330M(53--00+=5-+55+5'0&$425-(0+-($M3$(+$%5."
    "005-3$55'54+45683&.5=$-E5FU5&3&0*-&&3.5$==-)&-(&031---0=6.&5(3+5-53%M5&53&6$661+9'(."
    "-U(4=-1&341U;%1$:0+0-3.53436:(=$5-0-05-'4553--$$5F55650(6500%63.5(515+(&";
// clang-format on

}  // namespace appizer
