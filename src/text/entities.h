/* SPDX-License-Identifier: Apache-2.0
 * Made by tools/tables/make_unicode_tables.py from Python's html.entities (HTML 5's names) and ftfy's chardata (which adds
 * upper-cased ones); do not edit. */
#ifndef DESCRY_TEXT_ENTITIES_H
#define DESCRY_TEXT_ENTITIES_H

#include <stdint.h>

enum { ENTITIES = 3607, ENTITY_HTML = 1, ENTITY_FTFY = 2 };

/* Names without '&', in byte order, each ended by NUL. */
static const char entity_names[] =
    "AACUTE;\0" "ABREVE;\0" "AC;\0" "ACD;\0" "ACIRC;\0" "ACUTE;\0" "ACY;\0" "AELIG;\0" "AElig\0" "AElig;\0" "AF;\0"
    "AFR;\0" "AGRAVE;\0" "ALEFSYM;\0" "ALEPH;\0" "ALPHA;\0" "AMACR;\0" "AMALG;\0" "AMP\0" "AMP;\0" "AND;\0"
    "ANDAND;\0" "ANDD;\0" "ANDSLOPE;\0" "ANDV;\0" "ANG;\0" "ANGE;\0" "ANGLE;\0" "ANGMSD;\0" "ANGMSDAA;\0"
    "ANGMSDAB;\0" "ANGMSDAC;\0" "ANGMSDAD;\0" "ANGMSDAE;\0" "ANGMSDAF;\0" "ANGMSDAG;\0" "ANGMSDAH;\0" "ANGRT;\0"
    "ANGRTVB;\0" "ANGRTVBD;\0" "ANGSPH;\0" "ANGST;\0" "ANGZARR;\0" "AOGON;\0" "AOPF;\0" "AP;\0" "APACIR;\0" "APE;\0"
    "APID;\0" "APOS;\0" "APPROX;\0" "APPROXEQ;\0" "ARING;\0" "ASCR;\0" "AST;\0" "ASYMP;\0" "ASYMPEQ;\0" "ATILDE;\0"
    "AUML;\0" "AWCONINT;\0" "AWINT;\0" "Aacute\0" "Aacute;\0" "Abreve;\0" "Acirc\0" "Acirc;\0" "Acy;\0" "Afr;\0"
    "Agrave\0" "Agrave;\0" "Alpha;\0" "Amacr;\0" "And;\0" "Aogon;\0" "Aopf;\0" "ApplyFunction;\0" "Aring\0"
    "Aring;\0" "Ascr;\0" "Assign;\0" "Atilde\0" "Atilde;\0" "Auml\0" "Auml;\0" "BACKCONG;\0" "BACKEPSILON;\0"
    "BACKPRIME;\0" "BACKSIM;\0" "BACKSIMEQ;\0" "BARVEE;\0" "BARWED;\0" "BARWEDGE;\0" "BBRK;\0" "BBRKTBRK;\0"
    "BCONG;\0" "BCY;\0" "BDQUO;\0" "BECAUS;\0" "BECAUSE;\0" "BEMPTYV;\0" "BEPSI;\0" "BERNOU;\0" "BETA;\0" "BETH;\0"
    "BETWEEN;\0" "BFR;\0" "BIGCAP;\0" "BIGCIRC;\0" "BIGCUP;\0" "BIGODOT;\0" "BIGOPLUS;\0" "BIGOTIMES;\0"
    "BIGSQCUP;\0" "BIGSTAR;\0" "BIGTRIANGLEDOWN;\0" "BIGTRIANGLEUP;\0" "BIGUPLUS;\0" "BIGVEE;\0" "BIGWEDGE;\0"
    "BKAROW;\0" "BLACKLOZENGE;\0" "BLACKSQUARE;\0" "BLACKTRIANGLE;\0" "BLACKTRIANGLEDOWN;\0" "BLACKTRIANGLELEFT;\0"
    "BLACKTRIANGLERIGHT;\0" "BLANK;\0" "BLK12;\0" "BLK14;\0" "BLK34;\0" "BLOCK;\0" "BNE;\0" "BNEQUIV;\0" "BNOT;\0"
    "BOPF;\0" "BOT;\0" "BOTTOM;\0" "BOWTIE;\0" "BOXBOX;\0" "BOXDL;\0" "BOXDR;\0" "BOXH;\0" "BOXHD;\0" "BOXHU;\0"
    "BOXMINUS;\0" "BOXPLUS;\0" "BOXTIMES;\0" "BOXUL;\0" "BOXUR;\0" "BOXV;\0" "BOXVH;\0" "BOXVL;\0" "BOXVR;\0"
    "BPRIME;\0" "BREVE;\0" "BRVBAR;\0" "BSCR;\0" "BSEMI;\0" "BSIM;\0" "BSIME;\0" "BSOL;\0" "BSOLB;\0" "BSOLHSUB;\0"
    "BULL;\0" "BULLET;\0" "BUMP;\0" "BUMPE;\0" "BUMPEQ;\0" "Backslash;\0" "Barv;\0" "Barwed;\0" "Bcy;\0" "Because;\0"
    "Bernoullis;\0" "Beta;\0" "Bfr;\0" "Bopf;\0" "Breve;\0" "Bscr;\0" "Bumpeq;\0" "CACUTE;\0" "CAP;\0" "CAPAND;\0"
    "CAPBRCUP;\0" "CAPCAP;\0" "CAPCUP;\0" "CAPDOT;\0" "CAPS;\0" "CARET;\0" "CARON;\0" "CCAPS;\0" "CCARON;\0"
    "CCEDIL;\0" "CCIRC;\0" "CCUPS;\0" "CCUPSSM;\0" "CDOT;\0" "CEDIL;\0" "CEMPTYV;\0" "CENT;\0" "CENTERDOT;\0"
    "CFR;\0" "CHCY;\0" "CHECK;\0" "CHECKMARK;\0" "CHI;\0" "CHcy;\0" "CIR;\0" "CIRC;\0" "CIRCEQ;\0"
    "CIRCLEARROWLEFT;\0" "CIRCLEARROWRIGHT;\0" "CIRCLEDAST;\0" "CIRCLEDCIRC;\0" "CIRCLEDDASH;\0" "CIRE;\0"
    "CIRFNINT;\0" "CIRMID;\0" "CIRSCIR;\0" "CLUBS;\0" "CLUBSUIT;\0" "COLON;\0" "COLONE;\0" "COLONEQ;\0" "COMMA;\0"
    "COMMAT;\0" "COMP;\0" "COMPFN;\0" "COMPLEMENT;\0" "COMPLEXES;\0" "CONG;\0" "CONGDOT;\0" "CONINT;\0" "COPF;\0"
    "COPROD;\0" "COPY\0" "COPY;\0" "CRARR;\0" "CROSS;\0" "CSCR;\0" "CSUB;\0" "CSUBE;\0" "CSUP;\0" "CSUPE;\0"
    "CTDOT;\0" "CUDARRL;\0" "CUDARRR;\0" "CUEPR;\0" "CUESC;\0" "CULARR;\0" "CULARRP;\0" "CUP;\0" "CUPBRCAP;\0"
    "CUPCAP;\0" "CUPCUP;\0" "CUPDOT;\0" "CUPOR;\0" "CUPS;\0" "CURARR;\0" "CURARRM;\0" "CURLYEQPREC;\0"
    "CURLYEQSUCC;\0" "CURLYVEE;\0" "CURLYWEDGE;\0" "CURREN;\0" "CURVEARROWLEFT;\0" "CURVEARROWRIGHT;\0" "CUVEE;\0"
    "CUWED;\0" "CWCONINT;\0" "CWINT;\0" "CYLCTY;\0" "Cacute;\0" "Cap;\0" "CapitalDifferentialD;\0" "Cayleys;\0"
    "Ccaron;\0" "Ccedil\0" "Ccedil;\0" "Ccirc;\0" "Cconint;\0" "Cdot;\0" "Cedilla;\0" "CenterDot;\0" "Cfr;\0"
    "Chi;\0" "CircleDot;\0" "CircleMinus;\0" "CirclePlus;\0" "CircleTimes;\0" "ClockwiseContourIntegral;\0"
    "CloseCurlyDoubleQuote;\0" "CloseCurlyQuote;\0" "Colon;\0" "Colone;\0" "Congruent;\0" "Conint;\0"
    "ContourIntegral;\0" "Copf;\0" "Coproduct;\0" "CounterClockwiseContourIntegral;\0" "Cross;\0" "Cscr;\0" "Cup;\0"
    "CupCap;\0" "DAGGER;\0" "DALETH;\0" "DARR;\0" "DASH;\0" "DASHV;\0" "DBKAROW;\0" "DBLAC;\0" "DCARON;\0" "DCY;\0"
    "DD;\0" "DDAGGER;\0" "DDARR;\0" "DDOTSEQ;\0" "DDotrahd;\0" "DEG;\0" "DELTA;\0" "DEMPTYV;\0" "DFISHT;\0" "DFR;\0"
    "DHARL;\0" "DHARR;\0" "DIAM;\0" "DIAMOND;\0" "DIAMONDSUIT;\0" "DIAMS;\0" "DIE;\0" "DIGAMMA;\0" "DISIN;\0"
    "DIV;\0" "DIVIDE;\0" "DIVIDEONTIMES;\0" "DIVONX;\0" "DJCY;\0" "DJcy;\0" "DLCORN;\0" "DLCROP;\0" "DOLLAR;\0"
    "DOPF;\0" "DOT;\0" "DOTEQ;\0" "DOTEQDOT;\0" "DOTMINUS;\0" "DOTPLUS;\0" "DOTSQUARE;\0" "DOUBLEBARWEDGE;\0"
    "DOWNARROW;\0" "DOWNDOWNARROWS;\0" "DOWNHARPOONLEFT;\0" "DOWNHARPOONRIGHT;\0" "DRBKAROW;\0" "DRCORN;\0"
    "DRCROP;\0" "DSCR;\0" "DSCY;\0" "DSOL;\0" "DSTROK;\0" "DScy;\0" "DTDOT;\0" "DTRI;\0" "DTRIF;\0" "DUARR;\0"
    "DUHAR;\0" "DWANGLE;\0" "DZCY;\0" "DZIGRARR;\0" "DZcy;\0" "Dagger;\0" "Darr;\0" "Dashv;\0" "Dcaron;\0" "Dcy;\0"
    "Del;\0" "Delta;\0" "Dfr;\0" "DiacriticalAcute;\0" "DiacriticalDot;\0" "DiacriticalDoubleAcute;\0"
    "DiacriticalGrave;\0" "DiacriticalTilde;\0" "Diamond;\0" "DifferentialD;\0" "Dopf;\0" "Dot;\0" "DotDot;\0"
    "DotEqual;\0" "DoubleContourIntegral;\0" "DoubleDot;\0" "DoubleDownArrow;\0" "DoubleLeftArrow;\0"
    "DoubleLeftRightArrow;\0" "DoubleLeftTee;\0" "DoubleLongLeftArrow;\0" "DoubleLongLeftRightArrow;\0"
    "DoubleLongRightArrow;\0" "DoubleRightArrow;\0" "DoubleRightTee;\0" "DoubleUpArrow;\0" "DoubleUpDownArrow;\0"
    "DoubleVerticalBar;\0" "DownArrow;\0" "DownArrowBar;\0" "DownArrowUpArrow;\0" "DownBreve;\0"
    "DownLeftRightVector;\0" "DownLeftTeeVector;\0" "DownLeftVector;\0" "DownLeftVectorBar;\0"
    "DownRightTeeVector;\0" "DownRightVector;\0" "DownRightVectorBar;\0" "DownTee;\0" "DownTeeArrow;\0"
    "Downarrow;\0" "Dscr;\0" "Dstrok;\0" "EACUTE;\0" "EASTER;\0" "ECARON;\0" "ECIR;\0" "ECIRC;\0" "ECOLON;\0"
    "ECY;\0" "EDOT;\0" "EE;\0" "EFR;\0" "EG;\0" "EGRAVE;\0" "EGS;\0" "EGSDOT;\0" "EL;\0" "ELINTERS;\0" "ELL;\0"
    "ELS;\0" "ELSDOT;\0" "EMACR;\0" "EMPTY;\0" "EMPTYSET;\0" "EMPTYV;\0" "EMSP13;\0" "EMSP14;\0" "EMSP;\0" "ENG;\0"
    "ENSP;\0" "EOGON;\0" "EOPF;\0" "EPAR;\0" "EPARSL;\0" "EPLUS;\0" "EPSI;\0" "EPSILON;\0" "EPSIV;\0" "EQCIRC;\0"
    "EQCOLON;\0" "EQSIM;\0" "EQSLANTGTR;\0" "EQSLANTLESS;\0" "EQUALS;\0" "EQUEST;\0" "EQUIV;\0" "EQVPARSL;\0"
    "ERARR;\0" "ESCR;\0" "ESDOT;\0" "ESIM;\0" "ETA;\0" "ETH\0" "ETH;\0" "EUML;\0" "EURO;\0" "EXCL;\0" "EXIST;\0"
    "EXPECTATION;\0" "EXPONENTIALE;\0" "Eacute\0" "Eacute;\0" "Ecaron;\0" "Ecirc\0" "Ecirc;\0" "Ecy;\0" "Edot;\0"
    "Efr;\0" "Egrave\0" "Egrave;\0" "Element;\0" "Emacr;\0" "EmptySmallSquare;\0" "EmptyVerySmallSquare;\0"
    "Eogon;\0" "Eopf;\0" "Epsilon;\0" "Equal;\0" "EqualTilde;\0" "Equilibrium;\0" "Escr;\0" "Esim;\0" "Eta;\0"
    "Euml\0" "Euml;\0" "Exists;\0" "ExponentialE;\0" "FALLINGDOTSEQ;\0" "FCY;\0" "FEMALE;\0" "FFILIG;\0" "FFLIG;\0"
    "FFLLIG;\0" "FFR;\0" "FILIG;\0" "FJLIG;\0" "FLAT;\0" "FLLIG;\0" "FLTNS;\0" "FNOF;\0" "FOPF;\0" "FORALL;\0"
    "FORK;\0" "FORKV;\0" "FPARTINT;\0" "FRAC12;\0" "FRAC13;\0" "FRAC14;\0" "FRAC15;\0" "FRAC16;\0" "FRAC18;\0"
    "FRAC23;\0" "FRAC25;\0" "FRAC34;\0" "FRAC35;\0" "FRAC38;\0" "FRAC45;\0" "FRAC56;\0" "FRAC58;\0" "FRAC78;\0"
    "FRASL;\0" "FROWN;\0" "FSCR;\0" "Fcy;\0" "Ffr;\0" "FilledSmallSquare;\0" "FilledVerySmallSquare;\0" "Fopf;\0"
    "ForAll;\0" "Fouriertrf;\0" "Fscr;\0" "GACUTE;\0" "GAMMA;\0" "GAMMAD;\0" "GAP;\0" "GBREVE;\0" "GCIRC;\0" "GCY;\0"
    "GDOT;\0" "GE;\0" "GEL;\0" "GEQ;\0" "GEQQ;\0" "GEQSLANT;\0" "GES;\0" "GESCC;\0" "GESDOT;\0" "GESDOTO;\0"
    "GESDOTOL;\0" "GESL;\0" "GESLES;\0" "GFR;\0" "GG;\0" "GGG;\0" "GIMEL;\0" "GJCY;\0" "GJcy;\0" "GL;\0" "GLA;\0"
    "GLJ;\0" "GNAP;\0" "GNAPPROX;\0" "GNE;\0" "GNEQ;\0" "GNEQQ;\0" "GNSIM;\0" "GOPF;\0" "GRAVE;\0" "GSCR;\0"
    "GSIM;\0" "GSIME;\0" "GSIML;\0" "GT\0" "GT;\0" "GVERTNEQQ;\0" "Gamma;\0" "Gammad;\0" "Gbreve;\0" "Gcedil;\0"
    "Gcirc;\0" "Gcy;\0" "Gdot;\0" "Gfr;\0" "Gg;\0" "Gopf;\0" "GreaterEqual;\0" "GreaterEqualLess;\0"
    "GreaterFullEqual;\0" "GreaterGreater;\0" "GreaterLess;\0" "GreaterSlantEqual;\0" "GreaterTilde;\0" "Gscr;\0"
    "Gt;\0" "HAIRSP;\0" "HALF;\0" "HAMILT;\0" "HARDCY;\0" "HARDcy;\0" "HARR;\0" "HARRCIR;\0" "HARRW;\0" "HBAR;\0"
    "HCIRC;\0" "HEARTS;\0" "HEARTSUIT;\0" "HELLIP;\0" "HERCON;\0" "HFR;\0" "HKSEAROW;\0" "HKSWAROW;\0" "HOARR;\0"
    "HOMTHT;\0" "HOOKLEFTARROW;\0" "HOOKRIGHTARROW;\0" "HOPF;\0" "HORBAR;\0" "HSCR;\0" "HSLASH;\0" "HSTROK;\0"
    "HYBULL;\0" "HYPHEN;\0" "Hacek;\0" "Hat;\0" "Hcirc;\0" "Hfr;\0" "HilbertSpace;\0" "Hopf;\0" "HorizontalLine;\0"
    "Hscr;\0" "Hstrok;\0" "HumpDownHump;\0" "HumpEqual;\0" "IACUTE;\0" "IC;\0" "ICIRC;\0" "ICY;\0" "IECY;\0"
    "IEXCL;\0" "IEcy;\0" "IFF;\0" "IFR;\0" "IGRAVE;\0" "II;\0" "IIIINT;\0" "IIINT;\0" "IINFIN;\0" "IIOTA;\0"
    "IJLIG;\0" "IJlig;\0" "IMACR;\0" "IMAGE;\0" "IMAGLINE;\0" "IMAGPART;\0" "IMATH;\0" "IMOF;\0" "IMPED;\0" "IN;\0"
    "INCARE;\0" "INFIN;\0" "INFINTIE;\0" "INODOT;\0" "INT;\0" "INTCAL;\0" "INTEGERS;\0" "INTERCAL;\0" "INTLARHK;\0"
    "INTPROD;\0" "IOCY;\0" "IOGON;\0" "IOPF;\0" "IOTA;\0" "IOcy;\0" "IPROD;\0" "IQUEST;\0" "ISCR;\0" "ISIN;\0"
    "ISINDOT;\0" "ISINS;\0" "ISINSV;\0" "ISINV;\0" "IT;\0" "ITILDE;\0" "IUKCY;\0" "IUML;\0" "Iacute\0" "Iacute;\0"
    "Icirc\0" "Icirc;\0" "Icy;\0" "Idot;\0" "Ifr;\0" "Igrave\0" "Igrave;\0" "Im;\0" "Imacr;\0" "ImaginaryI;\0"
    "Implies;\0" "Int;\0" "Integral;\0" "Intersection;\0" "InvisibleComma;\0" "InvisibleTimes;\0" "Iogon;\0"
    "Iopf;\0" "Iota;\0" "Iscr;\0" "Itilde;\0" "Iukcy;\0" "Iuml\0" "Iuml;\0" "JCIRC;\0" "JCY;\0" "JFR;\0" "JMATH;\0"
    "JOPF;\0" "JSCR;\0" "JSERCY;\0" "JUKCY;\0" "Jcirc;\0" "Jcy;\0" "Jfr;\0" "Jopf;\0" "Jscr;\0" "Jsercy;\0"
    "Jukcy;\0" "KAPPA;\0" "KAPPAV;\0" "KCEDIL;\0" "KCY;\0" "KFR;\0" "KGREEN;\0" "KHCY;\0" "KHcy;\0" "KJCY;\0"
    "KJcy;\0" "KOPF;\0" "KSCR;\0" "Kappa;\0" "Kcedil;\0" "Kcy;\0" "Kfr;\0" "Kopf;\0" "Kscr;\0" "LACUTE;\0"
    "LAEMPTYV;\0" "LAGRAN;\0" "LAMBDA;\0" "LANG;\0" "LANGD;\0" "LANGLE;\0" "LAP;\0" "LAQUO;\0" "LARR;\0" "LARRB;\0"
    "LARRBFS;\0" "LARRFS;\0" "LARRHK;\0" "LARRLP;\0" "LARRPL;\0" "LARRSIM;\0" "LARRTL;\0" "LAT;\0" "LATAIL;\0"
    "LATE;\0" "LATES;\0" "LBARR;\0" "LBBRK;\0" "LBRACE;\0" "LBRACK;\0" "LBRKE;\0" "LBRKSLD;\0" "LBRKSLU;\0"
    "LCARON;\0" "LCEDIL;\0" "LCEIL;\0" "LCUB;\0" "LCY;\0" "LDCA;\0" "LDQUO;\0" "LDQUOR;\0" "LDRDHAR;\0" "LDRUSHAR;\0"
    "LDSH;\0" "LE;\0" "LEFTARROW;\0" "LEFTARROWTAIL;\0" "LEFTHARPOONDOWN;\0" "LEFTHARPOONUP;\0" "LEFTLEFTARROWS;\0"
    "LEFTRIGHTARROW;\0" "LEFTRIGHTARROWS;\0" "LEFTRIGHTHARPOONS;\0" "LEFTRIGHTSQUIGARROW;\0" "LEFTTHREETIMES;\0"
    "LEG;\0" "LEQ;\0" "LEQQ;\0" "LEQSLANT;\0" "LES;\0" "LESCC;\0" "LESDOT;\0" "LESDOTO;\0" "LESDOTOR;\0" "LESG;\0"
    "LESGES;\0" "LESSAPPROX;\0" "LESSDOT;\0" "LESSEQGTR;\0" "LESSEQQGTR;\0" "LESSGTR;\0" "LESSSIM;\0" "LFISHT;\0"
    "LFLOOR;\0" "LFR;\0" "LG;\0" "LHARD;\0" "LHARU;\0" "LHARUL;\0" "LHBLK;\0" "LJCY;\0" "LJcy;\0" "LL;\0" "LLARR;\0"
    "LLCORNER;\0" "LLHARD;\0" "LLTRI;\0" "LMIDOT;\0" "LMOUST;\0" "LMOUSTACHE;\0" "LNAP;\0" "LNAPPROX;\0" "LNE;\0"
    "LNEQ;\0" "LNEQQ;\0" "LNSIM;\0" "LOANG;\0" "LOARR;\0" "LOBRK;\0" "LONGLEFTARROW;\0" "LONGLEFTRIGHTARROW;\0"
    "LONGMAPSTO;\0" "LONGRIGHTARROW;\0" "LOOPARROWLEFT;\0" "LOOPARROWRIGHT;\0" "LOPAR;\0" "LOPF;\0" "LOPLUS;\0"
    "LOTIMES;\0" "LOWAST;\0" "LOWBAR;\0" "LOZ;\0" "LOZENGE;\0" "LOZF;\0" "LPAR;\0" "LPARLT;\0" "LRARR;\0"
    "LRCORNER;\0" "LRHAR;\0" "LRHARD;\0" "LRM;\0" "LRTRI;\0" "LSAQUO;\0" "LSCR;\0" "LSH;\0" "LSIM;\0" "LSIME;\0"
    "LSIMG;\0" "LSQB;\0" "LSQUO;\0" "LSQUOR;\0" "LSTROK;\0" "LT\0" "LT;\0" "LURDSHAR;\0" "LURUHAR;\0" "LVERTNEQQ;\0"
    "Lacute;\0" "Lambda;\0" "Lang;\0" "Laplacetrf;\0" "Larr;\0" "Lcaron;\0" "Lcedil;\0" "Lcy;\0"
    "LeftAngleBracket;\0" "LeftArrow;\0" "LeftArrowBar;\0" "LeftArrowRightArrow;\0" "LeftCeiling;\0"
    "LeftDoubleBracket;\0" "LeftDownTeeVector;\0" "LeftDownVector;\0" "LeftDownVectorBar;\0" "LeftFloor;\0"
    "LeftRightArrow;\0" "LeftRightVector;\0" "LeftTee;\0" "LeftTeeArrow;\0" "LeftTeeVector;\0" "LeftTriangle;\0"
    "LeftTriangleBar;\0" "LeftTriangleEqual;\0" "LeftUpDownVector;\0" "LeftUpTeeVector;\0" "LeftUpVector;\0"
    "LeftUpVectorBar;\0" "LeftVector;\0" "LeftVectorBar;\0" "Leftarrow;\0" "Leftrightarrow;\0" "LessEqualGreater;\0"
    "LessFullEqual;\0" "LessGreater;\0" "LessLess;\0" "LessSlantEqual;\0" "LessTilde;\0" "Lfr;\0" "Ll;\0"
    "Lleftarrow;\0" "Lmidot;\0" "LongLeftArrow;\0" "LongLeftRightArrow;\0" "LongRightArrow;\0" "Longleftarrow;\0"
    "Longleftrightarrow;\0" "Longrightarrow;\0" "Lopf;\0" "LowerLeftArrow;\0" "LowerRightArrow;\0" "Lscr;\0" "Lsh;\0"
    "Lstrok;\0" "Lt;\0" "MACR;\0" "MALE;\0" "MALT;\0" "MALTESE;\0" "MAP;\0" "MAPSTO;\0" "MAPSTODOWN;\0"
    "MAPSTOLEFT;\0" "MAPSTOUP;\0" "MARKER;\0" "MCOMMA;\0" "MCY;\0" "MDASH;\0" "MEASUREDANGLE;\0" "MFR;\0" "MHO;\0"
    "MICRO;\0" "MID;\0" "MIDAST;\0" "MIDCIR;\0" "MIDDOT;\0" "MINUS;\0" "MINUSB;\0" "MINUSD;\0" "MINUSDU;\0" "MLCP;\0"
    "MLDR;\0" "MNPLUS;\0" "MODELS;\0" "MOPF;\0" "MP;\0" "MSCR;\0" "MSTPOS;\0" "MU;\0" "MULTIMAP;\0" "MUMAP;\0"
    "Map;\0" "Mcy;\0" "MediumSpace;\0" "Mellintrf;\0" "Mfr;\0" "MinusPlus;\0" "Mopf;\0" "Mscr;\0" "Mu;\0" "NABLA;\0"
    "NACUTE;\0" "NANG;\0" "NAP;\0" "NAPID;\0" "NAPOS;\0" "NAPPROX;\0" "NATUR;\0" "NATURAL;\0" "NATURALS;\0" "NBSP;\0"
    "NBUMP;\0" "NBUMPE;\0" "NCAP;\0" "NCARON;\0" "NCEDIL;\0" "NCONG;\0" "NCONGDOT;\0" "NCUP;\0" "NCY;\0" "NDASH;\0"
    "NE;\0" "NEARHK;\0" "NEARR;\0" "NEARROW;\0" "NEDOT;\0" "NEQUIV;\0" "NESEAR;\0" "NESIM;\0" "NEXIST;\0"
    "NEXISTS;\0" "NFR;\0" "NGE;\0" "NGEQ;\0" "NGEQQ;\0" "NGEQSLANT;\0" "NGES;\0" "NGSIM;\0" "NGT;\0" "NGTR;\0"
    "NHARR;\0" "NHPAR;\0" "NI;\0" "NIS;\0" "NISD;\0" "NIV;\0" "NJCY;\0" "NJcy;\0" "NLARR;\0" "NLDR;\0" "NLE;\0"
    "NLEFTARROW;\0" "NLEFTRIGHTARROW;\0" "NLEQ;\0" "NLEQQ;\0" "NLEQSLANT;\0" "NLES;\0" "NLESS;\0" "NLSIM;\0" "NLT;\0"
    "NLTRI;\0" "NLTRIE;\0" "NMID;\0" "NOPF;\0" "NOT;\0" "NOTIN;\0" "NOTINDOT;\0" "NOTINVA;\0" "NOTINVB;\0"
    "NOTINVC;\0" "NOTNI;\0" "NOTNIVA;\0" "NOTNIVB;\0" "NOTNIVC;\0" "NPAR;\0" "NPARALLEL;\0" "NPARSL;\0" "NPART;\0"
    "NPOLINT;\0" "NPR;\0" "NPRCUE;\0" "NPRE;\0" "NPREC;\0" "NPRECEQ;\0" "NRARR;\0" "NRARRC;\0" "NRARRW;\0"
    "NRIGHTARROW;\0" "NRTRI;\0" "NRTRIE;\0" "NSC;\0" "NSCCUE;\0" "NSCE;\0" "NSCR;\0" "NSHORTMID;\0"
    "NSHORTPARALLEL;\0" "NSIM;\0" "NSIME;\0" "NSIMEQ;\0" "NSMID;\0" "NSPAR;\0" "NSQSUBE;\0" "NSQSUPE;\0" "NSUB;\0"
    "NSUBE;\0" "NSUBSET;\0" "NSUBSETEQ;\0" "NSUBSETEQQ;\0" "NSUCC;\0" "NSUCCEQ;\0" "NSUP;\0" "NSUPE;\0" "NSUPSET;\0"
    "NSUPSETEQ;\0" "NSUPSETEQQ;\0" "NTGL;\0" "NTILDE;\0" "NTLG;\0" "NTRIANGLELEFT;\0" "NTRIANGLELEFTEQ;\0"
    "NTRIANGLERIGHT;\0" "NTRIANGLERIGHTEQ;\0" "NU;\0" "NUM;\0" "NUMERO;\0" "NUMSP;\0" "NVAP;\0" "NVDASH;\0" "NVGE;\0"
    "NVGT;\0" "NVINFIN;\0" "NVLE;\0" "NVLT;\0" "NVLTRIE;\0" "NVRTRIE;\0" "NVSIM;\0" "NWARHK;\0" "NWARR;\0"
    "NWARROW;\0" "NWNEAR;\0" "Nacute;\0" "Ncaron;\0" "Ncedil;\0" "Ncy;\0" "NegativeMediumSpace;\0"
    "NegativeThickSpace;\0" "NegativeThinSpace;\0" "NegativeVeryThinSpace;\0" "NestedGreaterGreater;\0"
    "NestedLessLess;\0" "NewLine;\0" "Nfr;\0" "NoBreak;\0" "NonBreakingSpace;\0" "Nopf;\0" "Not;\0" "NotCongruent;\0"
    "NotCupCap;\0" "NotDoubleVerticalBar;\0" "NotElement;\0" "NotEqual;\0" "NotEqualTilde;\0" "NotExists;\0"
    "NotGreater;\0" "NotGreaterEqual;\0" "NotGreaterFullEqual;\0" "NotGreaterGreater;\0" "NotGreaterLess;\0"
    "NotGreaterSlantEqual;\0" "NotGreaterTilde;\0" "NotHumpDownHump;\0" "NotHumpEqual;\0" "NotLeftTriangle;\0"
    "NotLeftTriangleBar;\0" "NotLeftTriangleEqual;\0" "NotLess;\0" "NotLessEqual;\0" "NotLessGreater;\0"
    "NotLessLess;\0" "NotLessSlantEqual;\0" "NotLessTilde;\0" "NotNestedGreaterGreater;\0" "NotNestedLessLess;\0"
    "NotPrecedes;\0" "NotPrecedesEqual;\0" "NotPrecedesSlantEqual;\0" "NotReverseElement;\0" "NotRightTriangle;\0"
    "NotRightTriangleBar;\0" "NotRightTriangleEqual;\0" "NotSquareSubset;\0" "NotSquareSubsetEqual;\0"
    "NotSquareSuperset;\0" "NotSquareSupersetEqual;\0" "NotSubset;\0" "NotSubsetEqual;\0" "NotSucceeds;\0"
    "NotSucceedsEqual;\0" "NotSucceedsSlantEqual;\0" "NotSucceedsTilde;\0" "NotSuperset;\0" "NotSupersetEqual;\0"
    "NotTilde;\0" "NotTildeEqual;\0" "NotTildeFullEqual;\0" "NotTildeTilde;\0" "NotVerticalBar;\0" "Nscr;\0"
    "Ntilde\0" "Ntilde;\0" "Nu;\0" "OACUTE;\0" "OAST;\0" "OCIR;\0" "OCIRC;\0" "OCY;\0" "ODASH;\0" "ODBLAC;\0"
    "ODIV;\0" "ODOT;\0" "ODSOLD;\0" "OELIG;\0" "OElig;\0" "OFCIR;\0" "OFR;\0" "OGON;\0" "OGRAVE;\0" "OGT;\0"
    "OHBAR;\0" "OHM;\0" "OINT;\0" "OLARR;\0" "OLCIR;\0" "OLCROSS;\0" "OLINE;\0" "OLT;\0" "OMACR;\0" "OMEGA;\0"
    "OMICRON;\0" "OMID;\0" "OMINUS;\0" "OOPF;\0" "OPAR;\0" "OPERP;\0" "OPLUS;\0" "OR;\0" "ORARR;\0" "ORD;\0"
    "ORDER;\0" "ORDEROF;\0" "ORDF;\0" "ORDM;\0" "ORIGOF;\0" "OROR;\0" "ORSLOPE;\0" "ORV;\0" "OSCR;\0" "OSLASH;\0"
    "OSOL;\0" "OTILDE;\0" "OTIMES;\0" "OTIMESAS;\0" "OUML;\0" "OVBAR;\0" "Oacute\0" "Oacute;\0" "Ocirc\0" "Ocirc;\0"
    "Ocy;\0" "Odblac;\0" "Ofr;\0" "Ograve\0" "Ograve;\0" "Omacr;\0" "Omega;\0" "Omicron;\0" "Oopf;\0"
    "OpenCurlyDoubleQuote;\0" "OpenCurlyQuote;\0" "Or;\0" "Oscr;\0" "Oslash\0" "Oslash;\0" "Otilde\0" "Otilde;\0"
    "Otimes;\0" "Ouml\0" "Ouml;\0" "OverBar;\0" "OverBrace;\0" "OverBracket;\0" "OverParenthesis;\0" "PAR;\0"
    "PARA;\0" "PARALLEL;\0" "PARSIM;\0" "PARSL;\0" "PART;\0" "PCY;\0" "PERCNT;\0" "PERIOD;\0" "PERMIL;\0" "PERP;\0"
    "PERTENK;\0" "PFR;\0" "PHI;\0" "PHIV;\0" "PHMMAT;\0" "PHONE;\0" "PI;\0" "PITCHFORK;\0" "PIV;\0" "PLANCK;\0"
    "PLANCKH;\0" "PLANKV;\0" "PLUS;\0" "PLUSACIR;\0" "PLUSB;\0" "PLUSCIR;\0" "PLUSDO;\0" "PLUSDU;\0" "PLUSE;\0"
    "PLUSMN;\0" "PLUSSIM;\0" "PLUSTWO;\0" "PM;\0" "POINTINT;\0" "POPF;\0" "POUND;\0" "PR;\0" "PRAP;\0" "PRCUE;\0"
    "PRE;\0" "PREC;\0" "PRECAPPROX;\0" "PRECCURLYEQ;\0" "PRECEQ;\0" "PRECNAPPROX;\0" "PRECNEQQ;\0" "PRECNSIM;\0"
    "PRECSIM;\0" "PRIME;\0" "PRIMES;\0" "PRNAP;\0" "PRNSIM;\0" "PROD;\0" "PROFALAR;\0" "PROFLINE;\0" "PROFSURF;\0"
    "PROP;\0" "PROPTO;\0" "PRSIM;\0" "PRUREL;\0" "PSCR;\0" "PSI;\0" "PUNCSP;\0" "PartialD;\0" "Pcy;\0" "Pfr;\0"
    "Phi;\0" "Pi;\0" "PlusMinus;\0" "Poincareplane;\0" "Popf;\0" "Pr;\0" "Precedes;\0" "PrecedesEqual;\0"
    "PrecedesSlantEqual;\0" "PrecedesTilde;\0" "Prime;\0" "Product;\0" "Proportion;\0" "Proportional;\0" "Pscr;\0"
    "Psi;\0" "QFR;\0" "QINT;\0" "QOPF;\0" "QPRIME;\0" "QSCR;\0" "QUATERNIONS;\0" "QUATINT;\0" "QUEST;\0" "QUESTEQ;\0"
    "QUOT\0" "QUOT;\0" "Qfr;\0" "Qopf;\0" "Qscr;\0" "RACE;\0" "RACUTE;\0" "RADIC;\0" "RAEMPTYV;\0" "RANG;\0"
    "RANGD;\0" "RANGE;\0" "RANGLE;\0" "RAQUO;\0" "RARR;\0" "RARRAP;\0" "RARRB;\0" "RARRBFS;\0" "RARRC;\0" "RARRFS;\0"
    "RARRHK;\0" "RARRLP;\0" "RARRPL;\0" "RARRSIM;\0" "RARRTL;\0" "RARRW;\0" "RATAIL;\0" "RATIO;\0" "RATIONALS;\0"
    "RBARR;\0" "RBBRK;\0" "RBRACE;\0" "RBRACK;\0" "RBRKE;\0" "RBRKSLD;\0" "RBRKSLU;\0" "RBarr;\0" "RCARON;\0"
    "RCEDIL;\0" "RCEIL;\0" "RCUB;\0" "RCY;\0" "RDCA;\0" "RDLDHAR;\0" "RDQUO;\0" "RDQUOR;\0" "RDSH;\0" "REAL;\0"
    "REALINE;\0" "REALPART;\0" "REALS;\0" "RECT;\0" "REG\0" "REG;\0" "RFISHT;\0" "RFLOOR;\0" "RFR;\0" "RHARD;\0"
    "RHARU;\0" "RHARUL;\0" "RHO;\0" "RHOV;\0" "RIGHTARROW;\0" "RIGHTARROWTAIL;\0" "RIGHTHARPOONDOWN;\0"
    "RIGHTHARPOONUP;\0" "RIGHTLEFTARROWS;\0" "RIGHTLEFTHARPOONS;\0" "RIGHTRIGHTARROWS;\0" "RIGHTSQUIGARROW;\0"
    "RIGHTTHREETIMES;\0" "RING;\0" "RISINGDOTSEQ;\0" "RLARR;\0" "RLHAR;\0" "RLM;\0" "RMOUST;\0" "RMOUSTACHE;\0"
    "RNMID;\0" "ROANG;\0" "ROARR;\0" "ROBRK;\0" "ROPAR;\0" "ROPF;\0" "ROPLUS;\0" "ROTIMES;\0" "RPAR;\0" "RPARGT;\0"
    "RPPOLINT;\0" "RRARR;\0" "RSAQUO;\0" "RSCR;\0" "RSH;\0" "RSQB;\0" "RSQUO;\0" "RSQUOR;\0" "RTHREE;\0" "RTIMES;\0"
    "RTRI;\0" "RTRIE;\0" "RTRIF;\0" "RTRILTRI;\0" "RULUHAR;\0" "RX;\0" "Racute;\0" "Rang;\0" "Rarr;\0" "Rarrtl;\0"
    "Rcaron;\0" "Rcedil;\0" "Rcy;\0" "Re;\0" "ReverseElement;\0" "ReverseEquilibrium;\0" "ReverseUpEquilibrium;\0"
    "Rfr;\0" "Rho;\0" "RightAngleBracket;\0" "RightArrow;\0" "RightArrowBar;\0" "RightArrowLeftArrow;\0"
    "RightCeiling;\0" "RightDoubleBracket;\0" "RightDownTeeVector;\0" "RightDownVector;\0" "RightDownVectorBar;\0"
    "RightFloor;\0" "RightTee;\0" "RightTeeArrow;\0" "RightTeeVector;\0" "RightTriangle;\0" "RightTriangleBar;\0"
    "RightTriangleEqual;\0" "RightUpDownVector;\0" "RightUpTeeVector;\0" "RightUpVector;\0" "RightUpVectorBar;\0"
    "RightVector;\0" "RightVectorBar;\0" "Rightarrow;\0" "Ropf;\0" "RoundImplies;\0" "Rrightarrow;\0" "Rscr;\0"
    "Rsh;\0" "RuleDelayed;\0" "SACUTE;\0" "SBQUO;\0" "SC;\0" "SCAP;\0" "SCARON;\0" "SCCUE;\0" "SCE;\0" "SCEDIL;\0"
    "SCIRC;\0" "SCNAP;\0" "SCNSIM;\0" "SCPOLINT;\0" "SCSIM;\0" "SCY;\0" "SDOT;\0" "SDOTB;\0" "SDOTE;\0" "SEARHK;\0"
    "SEARR;\0" "SEARROW;\0" "SECT;\0" "SEMI;\0" "SESWAR;\0" "SETMINUS;\0" "SETMN;\0" "SEXT;\0" "SFR;\0" "SFROWN;\0"
    "SHARP;\0" "SHCHCY;\0" "SHCHcy;\0" "SHCY;\0" "SHORTMID;\0" "SHORTPARALLEL;\0" "SHY;\0" "SHcy;\0" "SIGMA;\0"
    "SIGMAF;\0" "SIGMAV;\0" "SIM;\0" "SIMDOT;\0" "SIME;\0" "SIMEQ;\0" "SIMG;\0" "SIML;\0" "SIMNE;\0" "SIMPLUS;\0"
    "SIMRARR;\0" "SLARR;\0" "SMALLSETMINUS;\0" "SMASHP;\0" "SMEPARSL;\0" "SMID;\0" "SMILE;\0" "SMT;\0" "SMTE;\0"
    "SMTES;\0" "SOFTCY;\0" "SOFTcy;\0" "SOL;\0" "SOLB;\0" "SOLBAR;\0" "SOPF;\0" "SPADES;\0" "SPADESUIT;\0" "SPAR;\0"
    "SQCAP;\0" "SQCAPS;\0" "SQCUP;\0" "SQCUPS;\0" "SQSUB;\0" "SQSUBE;\0" "SQSUBSET;\0" "SQSUBSETEQ;\0" "SQSUP;\0"
    "SQSUPE;\0" "SQSUPSET;\0" "SQSUPSETEQ;\0" "SQU;\0" "SQUARE;\0" "SQUARF;\0" "SQUF;\0" "SRARR;\0" "SSCR;\0"
    "SSETMN;\0" "SSMILE;\0" "SSTARF;\0" "STAR;\0" "STARF;\0" "STRAIGHTEPSILON;\0" "STRAIGHTPHI;\0" "STRNS;\0"
    "SUB;\0" "SUBDOT;\0" "SUBE;\0" "SUBEDOT;\0" "SUBMULT;\0" "SUBNE;\0" "SUBPLUS;\0" "SUBRARR;\0" "SUBSET;\0"
    "SUBSETEQ;\0" "SUBSETEQQ;\0" "SUBSETNEQ;\0" "SUBSETNEQQ;\0" "SUBSIM;\0" "SUBSUB;\0" "SUBSUP;\0" "SUCC;\0"
    "SUCCAPPROX;\0" "SUCCCURLYEQ;\0" "SUCCEQ;\0" "SUCCNAPPROX;\0" "SUCCNEQQ;\0" "SUCCNSIM;\0" "SUCCSIM;\0" "SUM;\0"
    "SUNG;\0" "SUP1;\0" "SUP2;\0" "SUP3;\0" "SUP;\0" "SUPDOT;\0" "SUPDSUB;\0" "SUPE;\0" "SUPEDOT;\0" "SUPHSOL;\0"
    "SUPHSUB;\0" "SUPLARR;\0" "SUPMULT;\0" "SUPNE;\0" "SUPPLUS;\0" "SUPSET;\0" "SUPSETEQ;\0" "SUPSETEQQ;\0"
    "SUPSETNEQ;\0" "SUPSETNEQQ;\0" "SUPSIM;\0" "SUPSUB;\0" "SUPSUP;\0" "SWARHK;\0" "SWARR;\0" "SWARROW;\0"
    "SWNWAR;\0" "SZLIG;\0" "Sacute;\0" "Sc;\0" "Scaron;\0" "Scedil;\0" "Scirc;\0" "Scy;\0" "Sfr;\0"
    "ShortDownArrow;\0" "ShortLeftArrow;\0" "ShortRightArrow;\0" "ShortUpArrow;\0" "Sigma;\0" "SmallCircle;\0"
    "Sopf;\0" "Sqrt;\0" "Square;\0" "SquareIntersection;\0" "SquareSubset;\0" "SquareSubsetEqual;\0"
    "SquareSuperset;\0" "SquareSupersetEqual;\0" "SquareUnion;\0" "Sscr;\0" "Star;\0" "Sub;\0" "Subset;\0"
    "SubsetEqual;\0" "Succeeds;\0" "SucceedsEqual;\0" "SucceedsSlantEqual;\0" "SucceedsTilde;\0" "SuchThat;\0"
    "Sum;\0" "Sup;\0" "Superset;\0" "SupersetEqual;\0" "Supset;\0" "TARGET;\0" "TAU;\0" "TBRK;\0" "TCARON;\0"
    "TCEDIL;\0" "TCY;\0" "TDOT;\0" "TELREC;\0" "TFR;\0" "THERE4;\0" "THEREFORE;\0" "THETA;\0" "THETASYM;\0"
    "THETAV;\0" "THICKAPPROX;\0" "THICKSIM;\0" "THINSP;\0" "THKAP;\0" "THKSIM;\0" "THORN\0" "THORN;\0" "TILDE;\0"
    "TIMES;\0" "TIMESB;\0" "TIMESBAR;\0" "TIMESD;\0" "TINT;\0" "TOEA;\0" "TOP;\0" "TOPBOT;\0" "TOPCIR;\0" "TOPF;\0"
    "TOPFORK;\0" "TOSA;\0" "TPRIME;\0" "TRADE;\0" "TRIANGLE;\0" "TRIANGLEDOWN;\0" "TRIANGLELEFT;\0"
    "TRIANGLELEFTEQ;\0" "TRIANGLEQ;\0" "TRIANGLERIGHT;\0" "TRIANGLERIGHTEQ;\0" "TRIDOT;\0" "TRIE;\0" "TRIMINUS;\0"
    "TRIPLUS;\0" "TRISB;\0" "TRITIME;\0" "TRPEZIUM;\0" "TSCR;\0" "TSCY;\0" "TSHCY;\0" "TSHcy;\0" "TSTROK;\0"
    "TScy;\0" "TWIXT;\0" "TWOHEADLEFTARROW;\0" "TWOHEADRIGHTARROW;\0" "Tab;\0" "Tau;\0" "Tcaron;\0" "Tcedil;\0"
    "Tcy;\0" "Tfr;\0" "Therefore;\0" "Theta;\0" "ThickSpace;\0" "ThinSpace;\0" "Tilde;\0" "TildeEqual;\0"
    "TildeFullEqual;\0" "TildeTilde;\0" "Topf;\0" "TripleDot;\0" "Tscr;\0" "Tstrok;\0" "UACUTE;\0" "UARR;\0"
    "UBRCY;\0" "UBREVE;\0" "UCIRC;\0" "UCY;\0" "UDARR;\0" "UDBLAC;\0" "UDHAR;\0" "UFISHT;\0" "UFR;\0" "UGRAVE;\0"
    "UHARL;\0" "UHARR;\0" "UHBLK;\0" "ULCORN;\0" "ULCORNER;\0" "ULCROP;\0" "ULTRI;\0" "UMACR;\0" "UML;\0" "UOGON;\0"
    "UOPF;\0" "UPARROW;\0" "UPDOWNARROW;\0" "UPHARPOONLEFT;\0" "UPHARPOONRIGHT;\0" "UPLUS;\0" "UPSI;\0" "UPSIH;\0"
    "UPSILON;\0" "UPUPARROWS;\0" "URCORN;\0" "URCORNER;\0" "URCROP;\0" "URING;\0" "URTRI;\0" "USCR;\0" "UTDOT;\0"
    "UTILDE;\0" "UTRI;\0" "UTRIF;\0" "UUARR;\0" "UUML;\0" "UWANGLE;\0" "Uacute\0" "Uacute;\0" "Uarr;\0" "Uarrocir;\0"
    "Ubrcy;\0" "Ubreve;\0" "Ucirc\0" "Ucirc;\0" "Ucy;\0" "Udblac;\0" "Ufr;\0" "Ugrave\0" "Ugrave;\0" "Umacr;\0"
    "UnderBar;\0" "UnderBrace;\0" "UnderBracket;\0" "UnderParenthesis;\0" "Union;\0" "UnionPlus;\0" "Uogon;\0"
    "Uopf;\0" "UpArrow;\0" "UpArrowBar;\0" "UpArrowDownArrow;\0" "UpDownArrow;\0" "UpEquilibrium;\0" "UpTee;\0"
    "UpTeeArrow;\0" "Uparrow;\0" "Updownarrow;\0" "UpperLeftArrow;\0" "UpperRightArrow;\0" "Upsi;\0" "Upsilon;\0"
    "Uring;\0" "Uscr;\0" "Utilde;\0" "Uuml\0" "Uuml;\0" "VANGRT;\0" "VAREPSILON;\0" "VARKAPPA;\0" "VARNOTHING;\0"
    "VARPHI;\0" "VARPI;\0" "VARPROPTO;\0" "VARR;\0" "VARRHO;\0" "VARSIGMA;\0" "VARSUBSETNEQ;\0" "VARSUBSETNEQQ;\0"
    "VARSUPSETNEQ;\0" "VARSUPSETNEQQ;\0" "VARTHETA;\0" "VARTRIANGLELEFT;\0" "VARTRIANGLERIGHT;\0" "VCY;\0" "VDASH;\0"
    "VDash;\0" "VEE;\0" "VEEBAR;\0" "VEEEQ;\0" "VELLIP;\0" "VERBAR;\0" "VERT;\0" "VFR;\0" "VLTRI;\0" "VNSUB;\0"
    "VNSUP;\0" "VOPF;\0" "VPROP;\0" "VRTRI;\0" "VSCR;\0" "VSUBNE;\0" "VSUPNE;\0" "VZIGZAG;\0" "Vbar;\0" "Vcy;\0"
    "Vdash;\0" "Vdashl;\0" "Vee;\0" "Verbar;\0" "Vert;\0" "VerticalBar;\0" "VerticalLine;\0" "VerticalSeparator;\0"
    "VerticalTilde;\0" "VeryThinSpace;\0" "Vfr;\0" "Vopf;\0" "Vscr;\0" "Vvdash;\0" "WCIRC;\0" "WEDBAR;\0" "WEDGE;\0"
    "WEDGEQ;\0" "WEIERP;\0" "WFR;\0" "WOPF;\0" "WP;\0" "WR;\0" "WREATH;\0" "WSCR;\0" "Wcirc;\0" "Wedge;\0" "Wfr;\0"
    "Wopf;\0" "Wscr;\0" "XCAP;\0" "XCIRC;\0" "XCUP;\0" "XDTRI;\0" "XFR;\0" "XHARR;\0" "XI;\0" "XLARR;\0" "XMAP;\0"
    "XNIS;\0" "XODOT;\0" "XOPF;\0" "XOPLUS;\0" "XOTIME;\0" "XRARR;\0" "XSCR;\0" "XSQCUP;\0" "XUPLUS;\0" "XUTRI;\0"
    "XVEE;\0" "XWEDGE;\0" "Xfr;\0" "Xi;\0" "Xopf;\0" "Xscr;\0" "YACUTE;\0" "YACY;\0" "YAcy;\0" "YCIRC;\0" "YCY;\0"
    "YEN;\0" "YFR;\0" "YICY;\0" "YIcy;\0" "YOPF;\0" "YSCR;\0" "YUCY;\0" "YUML;\0" "YUcy;\0" "Yacute\0" "Yacute;\0"
    "Ycirc;\0" "Ycy;\0" "Yfr;\0" "Yopf;\0" "Yscr;\0" "Yuml;\0" "ZACUTE;\0" "ZCARON;\0" "ZCY;\0" "ZDOT;\0" "ZEETRF;\0"
    "ZETA;\0" "ZFR;\0" "ZHCY;\0" "ZHcy;\0" "ZIGRARR;\0" "ZOPF;\0" "ZSCR;\0" "ZWJ;\0" "ZWNJ;\0" "Zacute;\0"
    "Zcaron;\0" "Zcy;\0" "Zdot;\0" "ZeroWidthSpace;\0" "Zeta;\0" "Zfr;\0" "Zopf;\0" "Zscr;\0" "aacute\0" "aacute;\0"
    "abreve;\0" "ac;\0" "acE;\0" "acd;\0" "acirc\0" "acirc;\0" "acute\0" "acute;\0" "acy;\0" "aelig\0" "aelig;\0"
    "af;\0" "afr;\0" "agrave\0" "agrave;\0" "alefsym;\0" "aleph;\0" "alpha;\0" "amacr;\0" "amalg;\0" "amp\0" "amp;\0"
    "and;\0" "andand;\0" "andd;\0" "andslope;\0" "andv;\0" "ang;\0" "ange;\0" "angle;\0" "angmsd;\0" "angmsdaa;\0"
    "angmsdab;\0" "angmsdac;\0" "angmsdad;\0" "angmsdae;\0" "angmsdaf;\0" "angmsdag;\0" "angmsdah;\0" "angrt;\0"
    "angrtvb;\0" "angrtvbd;\0" "angsph;\0" "angst;\0" "angzarr;\0" "aogon;\0" "aopf;\0" "ap;\0" "apE;\0" "apacir;\0"
    "ape;\0" "apid;\0" "apos;\0" "approx;\0" "approxeq;\0" "aring\0" "aring;\0" "ascr;\0" "ast;\0" "asymp;\0"
    "asympeq;\0" "atilde\0" "atilde;\0" "auml\0" "auml;\0" "awconint;\0" "awint;\0" "bNot;\0" "backcong;\0"
    "backepsilon;\0" "backprime;\0" "backsim;\0" "backsimeq;\0" "barvee;\0" "barwed;\0" "barwedge;\0" "bbrk;\0"
    "bbrktbrk;\0" "bcong;\0" "bcy;\0" "bdquo;\0" "becaus;\0" "because;\0" "bemptyv;\0" "bepsi;\0" "bernou;\0"
    "beta;\0" "beth;\0" "between;\0" "bfr;\0" "bigcap;\0" "bigcirc;\0" "bigcup;\0" "bigodot;\0" "bigoplus;\0"
    "bigotimes;\0" "bigsqcup;\0" "bigstar;\0" "bigtriangledown;\0" "bigtriangleup;\0" "biguplus;\0" "bigvee;\0"
    "bigwedge;\0" "bkarow;\0" "blacklozenge;\0" "blacksquare;\0" "blacktriangle;\0" "blacktriangledown;\0"
    "blacktriangleleft;\0" "blacktriangleright;\0" "blank;\0" "blk12;\0" "blk14;\0" "blk34;\0" "block;\0" "bne;\0"
    "bnequiv;\0" "bnot;\0" "bopf;\0" "bot;\0" "bottom;\0" "bowtie;\0" "boxDL;\0" "boxDR;\0" "boxDl;\0" "boxDr;\0"
    "boxH;\0" "boxHD;\0" "boxHU;\0" "boxHd;\0" "boxHu;\0" "boxUL;\0" "boxUR;\0" "boxUl;\0" "boxUr;\0" "boxV;\0"
    "boxVH;\0" "boxVL;\0" "boxVR;\0" "boxVh;\0" "boxVl;\0" "boxVr;\0" "boxbox;\0" "boxdL;\0" "boxdR;\0" "boxdl;\0"
    "boxdr;\0" "boxh;\0" "boxhD;\0" "boxhU;\0" "boxhd;\0" "boxhu;\0" "boxminus;\0" "boxplus;\0" "boxtimes;\0"
    "boxuL;\0" "boxuR;\0" "boxul;\0" "boxur;\0" "boxv;\0" "boxvH;\0" "boxvL;\0" "boxvR;\0" "boxvh;\0" "boxvl;\0"
    "boxvr;\0" "bprime;\0" "breve;\0" "brvbar\0" "brvbar;\0" "bscr;\0" "bsemi;\0" "bsim;\0" "bsime;\0" "bsol;\0"
    "bsolb;\0" "bsolhsub;\0" "bull;\0" "bullet;\0" "bump;\0" "bumpE;\0" "bumpe;\0" "bumpeq;\0" "cacute;\0" "cap;\0"
    "capand;\0" "capbrcup;\0" "capcap;\0" "capcup;\0" "capdot;\0" "caps;\0" "caret;\0" "caron;\0" "ccaps;\0"
    "ccaron;\0" "ccedil\0" "ccedil;\0" "ccirc;\0" "ccups;\0" "ccupssm;\0" "cdot;\0" "cedil\0" "cedil;\0" "cemptyv;\0"
    "cent\0" "cent;\0" "centerdot;\0" "cfr;\0" "chcy;\0" "check;\0" "checkmark;\0" "chi;\0" "cir;\0" "cirE;\0"
    "circ;\0" "circeq;\0" "circlearrowleft;\0" "circlearrowright;\0" "circledR;\0" "circledS;\0" "circledast;\0"
    "circledcirc;\0" "circleddash;\0" "cire;\0" "cirfnint;\0" "cirmid;\0" "cirscir;\0" "clubs;\0" "clubsuit;\0"
    "colon;\0" "colone;\0" "coloneq;\0" "comma;\0" "commat;\0" "comp;\0" "compfn;\0" "complement;\0" "complexes;\0"
    "cong;\0" "congdot;\0" "conint;\0" "copf;\0" "coprod;\0" "copy\0" "copy;\0" "copysr;\0" "crarr;\0" "cross;\0"
    "cscr;\0" "csub;\0" "csube;\0" "csup;\0" "csupe;\0" "ctdot;\0" "cudarrl;\0" "cudarrr;\0" "cuepr;\0" "cuesc;\0"
    "cularr;\0" "cularrp;\0" "cup;\0" "cupbrcap;\0" "cupcap;\0" "cupcup;\0" "cupdot;\0" "cupor;\0" "cups;\0"
    "curarr;\0" "curarrm;\0" "curlyeqprec;\0" "curlyeqsucc;\0" "curlyvee;\0" "curlywedge;\0" "curren\0" "curren;\0"
    "curvearrowleft;\0" "curvearrowright;\0" "cuvee;\0" "cuwed;\0" "cwconint;\0" "cwint;\0" "cylcty;\0" "dArr;\0"
    "dHar;\0" "dagger;\0" "daleth;\0" "darr;\0" "dash;\0" "dashv;\0" "dbkarow;\0" "dblac;\0" "dcaron;\0" "dcy;\0"
    "dd;\0" "ddagger;\0" "ddarr;\0" "ddotseq;\0" "deg\0" "deg;\0" "delta;\0" "demptyv;\0" "dfisht;\0" "dfr;\0"
    "dharl;\0" "dharr;\0" "diam;\0" "diamond;\0" "diamondsuit;\0" "diams;\0" "die;\0" "digamma;\0" "disin;\0"
    "div;\0" "divide\0" "divide;\0" "divideontimes;\0" "divonx;\0" "djcy;\0" "dlcorn;\0" "dlcrop;\0" "dollar;\0"
    "dopf;\0" "dot;\0" "doteq;\0" "doteqdot;\0" "dotminus;\0" "dotplus;\0" "dotsquare;\0" "doublebarwedge;\0"
    "downarrow;\0" "downdownarrows;\0" "downharpoonleft;\0" "downharpoonright;\0" "drbkarow;\0" "drcorn;\0"
    "drcrop;\0" "dscr;\0" "dscy;\0" "dsol;\0" "dstrok;\0" "dtdot;\0" "dtri;\0" "dtrif;\0" "duarr;\0" "duhar;\0"
    "dwangle;\0" "dzcy;\0" "dzigrarr;\0" "eDDot;\0" "eDot;\0" "eacute\0" "eacute;\0" "easter;\0" "ecaron;\0"
    "ecir;\0" "ecirc\0" "ecirc;\0" "ecolon;\0" "ecy;\0" "edot;\0" "ee;\0" "efDot;\0" "efr;\0" "eg;\0" "egrave\0"
    "egrave;\0" "egs;\0" "egsdot;\0" "el;\0" "elinters;\0" "ell;\0" "els;\0" "elsdot;\0" "emacr;\0" "empty;\0"
    "emptyset;\0" "emptyv;\0" "emsp13;\0" "emsp14;\0" "emsp;\0" "eng;\0" "ensp;\0" "eogon;\0" "eopf;\0" "epar;\0"
    "eparsl;\0" "eplus;\0" "epsi;\0" "epsilon;\0" "epsiv;\0" "eqcirc;\0" "eqcolon;\0" "eqsim;\0" "eqslantgtr;\0"
    "eqslantless;\0" "equals;\0" "equest;\0" "equiv;\0" "equivDD;\0" "eqvparsl;\0" "erDot;\0" "erarr;\0" "escr;\0"
    "esdot;\0" "esim;\0" "eta;\0" "eth\0" "eth;\0" "euml\0" "euml;\0" "euro;\0" "excl;\0" "exist;\0" "expectation;\0"
    "exponentiale;\0" "fallingdotseq;\0" "fcy;\0" "female;\0" "ffilig;\0" "fflig;\0" "ffllig;\0" "ffr;\0" "filig;\0"
    "fjlig;\0" "flat;\0" "fllig;\0" "fltns;\0" "fnof;\0" "fopf;\0" "forall;\0" "fork;\0" "forkv;\0" "fpartint;\0"
    "frac12\0" "frac12;\0" "frac13;\0" "frac14\0" "frac14;\0" "frac15;\0" "frac16;\0" "frac18;\0" "frac23;\0"
    "frac25;\0" "frac34\0" "frac34;\0" "frac35;\0" "frac38;\0" "frac45;\0" "frac56;\0" "frac58;\0" "frac78;\0"
    "frasl;\0" "frown;\0" "fscr;\0" "gE;\0" "gEl;\0" "gacute;\0" "gamma;\0" "gammad;\0" "gap;\0" "gbreve;\0"
    "gcirc;\0" "gcy;\0" "gdot;\0" "ge;\0" "gel;\0" "geq;\0" "geqq;\0" "geqslant;\0" "ges;\0" "gescc;\0" "gesdot;\0"
    "gesdoto;\0" "gesdotol;\0" "gesl;\0" "gesles;\0" "gfr;\0" "gg;\0" "ggg;\0" "gimel;\0" "gjcy;\0" "gl;\0" "glE;\0"
    "gla;\0" "glj;\0" "gnE;\0" "gnap;\0" "gnapprox;\0" "gne;\0" "gneq;\0" "gneqq;\0" "gnsim;\0" "gopf;\0" "grave;\0"
    "gscr;\0" "gsim;\0" "gsime;\0" "gsiml;\0" "gt\0" "gt;\0" "gtcc;\0" "gtcir;\0" "gtdot;\0" "gtlPar;\0" "gtquest;\0"
    "gtrapprox;\0" "gtrarr;\0" "gtrdot;\0" "gtreqless;\0" "gtreqqless;\0" "gtrless;\0" "gtrsim;\0" "gvertneqq;\0"
    "gvnE;\0" "hArr;\0" "hairsp;\0" "half;\0" "hamilt;\0" "hardcy;\0" "harr;\0" "harrcir;\0" "harrw;\0" "hbar;\0"
    "hcirc;\0" "hearts;\0" "heartsuit;\0" "hellip;\0" "hercon;\0" "hfr;\0" "hksearow;\0" "hkswarow;\0" "hoarr;\0"
    "homtht;\0" "hookleftarrow;\0" "hookrightarrow;\0" "hopf;\0" "horbar;\0" "hscr;\0" "hslash;\0" "hstrok;\0"
    "hybull;\0" "hyphen;\0" "iacute\0" "iacute;\0" "ic;\0" "icirc\0" "icirc;\0" "icy;\0" "iecy;\0" "iexcl\0"
    "iexcl;\0" "iff;\0" "ifr;\0" "igrave\0" "igrave;\0" "ii;\0" "iiiint;\0" "iiint;\0" "iinfin;\0" "iiota;\0"
    "ijlig;\0" "imacr;\0" "image;\0" "imagline;\0" "imagpart;\0" "imath;\0" "imof;\0" "imped;\0" "in;\0" "incare;\0"
    "infin;\0" "infintie;\0" "inodot;\0" "int;\0" "intcal;\0" "integers;\0" "intercal;\0" "intlarhk;\0" "intprod;\0"
    "iocy;\0" "iogon;\0" "iopf;\0" "iota;\0" "iprod;\0" "iquest\0" "iquest;\0" "iscr;\0" "isin;\0" "isinE;\0"
    "isindot;\0" "isins;\0" "isinsv;\0" "isinv;\0" "it;\0" "itilde;\0" "iukcy;\0" "iuml\0" "iuml;\0" "jcirc;\0"
    "jcy;\0" "jfr;\0" "jmath;\0" "jopf;\0" "jscr;\0" "jsercy;\0" "jukcy;\0" "kappa;\0" "kappav;\0" "kcedil;\0"
    "kcy;\0" "kfr;\0" "kgreen;\0" "khcy;\0" "kjcy;\0" "kopf;\0" "kscr;\0" "lAarr;\0" "lArr;\0" "lAtail;\0" "lBarr;\0"
    "lE;\0" "lEg;\0" "lHar;\0" "lacute;\0" "laemptyv;\0" "lagran;\0" "lambda;\0" "lang;\0" "langd;\0" "langle;\0"
    "lap;\0" "laquo\0" "laquo;\0" "larr;\0" "larrb;\0" "larrbfs;\0" "larrfs;\0" "larrhk;\0" "larrlp;\0" "larrpl;\0"
    "larrsim;\0" "larrtl;\0" "lat;\0" "latail;\0" "late;\0" "lates;\0" "lbarr;\0" "lbbrk;\0" "lbrace;\0" "lbrack;\0"
    "lbrke;\0" "lbrksld;\0" "lbrkslu;\0" "lcaron;\0" "lcedil;\0" "lceil;\0" "lcub;\0" "lcy;\0" "ldca;\0" "ldquo;\0"
    "ldquor;\0" "ldrdhar;\0" "ldrushar;\0" "ldsh;\0" "le;\0" "leftarrow;\0" "leftarrowtail;\0" "leftharpoondown;\0"
    "leftharpoonup;\0" "leftleftarrows;\0" "leftrightarrow;\0" "leftrightarrows;\0" "leftrightharpoons;\0"
    "leftrightsquigarrow;\0" "leftthreetimes;\0" "leg;\0" "leq;\0" "leqq;\0" "leqslant;\0" "les;\0" "lescc;\0"
    "lesdot;\0" "lesdoto;\0" "lesdotor;\0" "lesg;\0" "lesges;\0" "lessapprox;\0" "lessdot;\0" "lesseqgtr;\0"
    "lesseqqgtr;\0" "lessgtr;\0" "lesssim;\0" "lfisht;\0" "lfloor;\0" "lfr;\0" "lg;\0" "lgE;\0" "lhard;\0" "lharu;\0"
    "lharul;\0" "lhblk;\0" "ljcy;\0" "ll;\0" "llarr;\0" "llcorner;\0" "llhard;\0" "lltri;\0" "lmidot;\0" "lmoust;\0"
    "lmoustache;\0" "lnE;\0" "lnap;\0" "lnapprox;\0" "lne;\0" "lneq;\0" "lneqq;\0" "lnsim;\0" "loang;\0" "loarr;\0"
    "lobrk;\0" "longleftarrow;\0" "longleftrightarrow;\0" "longmapsto;\0" "longrightarrow;\0" "looparrowleft;\0"
    "looparrowright;\0" "lopar;\0" "lopf;\0" "loplus;\0" "lotimes;\0" "lowast;\0" "lowbar;\0" "loz;\0" "lozenge;\0"
    "lozf;\0" "lpar;\0" "lparlt;\0" "lrarr;\0" "lrcorner;\0" "lrhar;\0" "lrhard;\0" "lrm;\0" "lrtri;\0" "lsaquo;\0"
    "lscr;\0" "lsh;\0" "lsim;\0" "lsime;\0" "lsimg;\0" "lsqb;\0" "lsquo;\0" "lsquor;\0" "lstrok;\0" "lt\0" "lt;\0"
    "ltcc;\0" "ltcir;\0" "ltdot;\0" "lthree;\0" "ltimes;\0" "ltlarr;\0" "ltquest;\0" "ltrPar;\0" "ltri;\0" "ltrie;\0"
    "ltrif;\0" "lurdshar;\0" "luruhar;\0" "lvertneqq;\0" "lvnE;\0" "mDDot;\0" "macr\0" "macr;\0" "male;\0" "malt;\0"
    "maltese;\0" "map;\0" "mapsto;\0" "mapstodown;\0" "mapstoleft;\0" "mapstoup;\0" "marker;\0" "mcomma;\0" "mcy;\0"
    "mdash;\0" "measuredangle;\0" "mfr;\0" "mho;\0" "micro\0" "micro;\0" "mid;\0" "midast;\0" "midcir;\0" "middot\0"
    "middot;\0" "minus;\0" "minusb;\0" "minusd;\0" "minusdu;\0" "mlcp;\0" "mldr;\0" "mnplus;\0" "models;\0" "mopf;\0"
    "mp;\0" "mscr;\0" "mstpos;\0" "mu;\0" "multimap;\0" "mumap;\0" "nGg;\0" "nGt;\0" "nGtv;\0" "nLeftarrow;\0"
    "nLeftrightarrow;\0" "nLl;\0" "nLt;\0" "nLtv;\0" "nRightarrow;\0" "nVDash;\0" "nVdash;\0" "nabla;\0" "nacute;\0"
    "nang;\0" "nap;\0" "napE;\0" "napid;\0" "napos;\0" "napprox;\0" "natur;\0" "natural;\0" "naturals;\0" "nbsp\0"
    "nbsp;\0" "nbump;\0" "nbumpe;\0" "ncap;\0" "ncaron;\0" "ncedil;\0" "ncong;\0" "ncongdot;\0" "ncup;\0" "ncy;\0"
    "ndash;\0" "ne;\0" "neArr;\0" "nearhk;\0" "nearr;\0" "nearrow;\0" "nedot;\0" "nequiv;\0" "nesear;\0" "nesim;\0"
    "nexist;\0" "nexists;\0" "nfr;\0" "ngE;\0" "nge;\0" "ngeq;\0" "ngeqq;\0" "ngeqslant;\0" "nges;\0" "ngsim;\0"
    "ngt;\0" "ngtr;\0" "nhArr;\0" "nharr;\0" "nhpar;\0" "ni;\0" "nis;\0" "nisd;\0" "niv;\0" "njcy;\0" "nlArr;\0"
    "nlE;\0" "nlarr;\0" "nldr;\0" "nle;\0" "nleftarrow;\0" "nleftrightarrow;\0" "nleq;\0" "nleqq;\0" "nleqslant;\0"
    "nles;\0" "nless;\0" "nlsim;\0" "nlt;\0" "nltri;\0" "nltrie;\0" "nmid;\0" "nopf;\0" "not\0" "not;\0" "notin;\0"
    "notinE;\0" "notindot;\0" "notinva;\0" "notinvb;\0" "notinvc;\0" "notni;\0" "notniva;\0" "notnivb;\0"
    "notnivc;\0" "npar;\0" "nparallel;\0" "nparsl;\0" "npart;\0" "npolint;\0" "npr;\0" "nprcue;\0" "npre;\0"
    "nprec;\0" "npreceq;\0" "nrArr;\0" "nrarr;\0" "nrarrc;\0" "nrarrw;\0" "nrightarrow;\0" "nrtri;\0" "nrtrie;\0"
    "nsc;\0" "nsccue;\0" "nsce;\0" "nscr;\0" "nshortmid;\0" "nshortparallel;\0" "nsim;\0" "nsime;\0" "nsimeq;\0"
    "nsmid;\0" "nspar;\0" "nsqsube;\0" "nsqsupe;\0" "nsub;\0" "nsubE;\0" "nsube;\0" "nsubset;\0" "nsubseteq;\0"
    "nsubseteqq;\0" "nsucc;\0" "nsucceq;\0" "nsup;\0" "nsupE;\0" "nsupe;\0" "nsupset;\0" "nsupseteq;\0"
    "nsupseteqq;\0" "ntgl;\0" "ntilde\0" "ntilde;\0" "ntlg;\0" "ntriangleleft;\0" "ntrianglelefteq;\0"
    "ntriangleright;\0" "ntrianglerighteq;\0" "nu;\0" "num;\0" "numero;\0" "numsp;\0" "nvDash;\0" "nvHarr;\0"
    "nvap;\0" "nvdash;\0" "nvge;\0" "nvgt;\0" "nvinfin;\0" "nvlArr;\0" "nvle;\0" "nvlt;\0" "nvltrie;\0" "nvrArr;\0"
    "nvrtrie;\0" "nvsim;\0" "nwArr;\0" "nwarhk;\0" "nwarr;\0" "nwarrow;\0" "nwnear;\0" "oS;\0" "oacute\0" "oacute;\0"
    "oast;\0" "ocir;\0" "ocirc\0" "ocirc;\0" "ocy;\0" "odash;\0" "odblac;\0" "odiv;\0" "odot;\0" "odsold;\0"
    "oelig;\0" "ofcir;\0" "ofr;\0" "ogon;\0" "ograve\0" "ograve;\0" "ogt;\0" "ohbar;\0" "ohm;\0" "oint;\0" "olarr;\0"
    "olcir;\0" "olcross;\0" "oline;\0" "olt;\0" "omacr;\0" "omega;\0" "omicron;\0" "omid;\0" "ominus;\0" "oopf;\0"
    "opar;\0" "operp;\0" "oplus;\0" "or;\0" "orarr;\0" "ord;\0" "order;\0" "orderof;\0" "ordf\0" "ordf;\0" "ordm\0"
    "ordm;\0" "origof;\0" "oror;\0" "orslope;\0" "orv;\0" "oscr;\0" "oslash\0" "oslash;\0" "osol;\0" "otilde\0"
    "otilde;\0" "otimes;\0" "otimesas;\0" "ouml\0" "ouml;\0" "ovbar;\0" "par;\0" "para\0" "para;\0" "parallel;\0"
    "parsim;\0" "parsl;\0" "part;\0" "pcy;\0" "percnt;\0" "period;\0" "permil;\0" "perp;\0" "pertenk;\0" "pfr;\0"
    "phi;\0" "phiv;\0" "phmmat;\0" "phone;\0" "pi;\0" "pitchfork;\0" "piv;\0" "planck;\0" "planckh;\0" "plankv;\0"
    "plus;\0" "plusacir;\0" "plusb;\0" "pluscir;\0" "plusdo;\0" "plusdu;\0" "pluse;\0" "plusmn\0" "plusmn;\0"
    "plussim;\0" "plustwo;\0" "pm;\0" "pointint;\0" "popf;\0" "pound\0" "pound;\0" "pr;\0" "prE;\0" "prap;\0"
    "prcue;\0" "pre;\0" "prec;\0" "precapprox;\0" "preccurlyeq;\0" "preceq;\0" "precnapprox;\0" "precneqq;\0"
    "precnsim;\0" "precsim;\0" "prime;\0" "primes;\0" "prnE;\0" "prnap;\0" "prnsim;\0" "prod;\0" "profalar;\0"
    "profline;\0" "profsurf;\0" "prop;\0" "propto;\0" "prsim;\0" "prurel;\0" "pscr;\0" "psi;\0" "puncsp;\0" "qfr;\0"
    "qint;\0" "qopf;\0" "qprime;\0" "qscr;\0" "quaternions;\0" "quatint;\0" "quest;\0" "questeq;\0" "quot\0"
    "quot;\0" "rAarr;\0" "rArr;\0" "rAtail;\0" "rBarr;\0" "rHar;\0" "race;\0" "racute;\0" "radic;\0" "raemptyv;\0"
    "rang;\0" "rangd;\0" "range;\0" "rangle;\0" "raquo\0" "raquo;\0" "rarr;\0" "rarrap;\0" "rarrb;\0" "rarrbfs;\0"
    "rarrc;\0" "rarrfs;\0" "rarrhk;\0" "rarrlp;\0" "rarrpl;\0" "rarrsim;\0" "rarrtl;\0" "rarrw;\0" "ratail;\0"
    "ratio;\0" "rationals;\0" "rbarr;\0" "rbbrk;\0" "rbrace;\0" "rbrack;\0" "rbrke;\0" "rbrksld;\0" "rbrkslu;\0"
    "rcaron;\0" "rcedil;\0" "rceil;\0" "rcub;\0" "rcy;\0" "rdca;\0" "rdldhar;\0" "rdquo;\0" "rdquor;\0" "rdsh;\0"
    "real;\0" "realine;\0" "realpart;\0" "reals;\0" "rect;\0" "reg\0" "reg;\0" "rfisht;\0" "rfloor;\0" "rfr;\0"
    "rhard;\0" "rharu;\0" "rharul;\0" "rho;\0" "rhov;\0" "rightarrow;\0" "rightarrowtail;\0" "rightharpoondown;\0"
    "rightharpoonup;\0" "rightleftarrows;\0" "rightleftharpoons;\0" "rightrightarrows;\0" "rightsquigarrow;\0"
    "rightthreetimes;\0" "ring;\0" "risingdotseq;\0" "rlarr;\0" "rlhar;\0" "rlm;\0" "rmoust;\0" "rmoustache;\0"
    "rnmid;\0" "roang;\0" "roarr;\0" "robrk;\0" "ropar;\0" "ropf;\0" "roplus;\0" "rotimes;\0" "rpar;\0" "rpargt;\0"
    "rppolint;\0" "rrarr;\0" "rsaquo;\0" "rscr;\0" "rsh;\0" "rsqb;\0" "rsquo;\0" "rsquor;\0" "rthree;\0" "rtimes;\0"
    "rtri;\0" "rtrie;\0" "rtrif;\0" "rtriltri;\0" "ruluhar;\0" "rx;\0" "sacute;\0" "sbquo;\0" "sc;\0" "scE;\0"
    "scap;\0" "scaron;\0" "sccue;\0" "sce;\0" "scedil;\0" "scirc;\0" "scnE;\0" "scnap;\0" "scnsim;\0" "scpolint;\0"
    "scsim;\0" "scy;\0" "sdot;\0" "sdotb;\0" "sdote;\0" "seArr;\0" "searhk;\0" "searr;\0" "searrow;\0" "sect\0"
    "sect;\0" "semi;\0" "seswar;\0" "setminus;\0" "setmn;\0" "sext;\0" "sfr;\0" "sfrown;\0" "sharp;\0" "shchcy;\0"
    "shcy;\0" "shortmid;\0" "shortparallel;\0" "shy\0" "shy;\0" "sigma;\0" "sigmaf;\0" "sigmav;\0" "sim;\0"
    "simdot;\0" "sime;\0" "simeq;\0" "simg;\0" "simgE;\0" "siml;\0" "simlE;\0" "simne;\0" "simplus;\0" "simrarr;\0"
    "slarr;\0" "smallsetminus;\0" "smashp;\0" "smeparsl;\0" "smid;\0" "smile;\0" "smt;\0" "smte;\0" "smtes;\0"
    "softcy;\0" "sol;\0" "solb;\0" "solbar;\0" "sopf;\0" "spades;\0" "spadesuit;\0" "spar;\0" "sqcap;\0" "sqcaps;\0"
    "sqcup;\0" "sqcups;\0" "sqsub;\0" "sqsube;\0" "sqsubset;\0" "sqsubseteq;\0" "sqsup;\0" "sqsupe;\0" "sqsupset;\0"
    "sqsupseteq;\0" "squ;\0" "square;\0" "squarf;\0" "squf;\0" "srarr;\0" "sscr;\0" "ssetmn;\0" "ssmile;\0"
    "sstarf;\0" "star;\0" "starf;\0" "straightepsilon;\0" "straightphi;\0" "strns;\0" "sub;\0" "subE;\0" "subdot;\0"
    "sube;\0" "subedot;\0" "submult;\0" "subnE;\0" "subne;\0" "subplus;\0" "subrarr;\0" "subset;\0" "subseteq;\0"
    "subseteqq;\0" "subsetneq;\0" "subsetneqq;\0" "subsim;\0" "subsub;\0" "subsup;\0" "succ;\0" "succapprox;\0"
    "succcurlyeq;\0" "succeq;\0" "succnapprox;\0" "succneqq;\0" "succnsim;\0" "succsim;\0" "sum;\0" "sung;\0"
    "sup1\0" "sup1;\0" "sup2\0" "sup2;\0" "sup3\0" "sup3;\0" "sup;\0" "supE;\0" "supdot;\0" "supdsub;\0" "supe;\0"
    "supedot;\0" "suphsol;\0" "suphsub;\0" "suplarr;\0" "supmult;\0" "supnE;\0" "supne;\0" "supplus;\0" "supset;\0"
    "supseteq;\0" "supseteqq;\0" "supsetneq;\0" "supsetneqq;\0" "supsim;\0" "supsub;\0" "supsup;\0" "swArr;\0"
    "swarhk;\0" "swarr;\0" "swarrow;\0" "swnwar;\0" "szlig\0" "szlig;\0" "target;\0" "tau;\0" "tbrk;\0" "tcaron;\0"
    "tcedil;\0" "tcy;\0" "tdot;\0" "telrec;\0" "tfr;\0" "there4;\0" "therefore;\0" "theta;\0" "thetasym;\0"
    "thetav;\0" "thickapprox;\0" "thicksim;\0" "thinsp;\0" "thkap;\0" "thksim;\0" "thorn\0" "thorn;\0" "tilde;\0"
    "times\0" "times;\0" "timesb;\0" "timesbar;\0" "timesd;\0" "tint;\0" "toea;\0" "top;\0" "topbot;\0" "topcir;\0"
    "topf;\0" "topfork;\0" "tosa;\0" "tprime;\0" "trade;\0" "triangle;\0" "triangledown;\0" "triangleleft;\0"
    "trianglelefteq;\0" "triangleq;\0" "triangleright;\0" "trianglerighteq;\0" "tridot;\0" "trie;\0" "triminus;\0"
    "triplus;\0" "trisb;\0" "tritime;\0" "trpezium;\0" "tscr;\0" "tscy;\0" "tshcy;\0" "tstrok;\0" "twixt;\0"
    "twoheadleftarrow;\0" "twoheadrightarrow;\0" "uArr;\0" "uHar;\0" "uacute\0" "uacute;\0" "uarr;\0" "ubrcy;\0"
    "ubreve;\0" "ucirc\0" "ucirc;\0" "ucy;\0" "udarr;\0" "udblac;\0" "udhar;\0" "ufisht;\0" "ufr;\0" "ugrave\0"
    "ugrave;\0" "uharl;\0" "uharr;\0" "uhblk;\0" "ulcorn;\0" "ulcorner;\0" "ulcrop;\0" "ultri;\0" "umacr;\0" "uml\0"
    "uml;\0" "uogon;\0" "uopf;\0" "uparrow;\0" "updownarrow;\0" "upharpoonleft;\0" "upharpoonright;\0" "uplus;\0"
    "upsi;\0" "upsih;\0" "upsilon;\0" "upuparrows;\0" "urcorn;\0" "urcorner;\0" "urcrop;\0" "uring;\0" "urtri;\0"
    "uscr;\0" "utdot;\0" "utilde;\0" "utri;\0" "utrif;\0" "uuarr;\0" "uuml\0" "uuml;\0" "uwangle;\0" "vArr;\0"
    "vBar;\0" "vBarv;\0" "vDash;\0" "vangrt;\0" "varepsilon;\0" "varkappa;\0" "varnothing;\0" "varphi;\0" "varpi;\0"
    "varpropto;\0" "varr;\0" "varrho;\0" "varsigma;\0" "varsubsetneq;\0" "varsubsetneqq;\0" "varsupsetneq;\0"
    "varsupsetneqq;\0" "vartheta;\0" "vartriangleleft;\0" "vartriangleright;\0" "vcy;\0" "vdash;\0" "vee;\0"
    "veebar;\0" "veeeq;\0" "vellip;\0" "verbar;\0" "vert;\0" "vfr;\0" "vltri;\0" "vnsub;\0" "vnsup;\0" "vopf;\0"
    "vprop;\0" "vrtri;\0" "vscr;\0" "vsubnE;\0" "vsubne;\0" "vsupnE;\0" "vsupne;\0" "vzigzag;\0" "wcirc;\0"
    "wedbar;\0" "wedge;\0" "wedgeq;\0" "weierp;\0" "wfr;\0" "wopf;\0" "wp;\0" "wr;\0" "wreath;\0" "wscr;\0" "xcap;\0"
    "xcirc;\0" "xcup;\0" "xdtri;\0" "xfr;\0" "xhArr;\0" "xharr;\0" "xi;\0" "xlArr;\0" "xlarr;\0" "xmap;\0" "xnis;\0"
    "xodot;\0" "xopf;\0" "xoplus;\0" "xotime;\0" "xrArr;\0" "xrarr;\0" "xscr;\0" "xsqcup;\0" "xuplus;\0" "xutri;\0"
    "xvee;\0" "xwedge;\0" "yacute\0" "yacute;\0" "yacy;\0" "ycirc;\0" "ycy;\0" "yen\0" "yen;\0" "yfr;\0" "yicy;\0"
    "yopf;\0" "yscr;\0" "yucy;\0" "yuml\0" "yuml;\0" "zacute;\0" "zcaron;\0" "zcy;\0" "zdot;\0" "zeetrf;\0" "zeta;\0"
    "zfr;\0" "zhcy;\0" "zigrarr;\0" "zopf;\0" "zscr;\0" "zwj;\0" "zwnj;\0";

static const uint16_t entity_offsets[ENTITIES] = {
    0, 8, 16, 20, 25, 32, 39, 44, 51, 57, 64, 68, 73, 81, 90, 97, 104, 111, 118, 122, 127, 132, 140, 146, 156, 162,
    167, 173, 180, 188, 198, 208, 218, 228, 238, 248, 258, 268, 275, 284, 294, 302, 309, 318, 325, 331, 335, 343,
    348, 354, 360, 368, 378, 385, 391, 396, 403, 412, 420, 426, 436, 443, 450, 458, 466, 472, 479, 484, 489, 496,
    504, 511, 518, 523, 530, 536, 551, 557, 564, 570, 578, 585, 593, 598, 604, 614, 627, 638, 647, 658, 666, 674,
    684, 690, 700, 707, 712, 719, 727, 736, 745, 752, 760, 766, 772, 781, 786, 794, 803, 811, 820, 830, 841, 851,
    860, 877, 892, 902, 910, 920, 928, 942, 955, 970, 989, 1008, 1028, 1035, 1042, 1049, 1056, 1063, 1068, 1077,
    1083, 1089, 1094, 1102, 1110, 1118, 1125, 1132, 1138, 1145, 1152, 1162, 1171, 1181, 1188, 1195, 1201, 1208, 1215,
    1222, 1230, 1237, 1245, 1251, 1258, 1264, 1271, 1277, 1284, 1294, 1300, 1308, 1314, 1321, 1329, 1340, 1346, 1354,
    1359, 1368, 1380, 1386, 1391, 1397, 1404, 1410, 1418, 1426, 1431, 1439, 1449, 1457, 1465, 1473, 1479, 1486, 1493,
    1500, 1508, 1516, 1523, 1530, 1539, 1545, 1552, 1561, 1567, 1578, 1583, 1589, 1596, 1607, 1612, 1618, 1623, 1629,
    1637, 1654, 1672, 1684, 1697, 1710, 1716, 1726, 1734, 1743, 1750, 1760, 1767, 1775, 1784, 1791, 1799, 1805, 1813,
    1825, 1836, 1842, 1851, 1859, 1865, 1873, 1878, 1884, 1891, 1898, 1904, 1910, 1917, 1923, 1930, 1937, 1946, 1955,
    1962, 1969, 1977, 1986, 1991, 2001, 2009, 2017, 2025, 2032, 2038, 2046, 2055, 2068, 2081, 2091, 2103, 2111, 2127,
    2144, 2151, 2158, 2168, 2175, 2183, 2191, 2196, 2218, 2227, 2235, 2242, 2250, 2257, 2266, 2272, 2281, 2292, 2297,
    2302, 2313, 2326, 2338, 2351, 2377, 2400, 2417, 2424, 2432, 2443, 2451, 2468, 2474, 2485, 2518, 2525, 2531, 2536,
    2544, 2552, 2560, 2566, 2572, 2579, 2588, 2595, 2603, 2608, 2612, 2621, 2628, 2637, 2647, 2652, 2659, 2668, 2676,
    2681, 2688, 2695, 2701, 2710, 2723, 2730, 2735, 2744, 2751, 2756, 2764, 2779, 2787, 2793, 2799, 2807, 2815, 2823,
    2829, 2834, 2841, 2851, 2861, 2870, 2881, 2897, 2908, 2924, 2941, 2959, 2969, 2977, 2985, 2991, 2997, 3003, 3011,
    3017, 3024, 3030, 3037, 3044, 3051, 3060, 3066, 3076, 3082, 3090, 3096, 3103, 3111, 3116, 3121, 3128, 3133, 3151,
    3167, 3191, 3209, 3227, 3236, 3251, 3257, 3262, 3270, 3280, 3303, 3314, 3331, 3348, 3370, 3385, 3406, 3432, 3454,
    3472, 3488, 3503, 3522, 3541, 3552, 3566, 3584, 3595, 3616, 3635, 3651, 3670, 3690, 3707, 3727, 3736, 3750, 3761,
    3767, 3775, 3783, 3791, 3799, 3805, 3812, 3820, 3825, 3831, 3835, 3840, 3844, 3852, 3857, 3865, 3869, 3879, 3884,
    3889, 3897, 3904, 3911, 3921, 3929, 3937, 3945, 3951, 3956, 3962, 3969, 3975, 3981, 3989, 3996, 4002, 4011, 4018,
    4026, 4035, 4042, 4054, 4067, 4075, 4083, 4090, 4100, 4107, 4113, 4120, 4126, 4131, 4135, 4140, 4146, 4152, 4158,
    4165, 4178, 4192, 4199, 4207, 4215, 4221, 4228, 4233, 4239, 4244, 4251, 4259, 4268, 4275, 4293, 4315, 4322, 4328,
    4337, 4344, 4356, 4369, 4375, 4381, 4386, 4391, 4397, 4405, 4419, 4434, 4439, 4447, 4455, 4462, 4470, 4475, 4482,
    4489, 4495, 4502, 4509, 4515, 4521, 4529, 4535, 4542, 4552, 4560, 4568, 4576, 4584, 4592, 4600, 4608, 4616, 4624,
    4632, 4640, 4648, 4656, 4664, 4672, 4679, 4686, 4692, 4697, 4702, 4721, 4744, 4750, 4758, 4770, 4776, 4784, 4791,
    4799, 4804, 4812, 4819, 4824, 4830, 4834, 4839, 4844, 4850, 4860, 4865, 4872, 4880, 4889, 4899, 4905, 4913, 4918,
    4922, 4927, 4934, 4940, 4946, 4950, 4955, 4960, 4966, 4976, 4981, 4987, 4994, 5001, 5007, 5014, 5020, 5026, 5033,
    5040, 5043, 5047, 5058, 5065, 5073, 5081, 5089, 5096, 5101, 5107, 5112, 5116, 5122, 5136, 5154, 5172, 5188, 5201,
    5220, 5234, 5240, 5244, 5252, 5258, 5266, 5274, 5282, 5288, 5297, 5304, 5310, 5317, 5325, 5336, 5344, 5352, 5357,
    5367, 5377, 5384, 5392, 5407, 5423, 5429, 5437, 5443, 5451, 5459, 5467, 5475, 5482, 5487, 5494, 5499, 5513, 5519,
    5535, 5541, 5549, 5563, 5574, 5582, 5586, 5593, 5598, 5604, 5611, 5617, 5622, 5627, 5635, 5639, 5647, 5654, 5662,
    5669, 5676, 5683, 5690, 5697, 5707, 5717, 5724, 5730, 5737, 5741, 5749, 5756, 5766, 5774, 5779, 5787, 5797, 5807,
    5817, 5826, 5832, 5839, 5845, 5851, 5857, 5864, 5872, 5878, 5884, 5893, 5900, 5908, 5915, 5919, 5927, 5934, 5940,
    5947, 5955, 5961, 5968, 5973, 5979, 5984, 5991, 5999, 6003, 6010, 6022, 6031, 6036, 6046, 6060, 6076, 6092, 6099,
    6105, 6111, 6117, 6125, 6132, 6137, 6143, 6150, 6155, 6160, 6167, 6173, 6179, 6187, 6194, 6201, 6206, 6211, 6217,
    6223, 6231, 6238, 6245, 6253, 6261, 6266, 6271, 6279, 6285, 6291, 6297, 6303, 6309, 6315, 6322, 6330, 6335, 6340,
    6346, 6352, 6360, 6370, 6378, 6386, 6392, 6399, 6407, 6412, 6419, 6425, 6432, 6441, 6449, 6457, 6465, 6473, 6482,
    6490, 6495, 6503, 6509, 6516, 6523, 6530, 6538, 6546, 6553, 6562, 6571, 6579, 6587, 6594, 6600, 6605, 6611, 6618,
    6626, 6635, 6645, 6651, 6655, 6666, 6681, 6698, 6713, 6729, 6745, 6762, 6781, 6802, 6818, 6823, 6828, 6834, 6844,
    6849, 6856, 6864, 6873, 6883, 6889, 6897, 6909, 6918, 6929, 6941, 6950, 6959, 6967, 6975, 6980, 6984, 6991, 6998,
    7006, 7013, 7019, 7025, 7029, 7036, 7046, 7054, 7061, 7069, 7077, 7089, 7095, 7105, 7110, 7116, 7123, 7130, 7137,
    7144, 7151, 7166, 7186, 7198, 7214, 7229, 7245, 7252, 7258, 7266, 7275, 7283, 7291, 7296, 7305, 7311, 7317, 7325,
    7332, 7342, 7349, 7357, 7362, 7369, 7377, 7383, 7388, 7394, 7401, 7408, 7414, 7421, 7429, 7437, 7440, 7444, 7454,
    7463, 7474, 7482, 7490, 7496, 7508, 7514, 7522, 7530, 7535, 7553, 7564, 7578, 7599, 7612, 7631, 7650, 7666, 7685,
    7696, 7712, 7729, 7738, 7752, 7767, 7781, 7798, 7817, 7835, 7852, 7866, 7883, 7895, 7910, 7921, 7937, 7955, 7970,
    7983, 7993, 8009, 8020, 8025, 8029, 8041, 8049, 8064, 8084, 8100, 8115, 8135, 8151, 8157, 8173, 8190, 8196, 8201,
    8209, 8213, 8219, 8225, 8231, 8240, 8245, 8253, 8265, 8277, 8287, 8295, 8303, 8308, 8315, 8330, 8335, 8340, 8347,
    8352, 8360, 8368, 8376, 8383, 8391, 8399, 8408, 8414, 8420, 8428, 8436, 8442, 8446, 8452, 8460, 8464, 8474, 8481,
    8486, 8491, 8504, 8515, 8520, 8531, 8537, 8543, 8547, 8554, 8562, 8568, 8573, 8580, 8587, 8596, 8603, 8612, 8622,
    8628, 8635, 8643, 8649, 8657, 8665, 8672, 8682, 8688, 8693, 8700, 8704, 8712, 8719, 8728, 8735, 8743, 8751, 8758,
    8766, 8775, 8780, 8785, 8791, 8798, 8809, 8815, 8822, 8827, 8833, 8840, 8847, 8851, 8856, 8862, 8867, 8873, 8879,
    8886, 8892, 8897, 8909, 8926, 8932, 8939, 8950, 8956, 8963, 8970, 8975, 8982, 8990, 8996, 9002, 9007, 9014, 9024,
    9033, 9042, 9051, 9058, 9067, 9076, 9085, 9091, 9102, 9110, 9117, 9126, 9131, 9139, 9145, 9152, 9161, 9168, 9176,
    9184, 9197, 9204, 9212, 9217, 9225, 9231, 9237, 9248, 9264, 9270, 9277, 9285, 9292, 9299, 9308, 9317, 9323, 9330,
    9339, 9350, 9362, 9369, 9378, 9384, 9391, 9400, 9411, 9423, 9429, 9437, 9443, 9458, 9475, 9491, 9509, 9513, 9518,
    9526, 9533, 9539, 9547, 9553, 9559, 9568, 9574, 9580, 9589, 9598, 9605, 9613, 9620, 9629, 9637, 9645, 9653, 9661,
    9666, 9687, 9707, 9726, 9749, 9771, 9787, 9796, 9801, 9810, 9828, 9834, 9839, 9853, 9864, 9886, 9898, 9908, 9923,
    9934, 9946, 9963, 9984, 10003, 10019, 10041, 10058, 10075, 10089, 10106, 10126, 10148, 10157, 10171, 10187,
    10200, 10219, 10233, 10258, 10277, 10290, 10308, 10331, 10350, 10368, 10389, 10412, 10429, 10451, 10470, 10494,
    10505, 10521, 10534, 10552, 10575, 10593, 10606, 10624, 10634, 10649, 10668, 10683, 10699, 10705, 10712, 10720,
    10724, 10732, 10738, 10744, 10751, 10756, 10763, 10771, 10777, 10783, 10791, 10798, 10805, 10812, 10817, 10823,
    10831, 10836, 10843, 10848, 10854, 10861, 10868, 10877, 10884, 10889, 10896, 10903, 10912, 10918, 10926, 10932,
    10938, 10945, 10952, 10956, 10963, 10968, 10975, 10984, 10990, 10996, 11004, 11010, 11019, 11024, 11030, 11038,
    11044, 11052, 11060, 11070, 11076, 11083, 11090, 11098, 11104, 11111, 11116, 11124, 11129, 11136, 11144, 11151,
    11158, 11167, 11173, 11195, 11211, 11215, 11221, 11228, 11236, 11243, 11251, 11259, 11264, 11270, 11279, 11290,
    11303, 11320, 11325, 11331, 11341, 11349, 11356, 11362, 11367, 11375, 11383, 11391, 11397, 11406, 11411, 11416,
    11422, 11430, 11437, 11441, 11452, 11457, 11465, 11474, 11482, 11488, 11498, 11505, 11514, 11522, 11530, 11537,
    11545, 11554, 11563, 11567, 11577, 11583, 11590, 11594, 11600, 11607, 11612, 11618, 11630, 11643, 11651, 11664,
    11674, 11684, 11693, 11700, 11708, 11715, 11723, 11729, 11739, 11749, 11759, 11765, 11773, 11780, 11788, 11794,
    11799, 11807, 11817, 11822, 11827, 11832, 11836, 11847, 11862, 11868, 11872, 11882, 11897, 11917, 11932, 11939,
    11948, 11960, 11974, 11980, 11985, 11990, 11996, 12002, 12010, 12016, 12029, 12038, 12045, 12054, 12059, 12065,
    12070, 12076, 12082, 12088, 12096, 12103, 12113, 12119, 12126, 12133, 12141, 12148, 12154, 12162, 12169, 12178,
    12185, 12193, 12201, 12209, 12217, 12226, 12234, 12241, 12249, 12256, 12267, 12274, 12281, 12289, 12297, 12304,
    12313, 12322, 12329, 12337, 12345, 12352, 12358, 12363, 12369, 12378, 12385, 12393, 12399, 12405, 12414, 12424,
    12431, 12437, 12441, 12446, 12454, 12462, 12467, 12474, 12481, 12489, 12494, 12500, 12512, 12528, 12546, 12562,
    12579, 12598, 12616, 12633, 12650, 12656, 12670, 12677, 12684, 12689, 12697, 12709, 12716, 12723, 12730, 12737,
    12744, 12750, 12758, 12767, 12773, 12781, 12791, 12798, 12806, 12812, 12817, 12823, 12830, 12838, 12846, 12854,
    12860, 12867, 12874, 12884, 12893, 12897, 12905, 12911, 12917, 12925, 12933, 12941, 12946, 12950, 12966, 12986,
    13008, 13013, 13018, 13037, 13049, 13064, 13085, 13099, 13119, 13139, 13156, 13176, 13188, 13198, 13213, 13229,
    13244, 13262, 13282, 13301, 13319, 13334, 13352, 13365, 13381, 13393, 13399, 13413, 13426, 13432, 13437, 13450,
    13458, 13465, 13469, 13475, 13483, 13490, 13495, 13503, 13510, 13517, 13525, 13535, 13542, 13547, 13553, 13560,
    13567, 13575, 13582, 13591, 13597, 13603, 13611, 13621, 13628, 13634, 13639, 13647, 13654, 13662, 13670, 13676,
    13686, 13701, 13706, 13712, 13719, 13727, 13735, 13740, 13748, 13754, 13761, 13767, 13773, 13780, 13789, 13798,
    13805, 13820, 13828, 13838, 13844, 13851, 13856, 13862, 13869, 13877, 13885, 13890, 13896, 13904, 13910, 13918,
    13929, 13935, 13942, 13950, 13957, 13965, 13972, 13980, 13990, 14002, 14009, 14017, 14027, 14039, 14044, 14052,
    14060, 14066, 14073, 14079, 14087, 14095, 14103, 14109, 14116, 14133, 14146, 14153, 14158, 14166, 14172, 14181,
    14190, 14197, 14206, 14215, 14223, 14233, 14244, 14255, 14267, 14275, 14283, 14291, 14297, 14309, 14322, 14330,
    14343, 14353, 14363, 14372, 14377, 14383, 14389, 14395, 14401, 14406, 14414, 14423, 14429, 14438, 14447, 14456,
    14465, 14474, 14481, 14490, 14498, 14508, 14519, 14530, 14542, 14550, 14558, 14566, 14574, 14581, 14590, 14598,
    14605, 14613, 14617, 14625, 14633, 14640, 14645, 14650, 14666, 14682, 14699, 14713, 14720, 14733, 14739, 14745,
    14753, 14773, 14787, 14806, 14822, 14843, 14856, 14862, 14868, 14873, 14881, 14894, 14904, 14919, 14939, 14954,
    14964, 14969, 14974, 14984, 14999, 15007, 15015, 15020, 15026, 15034, 15042, 15047, 15053, 15061, 15066, 15074,
    15085, 15092, 15102, 15110, 15123, 15133, 15141, 15148, 15156, 15162, 15169, 15176, 15183, 15191, 15201, 15209,
    15215, 15221, 15226, 15234, 15242, 15248, 15257, 15263, 15271, 15278, 15288, 15302, 15316, 15332, 15343, 15358,
    15375, 15383, 15389, 15399, 15408, 15415, 15424, 15434, 15440, 15446, 15453, 15460, 15468, 15474, 15481, 15499,
    15518, 15523, 15528, 15536, 15544, 15549, 15554, 15565, 15572, 15584, 15595, 15602, 15614, 15630, 15642, 15648,
    15659, 15665, 15673, 15681, 15687, 15694, 15702, 15709, 15714, 15721, 15729, 15736, 15744, 15749, 15757, 15764,
    15771, 15778, 15786, 15796, 15804, 15811, 15818, 15823, 15830, 15836, 15845, 15858, 15873, 15889, 15896, 15902,
    15909, 15918, 15930, 15938, 15948, 15956, 15963, 15970, 15976, 15983, 15991, 15997, 16004, 16011, 16017, 16026,
    16033, 16041, 16047, 16057, 16064, 16072, 16078, 16085, 16090, 16098, 16103, 16110, 16118, 16125, 16135, 16147,
    16161, 16179, 16186, 16197, 16204, 16210, 16219, 16231, 16249, 16262, 16277, 16284, 16296, 16305, 16318, 16334,
    16351, 16357, 16366, 16373, 16379, 16387, 16392, 16398, 16406, 16418, 16428, 16440, 16448, 16455, 16466, 16472,
    16480, 16490, 16504, 16519, 16533, 16548, 16558, 16575, 16593, 16598, 16605, 16612, 16617, 16625, 16632, 16640,
    16648, 16654, 16659, 16666, 16673, 16680, 16686, 16693, 16700, 16706, 16714, 16722, 16731, 16737, 16742, 16749,
    16757, 16762, 16770, 16776, 16789, 16803, 16822, 16837, 16852, 16857, 16863, 16869, 16877, 16884, 16892, 16899,
    16907, 16915, 16920, 16926, 16930, 16934, 16942, 16948, 16955, 16962, 16967, 16973, 16979, 16985, 16992, 16998,
    17005, 17010, 17017, 17021, 17028, 17034, 17040, 17047, 17053, 17061, 17069, 17076, 17082, 17090, 17098, 17105,
    17111, 17119, 17124, 17128, 17134, 17140, 17148, 17154, 17160, 17167, 17172, 17177, 17182, 17188, 17194, 17200,
    17206, 17212, 17218, 17224, 17231, 17239, 17246, 17251, 17256, 17262, 17268, 17274, 17282, 17290, 17295, 17301,
    17309, 17315, 17320, 17326, 17332, 17341, 17347, 17353, 17358, 17364, 17372, 17380, 17385, 17391, 17407, 17413,
    17418, 17424, 17430, 17437, 17445, 17453, 17457, 17462, 17467, 17473, 17480, 17486, 17493, 17498, 17504, 17511,
    17515, 17520, 17527, 17535, 17544, 17551, 17558, 17565, 17572, 17576, 17581, 17586, 17594, 17600, 17610, 17616,
    17621, 17627, 17634, 17642, 17652, 17662, 17672, 17682, 17692, 17702, 17712, 17722, 17729, 17738, 17748, 17756,
    17763, 17772, 17779, 17785, 17789, 17794, 17802, 17807, 17813, 17819, 17827, 17837, 17843, 17850, 17856, 17861,
    17868, 17877, 17884, 17892, 17897, 17903, 17913, 17920, 17926, 17936, 17949, 17960, 17969, 17980, 17988, 17996,
    18006, 18012, 18022, 18029, 18034, 18041, 18049, 18058, 18067, 18074, 18082, 18088, 18094, 18103, 18108, 18116,
    18125, 18133, 18142, 18152, 18163, 18173, 18182, 18199, 18214, 18224, 18232, 18242, 18250, 18264, 18277, 18292,
    18311, 18330, 18350, 18357, 18364, 18371, 18378, 18385, 18390, 18399, 18405, 18411, 18416, 18424, 18432, 18439,
    18446, 18453, 18460, 18466, 18473, 18480, 18487, 18494, 18501, 18508, 18515, 18522, 18528, 18535, 18542, 18549,
    18556, 18563, 18570, 18578, 18585, 18592, 18599, 18606, 18612, 18619, 18626, 18633, 18640, 18650, 18659, 18669,
    18676, 18683, 18690, 18697, 18703, 18710, 18717, 18724, 18731, 18738, 18745, 18753, 18760, 18767, 18775, 18781,
    18788, 18794, 18801, 18807, 18814, 18824, 18830, 18838, 18844, 18851, 18858, 18866, 18874, 18879, 18887, 18897,
    18905, 18913, 18921, 18927, 18934, 18941, 18948, 18956, 18963, 18971, 18978, 18985, 18994, 19000, 19006, 19013,
    19022, 19027, 19033, 19044, 19049, 19055, 19062, 19073, 19078, 19083, 19089, 19095, 19103, 19120, 19138, 19148,
    19158, 19170, 19183, 19196, 19202, 19212, 19220, 19229, 19236, 19246, 19253, 19261, 19270, 19277, 19285, 19291,
    19299, 19311, 19322, 19328, 19337, 19345, 19351, 19359, 19364, 19370, 19378, 19385, 19392, 19398, 19404, 19411,
    19417, 19424, 19431, 19440, 19449, 19456, 19463, 19471, 19480, 19485, 19495, 19503, 19511, 19519, 19526, 19532,
    19540, 19549, 19562, 19575, 19585, 19597, 19604, 19612, 19628, 19645, 19652, 19659, 19669, 19676, 19684, 19690,
    19696, 19704, 19712, 19718, 19724, 19731, 19740, 19747, 19755, 19760, 19764, 19773, 19780, 19789, 19793, 19798,
    19805, 19814, 19822, 19827, 19834, 19841, 19847, 19856, 19869, 19876, 19881, 19890, 19897, 19902, 19909, 19917,
    19932, 19940, 19946, 19954, 19962, 19970, 19976, 19981, 19988, 19998, 20008, 20017, 20028, 20044, 20055, 20071,
    20088, 20106, 20116, 20124, 20132, 20138, 20144, 20150, 20158, 20165, 20171, 20178, 20185, 20192, 20201, 20207,
    20217, 20224, 20230, 20237, 20245, 20253, 20261, 20267, 20273, 20280, 20288, 20293, 20299, 20303, 20310, 20315,
    20319, 20326, 20334, 20339, 20347, 20351, 20361, 20366, 20371, 20379, 20386, 20393, 20403, 20411, 20419, 20427,
    20433, 20438, 20444, 20451, 20457, 20463, 20471, 20478, 20484, 20493, 20500, 20508, 20517, 20524, 20536, 20549,
    20557, 20565, 20572, 20581, 20591, 20598, 20605, 20611, 20618, 20624, 20629, 20633, 20638, 20643, 20649, 20655,
    20661, 20668, 20681, 20695, 20710, 20715, 20723, 20731, 20738, 20746, 20751, 20758, 20765, 20771, 20778, 20785,
    20791, 20797, 20805, 20811, 20818, 20828, 20835, 20843, 20851, 20858, 20866, 20874, 20882, 20890, 20898, 20906,
    20913, 20921, 20929, 20937, 20945, 20953, 20961, 20969, 20976, 20983, 20989, 20993, 20998, 21006, 21013, 21021,
    21026, 21034, 21041, 21046, 21052, 21056, 21061, 21066, 21072, 21082, 21087, 21094, 21102, 21111, 21121, 21127,
    21135, 21140, 21144, 21149, 21156, 21162, 21166, 21171, 21176, 21181, 21186, 21192, 21202, 21207, 21213, 21220,
    21227, 21233, 21240, 21246, 21252, 21259, 21266, 21269, 21273, 21279, 21286, 21293, 21301, 21310, 21321, 21329,
    21337, 21348, 21360, 21369, 21377, 21388, 21394, 21400, 21408, 21414, 21422, 21430, 21436, 21445, 21452, 21458,
    21465, 21473, 21484, 21492, 21500, 21505, 21515, 21525, 21532, 21540, 21555, 21571, 21577, 21585, 21591, 21599,
    21607, 21615, 21623, 21630, 21638, 21642, 21648, 21655, 21660, 21666, 21672, 21679, 21684, 21689, 21696, 21704,
    21708, 21716, 21723, 21731, 21738, 21745, 21752, 21759, 21769, 21779, 21786, 21792, 21799, 21803, 21811, 21818,
    21828, 21836, 21841, 21849, 21859, 21869, 21879, 21888, 21894, 21901, 21907, 21913, 21920, 21927, 21935, 21941,
    21947, 21954, 21963, 21970, 21978, 21985, 21989, 21997, 22004, 22009, 22015, 22022, 22027, 22032, 22039, 22045,
    22051, 22059, 22066, 22073, 22081, 22089, 22094, 22099, 22107, 22113, 22119, 22125, 22131, 22138, 22144, 22152,
    22159, 22163, 22168, 22174, 22182, 22192, 22200, 22208, 22214, 22221, 22229, 22234, 22240, 22247, 22253, 22260,
    22269, 22277, 22285, 22293, 22301, 22310, 22318, 22323, 22331, 22337, 22344, 22351, 22358, 22366, 22374, 22381,
    22390, 22399, 22407, 22415, 22422, 22428, 22433, 22439, 22446, 22454, 22463, 22473, 22479, 22483, 22494, 22509,
    22526, 22541, 22557, 22573, 22590, 22609, 22630, 22646, 22651, 22656, 22662, 22672, 22677, 22684, 22692, 22701,
    22711, 22717, 22725, 22737, 22746, 22757, 22769, 22778, 22787, 22795, 22803, 22808, 22812, 22817, 22824, 22831,
    22839, 22846, 22852, 22856, 22863, 22873, 22881, 22888, 22896, 22904, 22916, 22921, 22927, 22937, 22942, 22948,
    22955, 22962, 22969, 22976, 22983, 22998, 23018, 23030, 23046, 23061, 23077, 23084, 23090, 23098, 23107, 23115,
    23123, 23128, 23137, 23143, 23149, 23157, 23164, 23174, 23181, 23189, 23194, 23201, 23209, 23215, 23220, 23226,
    23233, 23240, 23246, 23253, 23261, 23269, 23272, 23276, 23282, 23289, 23296, 23304, 23312, 23320, 23329, 23337,
    23343, 23350, 23357, 23367, 23376, 23387, 23393, 23400, 23405, 23411, 23417, 23423, 23432, 23437, 23445, 23457,
    23469, 23479, 23487, 23495, 23500, 23507, 23522, 23527, 23532, 23538, 23545, 23550, 23558, 23566, 23573, 23581,
    23588, 23596, 23604, 23613, 23619, 23625, 23633, 23641, 23647, 23651, 23657, 23665, 23669, 23679, 23686, 23691,
    23696, 23702, 23714, 23731, 23736, 23741, 23747, 23760, 23768, 23776, 23783, 23791, 23797, 23802, 23808, 23815,
    23822, 23831, 23838, 23847, 23857, 23862, 23868, 23875, 23883, 23889, 23897, 23905, 23912, 23922, 23928, 23933,
    23940, 23944, 23951, 23959, 23966, 23975, 23982, 23990, 23998, 24005, 24013, 24022, 24027, 24032, 24037, 24043,
    24050, 24061, 24067, 24074, 24079, 24085, 24092, 24099, 24106, 24110, 24115, 24121, 24126, 24132, 24139, 24144,
    24151, 24157, 24162, 24174, 24191, 24197, 24204, 24215, 24221, 24228, 24235, 24240, 24247, 24255, 24261, 24267,
    24271, 24276, 24283, 24291, 24301, 24310, 24319, 24328, 24335, 24344, 24353, 24362, 24368, 24379, 24387, 24394,
    24403, 24408, 24416, 24422, 24429, 24438, 24445, 24452, 24460, 24468, 24481, 24488, 24496, 24501, 24509, 24515,
    24521, 24532, 24548, 24554, 24561, 24569, 24576, 24583, 24592, 24601, 24607, 24614, 24621, 24630, 24641, 24653,
    24660, 24669, 24675, 24682, 24689, 24698, 24709, 24721, 24727, 24734, 24742, 24748, 24763, 24780, 24796, 24814,
    24818, 24823, 24831, 24838, 24846, 24854, 24860, 24868, 24874, 24880, 24889, 24897, 24903, 24909, 24918, 24926,
    24935, 24942, 24949, 24957, 24964, 24973, 24981, 24985, 24992, 25000, 25006, 25012, 25018, 25025, 25030, 25037,
    25045, 25051, 25057, 25065, 25072, 25079, 25084, 25090, 25097, 25105, 25110, 25117, 25122, 25128, 25135, 25142,
    25151, 25158, 25163, 25170, 25177, 25186, 25192, 25200, 25206, 25212, 25219, 25226, 25230, 25237, 25242, 25249,
    25258, 25263, 25269, 25274, 25280, 25288, 25294, 25303, 25308, 25314, 25321, 25329, 25335, 25342, 25350, 25358,
    25368, 25373, 25379, 25386, 25391, 25396, 25402, 25412, 25420, 25427, 25433, 25438, 25446, 25454, 25462, 25468,
    25477, 25482, 25487, 25493, 25501, 25508, 25512, 25523, 25528, 25536, 25545, 25553, 25559, 25569, 25576, 25585,
    25593, 25601, 25608, 25615, 25623, 25632, 25641, 25645, 25655, 25661, 25667, 25674, 25678, 25683, 25689, 25696,
    25701, 25707, 25719, 25732, 25740, 25753, 25763, 25773, 25782, 25789, 25797, 25803, 25810, 25818, 25824, 25834,
    25844, 25854, 25860, 25868, 25875, 25883, 25889, 25894, 25902, 25907, 25913, 25919, 25927, 25933, 25946, 25955,
    25962, 25971, 25976, 25982, 25989, 25995, 26003, 26010, 26016, 26022, 26030, 26037, 26047, 26053, 26060, 26067,
    26075, 26081, 26088, 26094, 26102, 26109, 26118, 26125, 26133, 26141, 26149, 26157, 26166, 26174, 26181, 26189,
    26196, 26207, 26214, 26221, 26229, 26237, 26244, 26253, 26262, 26270, 26278, 26285, 26291, 26296, 26302, 26311,
    26318, 26326, 26332, 26338, 26347, 26357, 26364, 26370, 26374, 26379, 26387, 26395, 26400, 26407, 26414, 26422,
    26427, 26433, 26445, 26461, 26479, 26495, 26512, 26531, 26549, 26566, 26583, 26589, 26603, 26610, 26617, 26622,
    26630, 26642, 26649, 26656, 26663, 26670, 26677, 26683, 26691, 26700, 26706, 26714, 26724, 26731, 26739, 26745,
    26750, 26756, 26763, 26771, 26779, 26787, 26793, 26800, 26807, 26817, 26826, 26830, 26838, 26845, 26849, 26854,
    26860, 26868, 26875, 26880, 26888, 26895, 26901, 26908, 26916, 26926, 26933, 26938, 26944, 26951, 26958, 26965,
    26973, 26980, 26989, 26994, 27000, 27006, 27014, 27024, 27031, 27037, 27042, 27050, 27057, 27065, 27071, 27081,
    27096, 27100, 27105, 27112, 27120, 27128, 27133, 27141, 27147, 27154, 27160, 27167, 27173, 27180, 27187, 27196,
    27205, 27212, 27227, 27235, 27245, 27251, 27258, 27263, 27269, 27276, 27284, 27289, 27295, 27303, 27309, 27317,
    27328, 27334, 27341, 27349, 27356, 27364, 27371, 27379, 27389, 27401, 27408, 27416, 27426, 27438, 27443, 27451,
    27459, 27465, 27472, 27478, 27486, 27494, 27502, 27508, 27515, 27532, 27545, 27552, 27557, 27563, 27571, 27577,
    27586, 27595, 27602, 27609, 27618, 27627, 27635, 27645, 27656, 27667, 27679, 27687, 27695, 27703, 27709, 27721,
    27734, 27742, 27755, 27765, 27775, 27784, 27789, 27795, 27800, 27806, 27811, 27817, 27822, 27828, 27833, 27839,
    27847, 27856, 27862, 27871, 27880, 27889, 27898, 27907, 27914, 27921, 27930, 27938, 27948, 27959, 27970, 27982,
    27990, 27998, 28006, 28013, 28021, 28028, 28037, 28045, 28051, 28058, 28066, 28071, 28077, 28085, 28093, 28098,
    28104, 28112, 28117, 28125, 28136, 28143, 28153, 28161, 28174, 28184, 28192, 28199, 28207, 28213, 28220, 28227,
    28233, 28240, 28248, 28258, 28266, 28272, 28278, 28283, 28291, 28299, 28305, 28314, 28320, 28328, 28335, 28345,
    28359, 28373, 28389, 28400, 28415, 28432, 28440, 28446, 28456, 28465, 28472, 28481, 28491, 28497, 28503, 28510,
    28518, 28525, 28543, 28562, 28568, 28574, 28581, 28589, 28595, 28602, 28610, 28616, 28623, 28628, 28635, 28643,
    28650, 28658, 28663, 28670, 28678, 28685, 28692, 28699, 28707, 28717, 28725, 28732, 28739, 28743, 28748, 28755,
    28761, 28770, 28783, 28798, 28814, 28821, 28827, 28834, 28843, 28855, 28863, 28873, 28881, 28888, 28895, 28901,
    28908, 28916, 28922, 28929, 28936, 28941, 28947, 28956, 28962, 28968, 28975, 28982, 28990, 29002, 29012, 29024,
    29032, 29039, 29050, 29056, 29064, 29074, 29088, 29103, 29117, 29132, 29142, 29159, 29177, 29182, 29189, 29194,
    29202, 29209, 29217, 29225, 29231, 29236, 29243, 29250, 29257, 29263, 29270, 29277, 29283, 29291, 29299, 29307,
    29315, 29324, 29331, 29339, 29346, 29354, 29362, 29367, 29373, 29377, 29381, 29389, 29395, 29401, 29408, 29414,
    29421, 29426, 29433, 29440, 29444, 29451, 29458, 29464, 29470, 29477, 29483, 29491, 29499, 29506, 29513, 29519,
    29527, 29535, 29542, 29548, 29556, 29563, 29571, 29577, 29584, 29589, 29593, 29598, 29603, 29609, 29615, 29621,
    29627, 29632, 29638, 29646, 29654, 29659, 29665, 29673, 29679, 29684, 29690, 29699, 29705, 29711, 29716,
};

static const uint8_t entity_known_to[ENTITIES] = {
    2, 2, 2, 2, 2, 2, 2, 2, 1, 3, 2, 2, 2, 2, 2, 2, 2, 2, 1, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 3, 3, 1, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3,
    1, 3, 3, 3, 1, 3, 1, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 1, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 3, 2, 2, 2, 2, 2, 2, 1, 3, 3, 1, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 3, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 3, 1, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 1, 3, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 3, 2, 3, 2, 2, 3, 3, 3, 3,
    3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 3, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 1, 3, 1, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 1, 3, 3, 1, 3, 3, 3, 3, 3, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3,
    2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 3, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 1, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 1, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3,
    3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 2, 2, 3, 2, 2, 2, 2, 2, 3, 2, 2,
    2, 2, 3, 1, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3,
    3, 3, 1, 3, 1, 3, 3, 1, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 1, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 1, 3, 3, 3, 3, 3, 1, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 1, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 1, 3, 3, 3, 1, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 1, 3, 3, 3, 3, 3,
    3, 1, 3, 3, 1, 3, 3, 3, 1, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 1, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 1, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3,
    1, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
};

static const uint32_t entity_values[ENTITIES][3] = {
    {0xc1}, {0x102}, {0x223e}, {0x223f}, {0xc2}, {0xb4}, {0x410}, {0xc6}, {0xc6}, {0xc6}, {0x2061}, {0x1d51e},
    {0xc0}, {0x2135}, {0x2135}, {0x391}, {0x100}, {0x2a3f}, {0x26}, {0x26}, {0x2227}, {0x2a55}, {0x2a5c}, {0x2a58},
    {0x2a5a}, {0x2220}, {0x29a4}, {0x2220}, {0x2221}, {0x29a8}, {0x29a9}, {0x29aa}, {0x29ab}, {0x29ac}, {0x29ad},
    {0x29ae}, {0x29af}, {0x221f}, {0x22be}, {0x299d}, {0x2222}, {0xc5}, {0x237c}, {0x104}, {0x1d552}, {0x2248},
    {0x2a6f}, {0x224a}, {0x224b}, {0x27}, {0x2248}, {0x224a}, {0xc5}, {0x1d4b6}, {0x2a}, {0x2248}, {0x224d}, {0xc3},
    {0xc4}, {0x2233}, {0x2a11}, {0xc1}, {0xc1}, {0x102}, {0xc2}, {0xc2}, {0x410}, {0x1d504}, {0xc0}, {0xc0}, {0x391},
    {0x100}, {0x2a53}, {0x104}, {0x1d538}, {0x2061}, {0xc5}, {0xc5}, {0x1d49c}, {0x2254}, {0xc3}, {0xc3}, {0xc4},
    {0xc4}, {0x224c}, {0x3f6}, {0x2035}, {0x223d}, {0x22cd}, {0x22bd}, {0x2305}, {0x2305}, {0x23b5}, {0x23b6},
    {0x224c}, {0x411}, {0x201e}, {0x2235}, {0x2235}, {0x29b0}, {0x3f6}, {0x212c}, {0x392}, {0x2136}, {0x226c},
    {0x1d51f}, {0x22c2}, {0x25ef}, {0x22c3}, {0x2a00}, {0x2a01}, {0x2a02}, {0x2a06}, {0x2605}, {0x25bd}, {0x25b3},
    {0x2a04}, {0x22c1}, {0x22c0}, {0x290d}, {0x29eb}, {0x25aa}, {0x25b4}, {0x25be}, {0x25c2}, {0x25b8}, {0x2423},
    {0x2592}, {0x2591}, {0x2593}, {0x2588}, {0x3d,0x20e5}, {0x2261,0x20e5}, {0x2310}, {0x1d553}, {0x22a5}, {0x22a5},
    {0x22c8}, {0x29c9}, {0x2510}, {0x250c}, {0x2500}, {0x252c}, {0x2534}, {0x229f}, {0x229e}, {0x22a0}, {0x2518},
    {0x2514}, {0x2502}, {0x253c}, {0x2524}, {0x251c}, {0x2035}, {0x2d8}, {0xa6}, {0x1d4b7}, {0x204f}, {0x223d},
    {0x22cd}, {0x5c}, {0x29c5}, {0x27c8}, {0x2022}, {0x2022}, {0x224e}, {0x224f}, {0x224f}, {0x2216}, {0x2ae7},
    {0x2306}, {0x411}, {0x2235}, {0x212c}, {0x392}, {0x1d505}, {0x1d539}, {0x2d8}, {0x212c}, {0x224e}, {0x106},
    {0x2229}, {0x2a44}, {0x2a49}, {0x2a4b}, {0x2a47}, {0x2a40}, {0x2229,0xfe00}, {0x2041}, {0x2c7}, {0x2a4d},
    {0x10c}, {0xc7}, {0x108}, {0x2a4c}, {0x2a50}, {0x10a}, {0xb8}, {0x29b2}, {0xa2}, {0xb7}, {0x1d520}, {0x427},
    {0x2713}, {0x2713}, {0x3a7}, {0x427}, {0x25cb}, {0x2c6}, {0x2257}, {0x21ba}, {0x21bb}, {0x229b}, {0x229a},
    {0x229d}, {0x2257}, {0x2a10}, {0x2aef}, {0x29c2}, {0x2663}, {0x2663}, {0x3a}, {0x2254}, {0x2254}, {0x2c}, {0x40},
    {0x2201}, {0x2218}, {0x2201}, {0x2102}, {0x2245}, {0x2a6d}, {0x222e}, {0x1d554}, {0x2210}, {0xa9}, {0xa9},
    {0x21b5}, {0x2717}, {0x1d4b8}, {0x2acf}, {0x2ad1}, {0x2ad0}, {0x2ad2}, {0x22ef}, {0x2938}, {0x2935}, {0x22de},
    {0x22df}, {0x21b6}, {0x293d}, {0x222a}, {0x2a48}, {0x2a46}, {0x2a4a}, {0x228d}, {0x2a45}, {0x222a,0xfe00},
    {0x21b7}, {0x293c}, {0x22de}, {0x22df}, {0x22ce}, {0x22cf}, {0xa4}, {0x21b6}, {0x21b7}, {0x22ce}, {0x22cf},
    {0x2232}, {0x2231}, {0x232d}, {0x106}, {0x22d2}, {0x2145}, {0x212d}, {0x10c}, {0xc7}, {0xc7}, {0x108}, {0x2230},
    {0x10a}, {0xb8}, {0xb7}, {0x212d}, {0x3a7}, {0x2299}, {0x2296}, {0x2295}, {0x2297}, {0x2232}, {0x201d}, {0x2019},
    {0x2237}, {0x2a74}, {0x2261}, {0x222f}, {0x222e}, {0x2102}, {0x2210}, {0x2233}, {0x2a2f}, {0x1d49e}, {0x22d3},
    {0x224d}, {0x2020}, {0x2138}, {0x2193}, {0x2010}, {0x22a3}, {0x290f}, {0x2dd}, {0x10e}, {0x414}, {0x2145},
    {0x2021}, {0x21ca}, {0x2a77}, {0x2911}, {0xb0}, {0x394}, {0x29b1}, {0x297f}, {0x1d521}, {0x21c3}, {0x21c2},
    {0x22c4}, {0x22c4}, {0x2666}, {0x2666}, {0xa8}, {0x3dc}, {0x22f2}, {0xf7}, {0xf7}, {0x22c7}, {0x22c7}, {0x402},
    {0x402}, {0x231e}, {0x230d}, {0x24}, {0x1d555}, {0x2d9}, {0x2250}, {0x2251}, {0x2238}, {0x2214}, {0x22a1},
    {0x2306}, {0x2193}, {0x21ca}, {0x21c3}, {0x21c2}, {0x2910}, {0x231f}, {0x230c}, {0x1d4b9}, {0x405}, {0x29f6},
    {0x110}, {0x405}, {0x22f1}, {0x25bf}, {0x25be}, {0x21f5}, {0x296f}, {0x29a6}, {0x40f}, {0x27ff}, {0x40f},
    {0x2021}, {0x21a1}, {0x2ae4}, {0x10e}, {0x414}, {0x2207}, {0x394}, {0x1d507}, {0xb4}, {0x2d9}, {0x2dd}, {0x60},
    {0x2dc}, {0x22c4}, {0x2146}, {0x1d53b}, {0xa8}, {0x20dc}, {0x2250}, {0x222f}, {0xa8}, {0x21d3}, {0x21d0},
    {0x21d4}, {0x2ae4}, {0x27f8}, {0x27fa}, {0x27f9}, {0x21d2}, {0x22a8}, {0x21d1}, {0x21d5}, {0x2225}, {0x2193},
    {0x2913}, {0x21f5}, {0x311}, {0x2950}, {0x295e}, {0x21bd}, {0x2956}, {0x295f}, {0x21c1}, {0x2957}, {0x22a4},
    {0x21a7}, {0x21d3}, {0x1d49f}, {0x110}, {0xc9}, {0x2a6e}, {0x11a}, {0x2256}, {0xca}, {0x2255}, {0x42d}, {0x116},
    {0x2147}, {0x1d522}, {0x2a9a}, {0xc8}, {0x2a96}, {0x2a98}, {0x2a99}, {0x23e7}, {0x2113}, {0x2a95}, {0x2a97},
    {0x112}, {0x2205}, {0x2205}, {0x2205}, {0x2004}, {0x2005}, {0x2003}, {0x14a}, {0x2002}, {0x118}, {0x1d556},
    {0x22d5}, {0x29e3}, {0x2a71}, {0x395}, {0x395}, {0x395}, {0x2256}, {0x2255}, {0x2242}, {0x2a96}, {0x2a95},
    {0x3d}, {0x225f}, {0x2261}, {0x29e5}, {0x2971}, {0x212f}, {0x2250}, {0x2242}, {0x397}, {0xd0}, {0xd0}, {0xcb},
    {0x20ac}, {0x21}, {0x2203}, {0x2130}, {0x2147}, {0xc9}, {0xc9}, {0x11a}, {0xca}, {0xca}, {0x42d}, {0x116},
    {0x1d508}, {0xc8}, {0xc8}, {0x2208}, {0x112}, {0x25fb}, {0x25ab}, {0x118}, {0x1d53c}, {0x395}, {0x2a75},
    {0x2242}, {0x21cc}, {0x2130}, {0x2a73}, {0x397}, {0xcb}, {0xcb}, {0x2203}, {0x2147}, {0x2252}, {0x424}, {0x2640},
    {0x46,0x46,0x49}, {0x46,0x46}, {0x46,0x46,0x4c}, {0x1d523}, {0x46,0x49}, {0x46,0x4a}, {0x266d}, {0x46,0x4c},
    {0x25b1}, {0x191}, {0x1d557}, {0x2200}, {0x22d4}, {0x2ad9}, {0x2a0d}, {0xbd}, {0x2153}, {0xbc}, {0x2155},
    {0x2159}, {0x215b}, {0x2154}, {0x2156}, {0xbe}, {0x2157}, {0x215c}, {0x2158}, {0x215a}, {0x215d}, {0x215e},
    {0x2044}, {0x2322}, {0x1d4bb}, {0x424}, {0x1d509}, {0x25fc}, {0x25aa}, {0x1d53d}, {0x2200}, {0x2131}, {0x2131},
    {0x1f4}, {0x393}, {0x3dc}, {0x2a86}, {0x11e}, {0x11c}, {0x413}, {0x120}, {0x2265}, {0x22db}, {0x2265}, {0x2267},
    {0x2a7e}, {0x2a7e}, {0x2aa9}, {0x2a80}, {0x2a82}, {0x2a84}, {0x22db,0xfe00}, {0x2a94}, {0x1d524}, {0x226b},
    {0x22d9}, {0x2137}, {0x403}, {0x403}, {0x2277}, {0x2aa5}, {0x2aa4}, {0x2a8a}, {0x2a8a}, {0x2a88}, {0x2a88},
    {0x2269}, {0x22e7}, {0x1d558}, {0x60}, {0x210a}, {0x2273}, {0x2a8e}, {0x2a90}, {0x3e}, {0x3e}, {0x2269,0xfe00},
    {0x393}, {0x3dc}, {0x11e}, {0x122}, {0x11c}, {0x413}, {0x120}, {0x1d50a}, {0x22d9}, {0x1d53e}, {0x2265},
    {0x22db}, {0x2267}, {0x2aa2}, {0x2277}, {0x2a7e}, {0x2273}, {0x1d4a2}, {0x226b}, {0x200a}, {0xbd}, {0x210b},
    {0x42a}, {0x42a}, {0x2194}, {0x2948}, {0x21ad}, {0x210f}, {0x124}, {0x2665}, {0x2665}, {0x2026}, {0x22b9},
    {0x1d525}, {0x2925}, {0x2926}, {0x21ff}, {0x223b}, {0x21a9}, {0x21aa}, {0x1d559}, {0x2015}, {0x1d4bd}, {0x210f},
    {0x126}, {0x2043}, {0x2010}, {0x2c7}, {0x5e}, {0x124}, {0x210c}, {0x210b}, {0x210d}, {0x2500}, {0x210b}, {0x126},
    {0x224e}, {0x224f}, {0xcd}, {0x2063}, {0xce}, {0x418}, {0x415}, {0xa1}, {0x415}, {0x21d4}, {0x1d526}, {0xcc},
    {0x2148}, {0x2a0c}, {0x222d}, {0x29dc}, {0x2129}, {0x132}, {0x132}, {0x12a}, {0x2111}, {0x2110}, {0x2111},
    {0x49}, {0x22b7}, {0x1b5}, {0x2208}, {0x2105}, {0x221e}, {0x29dd}, {0x49}, {0x222b}, {0x22ba}, {0x2124},
    {0x22ba}, {0x2a17}, {0x2a3c}, {0x401}, {0x12e}, {0x1d55a}, {0x399}, {0x401}, {0x2a3c}, {0xbf}, {0x1d4be},
    {0x2208}, {0x22f5}, {0x22f4}, {0x22f3}, {0x2208}, {0x2062}, {0x128}, {0x406}, {0xcf}, {0xcd}, {0xcd}, {0xce},
    {0xce}, {0x418}, {0x130}, {0x2111}, {0xcc}, {0xcc}, {0x2111}, {0x12a}, {0x2148}, {0x21d2}, {0x222c}, {0x222b},
    {0x22c2}, {0x2063}, {0x2062}, {0x12e}, {0x1d540}, {0x399}, {0x2110}, {0x128}, {0x406}, {0xcf}, {0xcf}, {0x134},
    {0x419}, {0x1d527}, {0x237}, {0x1d55b}, {0x1d4bf}, {0x408}, {0x404}, {0x134}, {0x419}, {0x1d50d}, {0x1d541},
    {0x1d4a5}, {0x408}, {0x404}, {0x39a}, {0x39a}, {0x136}, {0x41a}, {0x1d528}, {0x138}, {0x425}, {0x425}, {0x40c},
    {0x40c}, {0x1d55c}, {0x1d4c0}, {0x39a}, {0x136}, {0x41a}, {0x1d50e}, {0x1d542}, {0x1d4a6}, {0x139}, {0x29b4},
    {0x2112}, {0x39b}, {0x27e8}, {0x2991}, {0x27e8}, {0x2a85}, {0xab}, {0x2190}, {0x21e4}, {0x291f}, {0x291d},
    {0x21a9}, {0x21ab}, {0x2939}, {0x2973}, {0x21a2}, {0x2aab}, {0x2919}, {0x2aad}, {0x2aad,0xfe00}, {0x290c},
    {0x2772}, {0x7b}, {0x5b}, {0x298b}, {0x298f}, {0x298d}, {0x13d}, {0x13b}, {0x2308}, {0x7b}, {0x41b}, {0x2936},
    {0x201c}, {0x201e}, {0x2967}, {0x294b}, {0x21b2}, {0x2264}, {0x2190}, {0x21a2}, {0x21bd}, {0x21bc}, {0x21c7},
    {0x2194}, {0x21c6}, {0x21cb}, {0x21ad}, {0x22cb}, {0x22da}, {0x2264}, {0x2266}, {0x2a7d}, {0x2a7d}, {0x2aa8},
    {0x2a7f}, {0x2a81}, {0x2a83}, {0x22da,0xfe00}, {0x2a93}, {0x2a85}, {0x22d6}, {0x22da}, {0x2a8b}, {0x2276},
    {0x2272}, {0x297c}, {0x230a}, {0x1d529}, {0x2276}, {0x21bd}, {0x21bc}, {0x296a}, {0x2584}, {0x409}, {0x409},
    {0x226a}, {0x21c7}, {0x231e}, {0x296b}, {0x25fa}, {0x13f}, {0x23b0}, {0x23b0}, {0x2a89}, {0x2a89}, {0x2a87},
    {0x2a87}, {0x2268}, {0x22e6}, {0x27ec}, {0x21fd}, {0x27e6}, {0x27f5}, {0x27f7}, {0x27fc}, {0x27f6}, {0x21ab},
    {0x21ac}, {0x2985}, {0x1d55d}, {0x2a2d}, {0x2a34}, {0x2217}, {0x5f}, {0x25ca}, {0x25ca}, {0x29eb}, {0x28},
    {0x2993}, {0x21c6}, {0x231f}, {0x21cb}, {0x296d}, {0x200e}, {0x22bf}, {0x2039}, {0x1d4c1}, {0x21b0}, {0x2272},
    {0x2a8d}, {0x2a8f}, {0x5b}, {0x2018}, {0x201a}, {0x141}, {0x3c}, {0x3c}, {0x294a}, {0x2966}, {0x2268,0xfe00},
    {0x139}, {0x39b}, {0x27ea}, {0x2112}, {0x219e}, {0x13d}, {0x13b}, {0x41b}, {0x27e8}, {0x2190}, {0x21e4},
    {0x21c6}, {0x2308}, {0x27e6}, {0x2961}, {0x21c3}, {0x2959}, {0x230a}, {0x2194}, {0x294e}, {0x22a3}, {0x21a4},
    {0x295a}, {0x22b2}, {0x29cf}, {0x22b4}, {0x2951}, {0x2960}, {0x21bf}, {0x2958}, {0x21bc}, {0x2952}, {0x21d0},
    {0x21d4}, {0x22da}, {0x2266}, {0x2276}, {0x2aa1}, {0x2a7d}, {0x2272}, {0x1d50f}, {0x22d8}, {0x21da}, {0x13f},
    {0x27f5}, {0x27f7}, {0x27f6}, {0x27f8}, {0x27fa}, {0x27f9}, {0x1d543}, {0x2199}, {0x2198}, {0x2112}, {0x21b0},
    {0x141}, {0x226a}, {0xaf}, {0x2642}, {0x2720}, {0x2720}, {0x21a6}, {0x21a6}, {0x21a7}, {0x21a4}, {0x21a5},
    {0x25ae}, {0x2a29}, {0x41c}, {0x2014}, {0x2221}, {0x1d52a}, {0x2127}, {0x39c}, {0x2223}, {0x2a}, {0x2af0},
    {0xb7}, {0x2212}, {0x229f}, {0x2238}, {0x2a2a}, {0x2adb}, {0x2026}, {0x2213}, {0x22a7}, {0x1d55e}, {0x2213},
    {0x1d4c2}, {0x223e}, {0x39c}, {0x22b8}, {0x22b8}, {0x2905}, {0x41c}, {0x205f}, {0x2133}, {0x1d510}, {0x2213},
    {0x1d544}, {0x2133}, {0x39c}, {0x2207}, {0x143}, {0x2220,0x20d2}, {0x2249}, {0x224b,0x338}, {0x2bc,0x4e},
    {0x2249}, {0x266e}, {0x266e}, {0x2115}, {0xa0}, {0x224e,0x338}, {0x224f,0x338}, {0x2a43}, {0x147}, {0x145},
    {0x2247}, {0x2a6d,0x338}, {0x2a42}, {0x41d}, {0x2013}, {0x2260}, {0x2924}, {0x2197}, {0x2197}, {0x2250,0x338},
    {0x2262}, {0x2928}, {0x2242,0x338}, {0x2204}, {0x2204}, {0x1d52b}, {0x2271}, {0x2271}, {0x2267,0x338},
    {0x2a7e,0x338}, {0x2a7e,0x338}, {0x2275}, {0x226f}, {0x226f}, {0x21ae}, {0x2af2}, {0x220b}, {0x22fc}, {0x22fa},
    {0x220b}, {0x40a}, {0x40a}, {0x219a}, {0x2025}, {0x2270}, {0x219a}, {0x21ae}, {0x2270}, {0x2266,0x338},
    {0x2a7d,0x338}, {0x2a7d,0x338}, {0x226e}, {0x2274}, {0x226e}, {0x22ea}, {0x22ec}, {0x2224}, {0x1d55f}, {0xac},
    {0x2209}, {0x22f5,0x338}, {0x2209}, {0x22f7}, {0x22f6}, {0x220c}, {0x220c}, {0x22fe}, {0x22fd}, {0x2226},
    {0x2226}, {0x2afd,0x20e5}, {0x2202,0x338}, {0x2a14}, {0x2280}, {0x22e0}, {0x2aaf,0x338}, {0x2280},
    {0x2aaf,0x338}, {0x219b}, {0x2933,0x338}, {0x219d,0x338}, {0x219b}, {0x22eb}, {0x22ed}, {0x2281}, {0x22e1},
    {0x2ab0,0x338}, {0x1d4c3}, {0x2224}, {0x2226}, {0x2241}, {0x2244}, {0x2244}, {0x2224}, {0x2226}, {0x22e2},
    {0x22e3}, {0x2284}, {0x2288}, {0x2282,0x20d2}, {0x2288}, {0x2ac5,0x338}, {0x2281}, {0x2ab0,0x338}, {0x2285},
    {0x2289}, {0x2283,0x20d2}, {0x2289}, {0x2ac6,0x338}, {0x2279}, {0xd1}, {0x2278}, {0x22ea}, {0x22ec}, {0x22eb},
    {0x22ed}, {0x39d}, {0x23}, {0x2116}, {0x2007}, {0x224d,0x20d2}, {0x22ac}, {0x2265,0x20d2}, {0x3e,0x20d2},
    {0x29de}, {0x2264,0x20d2}, {0x3c,0x20d2}, {0x22b4,0x20d2}, {0x22b5,0x20d2}, {0x223c,0x20d2}, {0x2923}, {0x2196},
    {0x2196}, {0x2927}, {0x143}, {0x147}, {0x145}, {0x41d}, {0x200b}, {0x200b}, {0x200b}, {0x200b}, {0x226b},
    {0x226a}, {0xa}, {0x1d511}, {0x2060}, {0xa0}, {0x2115}, {0x2aec}, {0x2262}, {0x226d}, {0x2226}, {0x2209},
    {0x2260}, {0x2242,0x338}, {0x2204}, {0x226f}, {0x2271}, {0x2267,0x338}, {0x226b,0x338}, {0x2279}, {0x2a7e,0x338},
    {0x2275}, {0x224e,0x338}, {0x224f,0x338}, {0x22ea}, {0x29cf,0x338}, {0x22ec}, {0x226e}, {0x2270}, {0x2278},
    {0x226a,0x338}, {0x2a7d,0x338}, {0x2274}, {0x2aa2,0x338}, {0x2aa1,0x338}, {0x2280}, {0x2aaf,0x338}, {0x22e0},
    {0x220c}, {0x22eb}, {0x29d0,0x338}, {0x22ed}, {0x228f,0x338}, {0x22e2}, {0x2290,0x338}, {0x22e3},
    {0x2282,0x20d2}, {0x2288}, {0x2281}, {0x2ab0,0x338}, {0x22e1}, {0x227f,0x338}, {0x2283,0x20d2}, {0x2289},
    {0x2241}, {0x2244}, {0x2247}, {0x2249}, {0x2224}, {0x1d4a9}, {0xd1}, {0xd1}, {0x39d}, {0xd3}, {0x229b}, {0x229a},
    {0xd4}, {0x41e}, {0x229d}, {0x150}, {0x2a38}, {0x2299}, {0x29bc}, {0x152}, {0x152}, {0x29bf}, {0x1d52c}, {0x2db},
    {0xd2}, {0x29c1}, {0x29b5}, {0x3a9}, {0x222e}, {0x21ba}, {0x29be}, {0x29bb}, {0x203e}, {0x29c0}, {0x14c},
    {0x3a9}, {0x39f}, {0x29b6}, {0x2296}, {0x1d560}, {0x29b7}, {0x29b9}, {0x2295}, {0x2228}, {0x21bb}, {0x2a5d},
    {0x2134}, {0x2134}, {0xaa}, {0xba}, {0x22b6}, {0x2a56}, {0x2a57}, {0x2a5b}, {0x2134}, {0xd8}, {0x2298}, {0xd5},
    {0x2297}, {0x2a36}, {0xd6}, {0x233d}, {0xd3}, {0xd3}, {0xd4}, {0xd4}, {0x41e}, {0x150}, {0x1d512}, {0xd2},
    {0xd2}, {0x14c}, {0x3a9}, {0x39f}, {0x1d546}, {0x201c}, {0x2018}, {0x2a54}, {0x1d4aa}, {0xd8}, {0xd8}, {0xd5},
    {0xd5}, {0x2a37}, {0xd6}, {0xd6}, {0x203e}, {0x23de}, {0x23b4}, {0x23dc}, {0x2225}, {0xb6}, {0x2225}, {0x2af3},
    {0x2afd}, {0x2202}, {0x41f}, {0x25}, {0x2e}, {0x2030}, {0x22a5}, {0x2031}, {0x1d52d}, {0x3a6}, {0x3a6}, {0x2133},
    {0x260e}, {0x3a0}, {0x22d4}, {0x3a0}, {0x210f}, {0x210e}, {0x210f}, {0x2b}, {0x2a23}, {0x229e}, {0x2a22},
    {0x2214}, {0x2a25}, {0x2a72}, {0xb1}, {0x2a26}, {0x2a27}, {0xb1}, {0x2a15}, {0x1d561}, {0xa3}, {0x227a},
    {0x2ab7}, {0x227c}, {0x2aaf}, {0x227a}, {0x2ab7}, {0x227c}, {0x2aaf}, {0x2ab9}, {0x2ab5}, {0x22e8}, {0x227e},
    {0x2032}, {0x2119}, {0x2ab9}, {0x22e8}, {0x220f}, {0x232e}, {0x2312}, {0x2313}, {0x221d}, {0x221d}, {0x227e},
    {0x22b0}, {0x1d4c5}, {0x3a8}, {0x2008}, {0x2202}, {0x41f}, {0x1d513}, {0x3a6}, {0x3a0}, {0xb1}, {0x210c},
    {0x2119}, {0x2abb}, {0x227a}, {0x2aaf}, {0x227c}, {0x227e}, {0x2033}, {0x220f}, {0x2237}, {0x221d}, {0x1d4ab},
    {0x3a8}, {0x1d52e}, {0x2a0c}, {0x1d562}, {0x2057}, {0x1d4c6}, {0x210d}, {0x2a16}, {0x3f}, {0x225f}, {0x22},
    {0x22}, {0x1d514}, {0x211a}, {0x1d4ac}, {0x223d,0x331}, {0x154}, {0x221a}, {0x29b3}, {0x27e9}, {0x2992},
    {0x29a5}, {0x27e9}, {0xbb}, {0x2192}, {0x2975}, {0x21e5}, {0x2920}, {0x2933}, {0x291e}, {0x21aa}, {0x21ac},
    {0x2945}, {0x2974}, {0x21a3}, {0x219d}, {0x291a}, {0x2236}, {0x211a}, {0x290d}, {0x2773}, {0x7d}, {0x5d},
    {0x298c}, {0x298e}, {0x2990}, {0x2910}, {0x158}, {0x156}, {0x2309}, {0x7d}, {0x420}, {0x2937}, {0x2969},
    {0x201d}, {0x201d}, {0x21b3}, {0x211c}, {0x211b}, {0x211c}, {0x211d}, {0x25ad}, {0xae}, {0xae}, {0x297d},
    {0x230b}, {0x1d52f}, {0x21c1}, {0x21c0}, {0x296c}, {0x3a1}, {0x3a1}, {0x2192}, {0x21a3}, {0x21c1}, {0x21c0},
    {0x21c4}, {0x21cc}, {0x21c9}, {0x219d}, {0x22cc}, {0x2da}, {0x2253}, {0x21c4}, {0x21cc}, {0x200f}, {0x23b1},
    {0x23b1}, {0x2aee}, {0x27ed}, {0x21fe}, {0x27e7}, {0x2986}, {0x1d563}, {0x2a2e}, {0x2a35}, {0x29}, {0x2994},
    {0x2a12}, {0x21c9}, {0x203a}, {0x1d4c7}, {0x21b1}, {0x5d}, {0x2019}, {0x2019}, {0x22cc}, {0x22ca}, {0x25b9},
    {0x22b5}, {0x25b8}, {0x29ce}, {0x2968}, {0x211e}, {0x154}, {0x27eb}, {0x21a0}, {0x2916}, {0x158}, {0x156},
    {0x420}, {0x211c}, {0x220b}, {0x21cb}, {0x296f}, {0x211c}, {0x3a1}, {0x27e9}, {0x2192}, {0x21e5}, {0x21c4},
    {0x2309}, {0x27e7}, {0x295d}, {0x21c2}, {0x2955}, {0x230b}, {0x22a2}, {0x21a6}, {0x295b}, {0x22b3}, {0x29d0},
    {0x22b5}, {0x294f}, {0x295c}, {0x21be}, {0x2954}, {0x21c0}, {0x2953}, {0x21d2}, {0x211d}, {0x2970}, {0x21db},
    {0x211b}, {0x21b1}, {0x29f4}, {0x15a}, {0x201a}, {0x227b}, {0x2ab8}, {0x160}, {0x227d}, {0x2ab0}, {0x15e},
    {0x15c}, {0x2aba}, {0x22e9}, {0x2a13}, {0x227f}, {0x421}, {0x22c5}, {0x22a1}, {0x2a66}, {0x2925}, {0x2198},
    {0x2198}, {0xa7}, {0x3b}, {0x2929}, {0x2216}, {0x2216}, {0x2736}, {0x1d530}, {0x2322}, {0x266f}, {0x429},
    {0x429}, {0x428}, {0x2223}, {0x2225}, {0xad}, {0x428}, {0x3a3}, {0x3a3}, {0x3a3}, {0x223c}, {0x2a6a}, {0x2243},
    {0x2243}, {0x2a9e}, {0x2a9d}, {0x2246}, {0x2a24}, {0x2972}, {0x2190}, {0x2216}, {0x2a33}, {0x29e4}, {0x2223},
    {0x2323}, {0x2aaa}, {0x2aac}, {0x2aac,0xfe00}, {0x42c}, {0x42c}, {0x2f}, {0x29c4}, {0x233f}, {0x1d564}, {0x2660},
    {0x2660}, {0x2225}, {0x2293}, {0x2293,0xfe00}, {0x2294}, {0x2294,0xfe00}, {0x228f}, {0x2291}, {0x228f}, {0x2291},
    {0x2290}, {0x2292}, {0x2290}, {0x2292}, {0x25a1}, {0x25a1}, {0x25aa}, {0x25aa}, {0x2192}, {0x1d4c8}, {0x2216},
    {0x2323}, {0x22c6}, {0x2606}, {0x2605}, {0x395}, {0x3a6}, {0xaf}, {0x2282}, {0x2abd}, {0x2286}, {0x2ac3},
    {0x2ac1}, {0x228a}, {0x2abf}, {0x2979}, {0x2282}, {0x2286}, {0x2ac5}, {0x228a}, {0x2acb}, {0x2ac7}, {0x2ad5},
    {0x2ad3}, {0x227b}, {0x2ab8}, {0x227d}, {0x2ab0}, {0x2aba}, {0x2ab6}, {0x22e9}, {0x227f}, {0x2211}, {0x266a},
    {0xb9}, {0xb2}, {0xb3}, {0x2283}, {0x2abe}, {0x2ad8}, {0x2287}, {0x2ac4}, {0x27c9}, {0x2ad7}, {0x297b}, {0x2ac2},
    {0x228b}, {0x2ac0}, {0x2283}, {0x2287}, {0x2ac6}, {0x228b}, {0x2acc}, {0x2ac8}, {0x2ad4}, {0x2ad6}, {0x2926},
    {0x2199}, {0x2199}, {0x292a}, {0x53,0x53}, {0x15a}, {0x2abc}, {0x160}, {0x15e}, {0x15c}, {0x421}, {0x1d516},
    {0x2193}, {0x2190}, {0x2192}, {0x2191}, {0x3a3}, {0x2218}, {0x1d54a}, {0x221a}, {0x25a1}, {0x2293}, {0x228f},
    {0x2291}, {0x2290}, {0x2292}, {0x2294}, {0x1d4ae}, {0x22c6}, {0x22d0}, {0x22d0}, {0x2286}, {0x227b}, {0x2ab0},
    {0x227d}, {0x227f}, {0x220b}, {0x2211}, {0x22d1}, {0x2283}, {0x2287}, {0x22d1}, {0x2316}, {0x3a4}, {0x23b4},
    {0x164}, {0x162}, {0x422}, {0x20db}, {0x2315}, {0x1d531}, {0x2234}, {0x2234}, {0x398}, {0x398}, {0x398},
    {0x2248}, {0x223c}, {0x2009}, {0x2248}, {0x223c}, {0xde}, {0xde}, {0x2dc}, {0xd7}, {0x22a0}, {0x2a31}, {0x2a30},
    {0x222d}, {0x2928}, {0x22a4}, {0x2336}, {0x2af1}, {0x1d565}, {0x2ada}, {0x2929}, {0x2034}, {0x2122}, {0x25b5},
    {0x25bf}, {0x25c3}, {0x22b4}, {0x225c}, {0x25b9}, {0x22b5}, {0x25ec}, {0x225c}, {0x2a3a}, {0x2a39}, {0x29cd},
    {0x2a3b}, {0x23e2}, {0x1d4c9}, {0x426}, {0x40b}, {0x40b}, {0x166}, {0x426}, {0x226c}, {0x219e}, {0x21a0}, {0x9},
    {0x3a4}, {0x164}, {0x162}, {0x422}, {0x1d517}, {0x2234}, {0x398}, {0x205f,0x200a}, {0x2009}, {0x223c}, {0x2243},
    {0x2245}, {0x2248}, {0x1d54b}, {0x20db}, {0x1d4af}, {0x166}, {0xda}, {0x2191}, {0x40e}, {0x16c}, {0xdb}, {0x423},
    {0x21c5}, {0x170}, {0x296e}, {0x297e}, {0x1d532}, {0xd9}, {0x21bf}, {0x21be}, {0x2580}, {0x231c}, {0x231c},
    {0x230f}, {0x25f8}, {0x16a}, {0xa8}, {0x172}, {0x1d566}, {0x2191}, {0x2195}, {0x21bf}, {0x21be}, {0x228e},
    {0x3a5}, {0x3d2}, {0x3a5}, {0x21c8}, {0x231d}, {0x231d}, {0x230e}, {0x16e}, {0x25f9}, {0x1d4ca}, {0x22f0},
    {0x168}, {0x25b5}, {0x25b4}, {0x21c8}, {0xdc}, {0x29a7}, {0xda}, {0xda}, {0x219f}, {0x2949}, {0x40e}, {0x16c},
    {0xdb}, {0xdb}, {0x423}, {0x170}, {0x1d518}, {0xd9}, {0xd9}, {0x16a}, {0x5f}, {0x23df}, {0x23b5}, {0x23dd},
    {0x22c3}, {0x228e}, {0x172}, {0x1d54c}, {0x2191}, {0x2912}, {0x21c5}, {0x2195}, {0x296e}, {0x22a5}, {0x21a5},
    {0x21d1}, {0x21d5}, {0x2196}, {0x2197}, {0x3d2}, {0x3a5}, {0x16e}, {0x1d4b0}, {0x168}, {0xdc}, {0xdc}, {0x299c},
    {0x395}, {0x39a}, {0x2205}, {0x3a6}, {0x3a0}, {0x221d}, {0x2195}, {0x3a1}, {0x3a3}, {0x228a,0xfe00},
    {0x2acb,0xfe00}, {0x228b,0xfe00}, {0x2acc,0xfe00}, {0x398}, {0x22b2}, {0x22b3}, {0x412}, {0x22a2}, {0x22ab},
    {0x2228}, {0x22bb}, {0x225a}, {0x22ee}, {0x7c}, {0x7c}, {0x1d533}, {0x22b2}, {0x2282,0x20d2}, {0x2283,0x20d2},
    {0x1d567}, {0x221d}, {0x22b3}, {0x1d4cb}, {0x228a,0xfe00}, {0x228b,0xfe00}, {0x299a}, {0x2aeb}, {0x412},
    {0x22a9}, {0x2ae6}, {0x22c1}, {0x2016}, {0x2016}, {0x2223}, {0x7c}, {0x2758}, {0x2240}, {0x200a}, {0x1d519},
    {0x1d54d}, {0x1d4b1}, {0x22aa}, {0x174}, {0x2a5f}, {0x2227}, {0x2259}, {0x2118}, {0x1d534}, {0x1d568}, {0x2118},
    {0x2240}, {0x2240}, {0x1d4cc}, {0x174}, {0x22c0}, {0x1d51a}, {0x1d54e}, {0x1d4b2}, {0x22c2}, {0x25ef}, {0x22c3},
    {0x25bd}, {0x1d535}, {0x27f7}, {0x39e}, {0x27f5}, {0x27fc}, {0x22fb}, {0x2a00}, {0x1d569}, {0x2a01}, {0x2a02},
    {0x27f6}, {0x1d4cd}, {0x2a06}, {0x2a04}, {0x25b3}, {0x22c1}, {0x22c0}, {0x1d51b}, {0x39e}, {0x1d54f}, {0x1d4b3},
    {0xdd}, {0x42f}, {0x42f}, {0x176}, {0x42b}, {0xa5}, {0x1d536}, {0x407}, {0x407}, {0x1d56a}, {0x1d4ce}, {0x42e},
    {0x178}, {0x42e}, {0xdd}, {0xdd}, {0x176}, {0x42b}, {0x1d51c}, {0x1d550}, {0x1d4b4}, {0x178}, {0x179}, {0x17d},
    {0x417}, {0x17b}, {0x2128}, {0x396}, {0x1d537}, {0x416}, {0x416}, {0x21dd}, {0x1d56b}, {0x1d4cf}, {0x200d},
    {0x200c}, {0x179}, {0x17d}, {0x417}, {0x17b}, {0x200b}, {0x396}, {0x2128}, {0x2124}, {0x1d4b5}, {0xe1}, {0xe1},
    {0x103}, {0x223e}, {0x223e,0x333}, {0x223f}, {0xe2}, {0xe2}, {0xb4}, {0xb4}, {0x430}, {0xe6}, {0xe6}, {0x2061},
    {0x1d51e}, {0xe0}, {0xe0}, {0x2135}, {0x2135}, {0x3b1}, {0x101}, {0x2a3f}, {0x26}, {0x26}, {0x2227}, {0x2a55},
    {0x2a5c}, {0x2a58}, {0x2a5a}, {0x2220}, {0x29a4}, {0x2220}, {0x2221}, {0x29a8}, {0x29a9}, {0x29aa}, {0x29ab},
    {0x29ac}, {0x29ad}, {0x29ae}, {0x29af}, {0x221f}, {0x22be}, {0x299d}, {0x2222}, {0xc5}, {0x237c}, {0x105},
    {0x1d552}, {0x2248}, {0x2a70}, {0x2a6f}, {0x224a}, {0x224b}, {0x27}, {0x2248}, {0x224a}, {0xe5}, {0xe5},
    {0x1d4b6}, {0x2a}, {0x2248}, {0x224d}, {0xe3}, {0xe3}, {0xe4}, {0xe4}, {0x2233}, {0x2a11}, {0x2aed}, {0x224c},
    {0x3f6}, {0x2035}, {0x223d}, {0x22cd}, {0x22bd}, {0x2305}, {0x2305}, {0x23b5}, {0x23b6}, {0x224c}, {0x431},
    {0x201e}, {0x2235}, {0x2235}, {0x29b0}, {0x3f6}, {0x212c}, {0x3b2}, {0x2136}, {0x226c}, {0x1d51f}, {0x22c2},
    {0x25ef}, {0x22c3}, {0x2a00}, {0x2a01}, {0x2a02}, {0x2a06}, {0x2605}, {0x25bd}, {0x25b3}, {0x2a04}, {0x22c1},
    {0x22c0}, {0x290d}, {0x29eb}, {0x25aa}, {0x25b4}, {0x25be}, {0x25c2}, {0x25b8}, {0x2423}, {0x2592}, {0x2591},
    {0x2593}, {0x2588}, {0x3d,0x20e5}, {0x2261,0x20e5}, {0x2310}, {0x1d553}, {0x22a5}, {0x22a5}, {0x22c8}, {0x2557},
    {0x2554}, {0x2556}, {0x2553}, {0x2550}, {0x2566}, {0x2569}, {0x2564}, {0x2567}, {0x255d}, {0x255a}, {0x255c},
    {0x2559}, {0x2551}, {0x256c}, {0x2563}, {0x2560}, {0x256b}, {0x2562}, {0x255f}, {0x29c9}, {0x2555}, {0x2552},
    {0x2510}, {0x250c}, {0x2500}, {0x2565}, {0x2568}, {0x252c}, {0x2534}, {0x229f}, {0x229e}, {0x22a0}, {0x255b},
    {0x2558}, {0x2518}, {0x2514}, {0x2502}, {0x256a}, {0x2561}, {0x255e}, {0x253c}, {0x2524}, {0x251c}, {0x2035},
    {0x2d8}, {0xa6}, {0xa6}, {0x1d4b7}, {0x204f}, {0x223d}, {0x22cd}, {0x5c}, {0x29c5}, {0x27c8}, {0x2022}, {0x2022},
    {0x224e}, {0x2aae}, {0x224f}, {0x224f}, {0x107}, {0x2229}, {0x2a44}, {0x2a49}, {0x2a4b}, {0x2a47}, {0x2a40},
    {0x2229,0xfe00}, {0x2041}, {0x2c7}, {0x2a4d}, {0x10d}, {0xe7}, {0xe7}, {0x109}, {0x2a4c}, {0x2a50}, {0x10b},
    {0xb8}, {0xb8}, {0x29b2}, {0xa2}, {0xa2}, {0xb7}, {0x1d520}, {0x447}, {0x2713}, {0x2713}, {0x3c7}, {0x25cb},
    {0x29c3}, {0x2c6}, {0x2257}, {0x21ba}, {0x21bb}, {0xae}, {0x24c8}, {0x229b}, {0x229a}, {0x229d}, {0x2257},
    {0x2a10}, {0x2aef}, {0x29c2}, {0x2663}, {0x2663}, {0x3a}, {0x2254}, {0x2254}, {0x2c}, {0x40}, {0x2201}, {0x2218},
    {0x2201}, {0x2102}, {0x2245}, {0x2a6d}, {0x222e}, {0x1d554}, {0x2210}, {0xa9}, {0xa9}, {0x2117}, {0x21b5},
    {0x2717}, {0x1d4b8}, {0x2acf}, {0x2ad1}, {0x2ad0}, {0x2ad2}, {0x22ef}, {0x2938}, {0x2935}, {0x22de}, {0x22df},
    {0x21b6}, {0x293d}, {0x222a}, {0x2a48}, {0x2a46}, {0x2a4a}, {0x228d}, {0x2a45}, {0x222a,0xfe00}, {0x21b7},
    {0x293c}, {0x22de}, {0x22df}, {0x22ce}, {0x22cf}, {0xa4}, {0xa4}, {0x21b6}, {0x21b7}, {0x22ce}, {0x22cf},
    {0x2232}, {0x2231}, {0x232d}, {0x21d3}, {0x2965}, {0x2020}, {0x2138}, {0x2193}, {0x2010}, {0x22a3}, {0x290f},
    {0x2dd}, {0x10f}, {0x434}, {0x2146}, {0x2021}, {0x21ca}, {0x2a77}, {0xb0}, {0xb0}, {0x3b4}, {0x29b1}, {0x297f},
    {0x1d521}, {0x21c3}, {0x21c2}, {0x22c4}, {0x22c4}, {0x2666}, {0x2666}, {0xa8}, {0x3dd}, {0x22f2}, {0xf7}, {0xf7},
    {0xf7}, {0x22c7}, {0x22c7}, {0x452}, {0x231e}, {0x230d}, {0x24}, {0x1d555}, {0x2d9}, {0x2250}, {0x2251},
    {0x2238}, {0x2214}, {0x22a1}, {0x2306}, {0x2193}, {0x21ca}, {0x21c3}, {0x21c2}, {0x2910}, {0x231f}, {0x230c},
    {0x1d4b9}, {0x455}, {0x29f6}, {0x111}, {0x22f1}, {0x25bf}, {0x25be}, {0x21f5}, {0x296f}, {0x29a6}, {0x45f},
    {0x27ff}, {0x2a77}, {0x2251}, {0xe9}, {0xe9}, {0x2a6e}, {0x11b}, {0x2256}, {0xea}, {0xea}, {0x2255}, {0x44d},
    {0x117}, {0x2147}, {0x2252}, {0x1d522}, {0x2a9a}, {0xe8}, {0xe8}, {0x2a96}, {0x2a98}, {0x2a99}, {0x23e7},
    {0x2113}, {0x2a95}, {0x2a97}, {0x113}, {0x2205}, {0x2205}, {0x2205}, {0x2004}, {0x2005}, {0x2003}, {0x14b},
    {0x2002}, {0x119}, {0x1d556}, {0x22d5}, {0x29e3}, {0x2a71}, {0x3b5}, {0x3b5}, {0x3f5}, {0x2256}, {0x2255},
    {0x2242}, {0x2a96}, {0x2a95}, {0x3d}, {0x225f}, {0x2261}, {0x2a78}, {0x29e5}, {0x2253}, {0x2971}, {0x212f},
    {0x2250}, {0x2242}, {0x3b7}, {0xf0}, {0xf0}, {0xeb}, {0xeb}, {0x20ac}, {0x21}, {0x2203}, {0x2130}, {0x2147},
    {0x2252}, {0x444}, {0x2640}, {0xfb03}, {0xfb00}, {0xfb04}, {0x1d523}, {0xfb01}, {0x66,0x6a}, {0x266d}, {0xfb02},
    {0x25b1}, {0x192}, {0x1d557}, {0x2200}, {0x22d4}, {0x2ad9}, {0x2a0d}, {0xbd}, {0xbd}, {0x2153}, {0xbc}, {0xbc},
    {0x2155}, {0x2159}, {0x215b}, {0x2154}, {0x2156}, {0xbe}, {0xbe}, {0x2157}, {0x215c}, {0x2158}, {0x215a},
    {0x215d}, {0x215e}, {0x2044}, {0x2322}, {0x1d4bb}, {0x2267}, {0x2a8c}, {0x1f5}, {0x3b3}, {0x3dd}, {0x2a86},
    {0x11f}, {0x11d}, {0x433}, {0x121}, {0x2265}, {0x22db}, {0x2265}, {0x2267}, {0x2a7e}, {0x2a7e}, {0x2aa9},
    {0x2a80}, {0x2a82}, {0x2a84}, {0x22db,0xfe00}, {0x2a94}, {0x1d524}, {0x226b}, {0x22d9}, {0x2137}, {0x453},
    {0x2277}, {0x2a92}, {0x2aa5}, {0x2aa4}, {0x2269}, {0x2a8a}, {0x2a8a}, {0x2a88}, {0x2a88}, {0x2269}, {0x22e7},
    {0x1d558}, {0x60}, {0x210a}, {0x2273}, {0x2a8e}, {0x2a90}, {0x3e}, {0x3e}, {0x2aa7}, {0x2a7a}, {0x22d7},
    {0x2995}, {0x2a7c}, {0x2a86}, {0x2978}, {0x22d7}, {0x22db}, {0x2a8c}, {0x2277}, {0x2273}, {0x2269,0xfe00},
    {0x2269,0xfe00}, {0x21d4}, {0x200a}, {0xbd}, {0x210b}, {0x44a}, {0x2194}, {0x2948}, {0x21ad}, {0x210f}, {0x125},
    {0x2665}, {0x2665}, {0x2026}, {0x22b9}, {0x1d525}, {0x2925}, {0x2926}, {0x21ff}, {0x223b}, {0x21a9}, {0x21aa},
    {0x1d559}, {0x2015}, {0x1d4bd}, {0x210f}, {0x127}, {0x2043}, {0x2010}, {0xed}, {0xed}, {0x2063}, {0xee}, {0xee},
    {0x438}, {0x435}, {0xa1}, {0xa1}, {0x21d4}, {0x1d526}, {0xec}, {0xec}, {0x2148}, {0x2a0c}, {0x222d}, {0x29dc},
    {0x2129}, {0x133}, {0x12b}, {0x2111}, {0x2110}, {0x2111}, {0x131}, {0x22b7}, {0x1b5}, {0x2208}, {0x2105},
    {0x221e}, {0x29dd}, {0x131}, {0x222b}, {0x22ba}, {0x2124}, {0x22ba}, {0x2a17}, {0x2a3c}, {0x451}, {0x12f},
    {0x1d55a}, {0x3b9}, {0x2a3c}, {0xbf}, {0xbf}, {0x1d4be}, {0x2208}, {0x22f9}, {0x22f5}, {0x22f4}, {0x22f3},
    {0x2208}, {0x2062}, {0x129}, {0x456}, {0xef}, {0xef}, {0x135}, {0x439}, {0x1d527}, {0x237}, {0x1d55b}, {0x1d4bf},
    {0x458}, {0x454}, {0x3ba}, {0x3f0}, {0x137}, {0x43a}, {0x1d528}, {0x138}, {0x445}, {0x45c}, {0x1d55c}, {0x1d4c0},
    {0x21da}, {0x21d0}, {0x291b}, {0x290e}, {0x2266}, {0x2a8b}, {0x2962}, {0x13a}, {0x29b4}, {0x2112}, {0x3bb},
    {0x27e8}, {0x2991}, {0x27e8}, {0x2a85}, {0xab}, {0xab}, {0x2190}, {0x21e4}, {0x291f}, {0x291d}, {0x21a9},
    {0x21ab}, {0x2939}, {0x2973}, {0x21a2}, {0x2aab}, {0x2919}, {0x2aad}, {0x2aad,0xfe00}, {0x290c}, {0x2772},
    {0x7b}, {0x5b}, {0x298b}, {0x298f}, {0x298d}, {0x13e}, {0x13c}, {0x2308}, {0x7b}, {0x43b}, {0x2936}, {0x201c},
    {0x201e}, {0x2967}, {0x294b}, {0x21b2}, {0x2264}, {0x2190}, {0x21a2}, {0x21bd}, {0x21bc}, {0x21c7}, {0x2194},
    {0x21c6}, {0x21cb}, {0x21ad}, {0x22cb}, {0x22da}, {0x2264}, {0x2266}, {0x2a7d}, {0x2a7d}, {0x2aa8}, {0x2a7f},
    {0x2a81}, {0x2a83}, {0x22da,0xfe00}, {0x2a93}, {0x2a85}, {0x22d6}, {0x22da}, {0x2a8b}, {0x2276}, {0x2272},
    {0x297c}, {0x230a}, {0x1d529}, {0x2276}, {0x2a91}, {0x21bd}, {0x21bc}, {0x296a}, {0x2584}, {0x459}, {0x226a},
    {0x21c7}, {0x231e}, {0x296b}, {0x25fa}, {0x140}, {0x23b0}, {0x23b0}, {0x2268}, {0x2a89}, {0x2a89}, {0x2a87},
    {0x2a87}, {0x2268}, {0x22e6}, {0x27ec}, {0x21fd}, {0x27e6}, {0x27f5}, {0x27f7}, {0x27fc}, {0x27f6}, {0x21ab},
    {0x21ac}, {0x2985}, {0x1d55d}, {0x2a2d}, {0x2a34}, {0x2217}, {0x5f}, {0x25ca}, {0x25ca}, {0x29eb}, {0x28},
    {0x2993}, {0x21c6}, {0x231f}, {0x21cb}, {0x296d}, {0x200e}, {0x22bf}, {0x2039}, {0x1d4c1}, {0x21b0}, {0x2272},
    {0x2a8d}, {0x2a8f}, {0x5b}, {0x2018}, {0x201a}, {0x142}, {0x3c}, {0x3c}, {0x2aa6}, {0x2a79}, {0x22d6}, {0x22cb},
    {0x22c9}, {0x2976}, {0x2a7b}, {0x2996}, {0x25c3}, {0x22b4}, {0x25c2}, {0x294a}, {0x2966}, {0x2268,0xfe00},
    {0x2268,0xfe00}, {0x223a}, {0xaf}, {0xaf}, {0x2642}, {0x2720}, {0x2720}, {0x21a6}, {0x21a6}, {0x21a7}, {0x21a4},
    {0x21a5}, {0x25ae}, {0x2a29}, {0x43c}, {0x2014}, {0x2221}, {0x1d52a}, {0x2127}, {0xb5}, {0xb5}, {0x2223}, {0x2a},
    {0x2af0}, {0xb7}, {0xb7}, {0x2212}, {0x229f}, {0x2238}, {0x2a2a}, {0x2adb}, {0x2026}, {0x2213}, {0x22a7},
    {0x1d55e}, {0x2213}, {0x1d4c2}, {0x223e}, {0x3bc}, {0x22b8}, {0x22b8}, {0x22d9,0x338}, {0x226b,0x20d2},
    {0x226b,0x338}, {0x21cd}, {0x21ce}, {0x22d8,0x338}, {0x226a,0x20d2}, {0x226a,0x338}, {0x21cf}, {0x22af},
    {0x22ae}, {0x2207}, {0x144}, {0x2220,0x20d2}, {0x2249}, {0x2a70,0x338}, {0x224b,0x338}, {0x149}, {0x2249},
    {0x266e}, {0x266e}, {0x2115}, {0xa0}, {0xa0}, {0x224e,0x338}, {0x224f,0x338}, {0x2a43}, {0x148}, {0x146},
    {0x2247}, {0x2a6d,0x338}, {0x2a42}, {0x43d}, {0x2013}, {0x2260}, {0x21d7}, {0x2924}, {0x2197}, {0x2197},
    {0x2250,0x338}, {0x2262}, {0x2928}, {0x2242,0x338}, {0x2204}, {0x2204}, {0x1d52b}, {0x2267,0x338}, {0x2271},
    {0x2271}, {0x2267,0x338}, {0x2a7e,0x338}, {0x2a7e,0x338}, {0x2275}, {0x226f}, {0x226f}, {0x21ce}, {0x21ae},
    {0x2af2}, {0x220b}, {0x22fc}, {0x22fa}, {0x220b}, {0x45a}, {0x21cd}, {0x2266,0x338}, {0x219a}, {0x2025},
    {0x2270}, {0x219a}, {0x21ae}, {0x2270}, {0x2266,0x338}, {0x2a7d,0x338}, {0x2a7d,0x338}, {0x226e}, {0x2274},
    {0x226e}, {0x22ea}, {0x22ec}, {0x2224}, {0x1d55f}, {0xac}, {0xac}, {0x2209}, {0x22f9,0x338}, {0x22f5,0x338},
    {0x2209}, {0x22f7}, {0x22f6}, {0x220c}, {0x220c}, {0x22fe}, {0x22fd}, {0x2226}, {0x2226}, {0x2afd,0x20e5},
    {0x2202,0x338}, {0x2a14}, {0x2280}, {0x22e0}, {0x2aaf,0x338}, {0x2280}, {0x2aaf,0x338}, {0x21cf}, {0x219b},
    {0x2933,0x338}, {0x219d,0x338}, {0x219b}, {0x22eb}, {0x22ed}, {0x2281}, {0x22e1}, {0x2ab0,0x338}, {0x1d4c3},
    {0x2224}, {0x2226}, {0x2241}, {0x2244}, {0x2244}, {0x2224}, {0x2226}, {0x22e2}, {0x22e3}, {0x2284},
    {0x2ac5,0x338}, {0x2288}, {0x2282,0x20d2}, {0x2288}, {0x2ac5,0x338}, {0x2281}, {0x2ab0,0x338}, {0x2285},
    {0x2ac6,0x338}, {0x2289}, {0x2283,0x20d2}, {0x2289}, {0x2ac6,0x338}, {0x2279}, {0xf1}, {0xf1}, {0x2278},
    {0x22ea}, {0x22ec}, {0x22eb}, {0x22ed}, {0x3bd}, {0x23}, {0x2116}, {0x2007}, {0x22ad}, {0x2904}, {0x224d,0x20d2},
    {0x22ac}, {0x2265,0x20d2}, {0x3e,0x20d2}, {0x29de}, {0x2902}, {0x2264,0x20d2}, {0x3c,0x20d2}, {0x22b4,0x20d2},
    {0x2903}, {0x22b5,0x20d2}, {0x223c,0x20d2}, {0x21d6}, {0x2923}, {0x2196}, {0x2196}, {0x2927}, {0x24c8}, {0xf3},
    {0xf3}, {0x229b}, {0x229a}, {0xf4}, {0xf4}, {0x43e}, {0x229d}, {0x151}, {0x2a38}, {0x2299}, {0x29bc}, {0x153},
    {0x29bf}, {0x1d52c}, {0x2db}, {0xf2}, {0xf2}, {0x29c1}, {0x29b5}, {0x3a9}, {0x222e}, {0x21ba}, {0x29be},
    {0x29bb}, {0x203e}, {0x29c0}, {0x14d}, {0x3c9}, {0x3bf}, {0x29b6}, {0x2296}, {0x1d560}, {0x29b7}, {0x29b9},
    {0x2295}, {0x2228}, {0x21bb}, {0x2a5d}, {0x2134}, {0x2134}, {0xaa}, {0xaa}, {0xba}, {0xba}, {0x22b6}, {0x2a56},
    {0x2a57}, {0x2a5b}, {0x2134}, {0xf8}, {0xf8}, {0x2298}, {0xf5}, {0xf5}, {0x2297}, {0x2a36}, {0xf6}, {0xf6},
    {0x233d}, {0x2225}, {0xb6}, {0xb6}, {0x2225}, {0x2af3}, {0x2afd}, {0x2202}, {0x43f}, {0x25}, {0x2e}, {0x2030},
    {0x22a5}, {0x2031}, {0x1d52d}, {0x3c6}, {0x3d5}, {0x2133}, {0x260e}, {0x3c0}, {0x22d4}, {0x3d6}, {0x210f},
    {0x210e}, {0x210f}, {0x2b}, {0x2a23}, {0x229e}, {0x2a22}, {0x2214}, {0x2a25}, {0x2a72}, {0xb1}, {0xb1}, {0x2a26},
    {0x2a27}, {0xb1}, {0x2a15}, {0x1d561}, {0xa3}, {0xa3}, {0x227a}, {0x2ab3}, {0x2ab7}, {0x227c}, {0x2aaf},
    {0x227a}, {0x2ab7}, {0x227c}, {0x2aaf}, {0x2ab9}, {0x2ab5}, {0x22e8}, {0x227e}, {0x2032}, {0x2119}, {0x2ab5},
    {0x2ab9}, {0x22e8}, {0x220f}, {0x232e}, {0x2312}, {0x2313}, {0x221d}, {0x221d}, {0x227e}, {0x22b0}, {0x1d4c5},
    {0x3c8}, {0x2008}, {0x1d52e}, {0x2a0c}, {0x1d562}, {0x2057}, {0x1d4c6}, {0x210d}, {0x2a16}, {0x3f}, {0x225f},
    {0x22}, {0x22}, {0x21db}, {0x21d2}, {0x291c}, {0x290f}, {0x2964}, {0x223d,0x331}, {0x155}, {0x221a}, {0x29b3},
    {0x27e9}, {0x2992}, {0x29a5}, {0x27e9}, {0xbb}, {0xbb}, {0x2192}, {0x2975}, {0x21e5}, {0x2920}, {0x2933},
    {0x291e}, {0x21aa}, {0x21ac}, {0x2945}, {0x2974}, {0x21a3}, {0x219d}, {0x291a}, {0x2236}, {0x211a}, {0x290d},
    {0x2773}, {0x7d}, {0x5d}, {0x298c}, {0x298e}, {0x2990}, {0x159}, {0x157}, {0x2309}, {0x7d}, {0x440}, {0x2937},
    {0x2969}, {0x201d}, {0x201d}, {0x21b3}, {0x211c}, {0x211b}, {0x211c}, {0x211d}, {0x25ad}, {0xae}, {0xae},
    {0x297d}, {0x230b}, {0x1d52f}, {0x21c1}, {0x21c0}, {0x296c}, {0x3c1}, {0x3f1}, {0x2192}, {0x21a3}, {0x21c1},
    {0x21c0}, {0x21c4}, {0x21cc}, {0x21c9}, {0x219d}, {0x22cc}, {0x2da}, {0x2253}, {0x21c4}, {0x21cc}, {0x200f},
    {0x23b1}, {0x23b1}, {0x2aee}, {0x27ed}, {0x21fe}, {0x27e7}, {0x2986}, {0x1d563}, {0x2a2e}, {0x2a35}, {0x29},
    {0x2994}, {0x2a12}, {0x21c9}, {0x203a}, {0x1d4c7}, {0x21b1}, {0x5d}, {0x2019}, {0x2019}, {0x22cc}, {0x22ca},
    {0x25b9}, {0x22b5}, {0x25b8}, {0x29ce}, {0x2968}, {0x211e}, {0x15b}, {0x201a}, {0x227b}, {0x2ab4}, {0x2ab8},
    {0x161}, {0x227d}, {0x2ab0}, {0x15f}, {0x15d}, {0x2ab6}, {0x2aba}, {0x22e9}, {0x2a13}, {0x227f}, {0x441},
    {0x22c5}, {0x22a1}, {0x2a66}, {0x21d8}, {0x2925}, {0x2198}, {0x2198}, {0xa7}, {0xa7}, {0x3b}, {0x2929}, {0x2216},
    {0x2216}, {0x2736}, {0x1d530}, {0x2322}, {0x266f}, {0x449}, {0x448}, {0x2223}, {0x2225}, {0xad}, {0xad}, {0x3c3},
    {0x3c2}, {0x3c2}, {0x223c}, {0x2a6a}, {0x2243}, {0x2243}, {0x2a9e}, {0x2aa0}, {0x2a9d}, {0x2a9f}, {0x2246},
    {0x2a24}, {0x2972}, {0x2190}, {0x2216}, {0x2a33}, {0x29e4}, {0x2223}, {0x2323}, {0x2aaa}, {0x2aac},
    {0x2aac,0xfe00}, {0x44c}, {0x2f}, {0x29c4}, {0x233f}, {0x1d564}, {0x2660}, {0x2660}, {0x2225}, {0x2293},
    {0x2293,0xfe00}, {0x2294}, {0x2294,0xfe00}, {0x228f}, {0x2291}, {0x228f}, {0x2291}, {0x2290}, {0x2292}, {0x2290},
    {0x2292}, {0x25a1}, {0x25a1}, {0x25aa}, {0x25aa}, {0x2192}, {0x1d4c8}, {0x2216}, {0x2323}, {0x22c6}, {0x2606},
    {0x2605}, {0x3f5}, {0x3d5}, {0xaf}, {0x2282}, {0x2ac5}, {0x2abd}, {0x2286}, {0x2ac3}, {0x2ac1}, {0x2acb},
    {0x228a}, {0x2abf}, {0x2979}, {0x2282}, {0x2286}, {0x2ac5}, {0x228a}, {0x2acb}, {0x2ac7}, {0x2ad5}, {0x2ad3},
    {0x227b}, {0x2ab8}, {0x227d}, {0x2ab0}, {0x2aba}, {0x2ab6}, {0x22e9}, {0x227f}, {0x2211}, {0x266a}, {0xb9},
    {0xb9}, {0xb2}, {0xb2}, {0xb3}, {0xb3}, {0x2283}, {0x2ac6}, {0x2abe}, {0x2ad8}, {0x2287}, {0x2ac4}, {0x27c9},
    {0x2ad7}, {0x297b}, {0x2ac2}, {0x2acc}, {0x228b}, {0x2ac0}, {0x2283}, {0x2287}, {0x2ac6}, {0x228b}, {0x2acc},
    {0x2ac8}, {0x2ad4}, {0x2ad6}, {0x21d9}, {0x2926}, {0x2199}, {0x2199}, {0x292a}, {0xdf}, {0xdf}, {0x2316},
    {0x3c4}, {0x23b4}, {0x165}, {0x163}, {0x442}, {0x20db}, {0x2315}, {0x1d531}, {0x2234}, {0x2234}, {0x3b8},
    {0x3d1}, {0x3d1}, {0x2248}, {0x223c}, {0x2009}, {0x2248}, {0x223c}, {0xfe}, {0xfe}, {0x2dc}, {0xd7}, {0xd7},
    {0x22a0}, {0x2a31}, {0x2a30}, {0x222d}, {0x2928}, {0x22a4}, {0x2336}, {0x2af1}, {0x1d565}, {0x2ada}, {0x2929},
    {0x2034}, {0x2122}, {0x25b5}, {0x25bf}, {0x25c3}, {0x22b4}, {0x225c}, {0x25b9}, {0x22b5}, {0x25ec}, {0x225c},
    {0x2a3a}, {0x2a39}, {0x29cd}, {0x2a3b}, {0x23e2}, {0x1d4c9}, {0x446}, {0x45b}, {0x167}, {0x226c}, {0x219e},
    {0x21a0}, {0x21d1}, {0x2963}, {0xfa}, {0xfa}, {0x2191}, {0x45e}, {0x16d}, {0xfb}, {0xfb}, {0x443}, {0x21c5},
    {0x171}, {0x296e}, {0x297e}, {0x1d532}, {0xf9}, {0xf9}, {0x21bf}, {0x21be}, {0x2580}, {0x231c}, {0x231c},
    {0x230f}, {0x25f8}, {0x16b}, {0xa8}, {0xa8}, {0x173}, {0x1d566}, {0x2191}, {0x2195}, {0x21bf}, {0x21be},
    {0x228e}, {0x3c5}, {0x3d2}, {0x3c5}, {0x21c8}, {0x231d}, {0x231d}, {0x230e}, {0x16f}, {0x25f9}, {0x1d4ca},
    {0x22f0}, {0x169}, {0x25b5}, {0x25b4}, {0x21c8}, {0xfc}, {0xfc}, {0x29a7}, {0x21d5}, {0x2ae8}, {0x2ae9},
    {0x22a8}, {0x299c}, {0x3f5}, {0x3f0}, {0x2205}, {0x3d5}, {0x3d6}, {0x221d}, {0x2195}, {0x3f1}, {0x3c2},
    {0x228a,0xfe00}, {0x2acb,0xfe00}, {0x228b,0xfe00}, {0x2acc,0xfe00}, {0x3d1}, {0x22b2}, {0x22b3}, {0x432},
    {0x22a2}, {0x2228}, {0x22bb}, {0x225a}, {0x22ee}, {0x7c}, {0x7c}, {0x1d533}, {0x22b2}, {0x2282,0x20d2},
    {0x2283,0x20d2}, {0x1d567}, {0x221d}, {0x22b3}, {0x1d4cb}, {0x2acb,0xfe00}, {0x228a,0xfe00}, {0x2acc,0xfe00},
    {0x228b,0xfe00}, {0x299a}, {0x175}, {0x2a5f}, {0x2227}, {0x2259}, {0x2118}, {0x1d534}, {0x1d568}, {0x2118},
    {0x2240}, {0x2240}, {0x1d4cc}, {0x22c2}, {0x25ef}, {0x22c3}, {0x25bd}, {0x1d535}, {0x27fa}, {0x27f7}, {0x3be},
    {0x27f8}, {0x27f5}, {0x27fc}, {0x22fb}, {0x2a00}, {0x1d569}, {0x2a01}, {0x2a02}, {0x27f9}, {0x27f6}, {0x1d4cd},
    {0x2a06}, {0x2a04}, {0x25b3}, {0x22c1}, {0x22c0}, {0xfd}, {0xfd}, {0x44f}, {0x177}, {0x44b}, {0xa5}, {0xa5},
    {0x1d536}, {0x457}, {0x1d56a}, {0x1d4ce}, {0x44e}, {0xff}, {0xff}, {0x17a}, {0x17e}, {0x437}, {0x17c}, {0x2128},
    {0x3b6}, {0x1d537}, {0x436}, {0x21dd}, {0x1d56b}, {0x1d4cf}, {0x200d}, {0x200c},
};

#endif
